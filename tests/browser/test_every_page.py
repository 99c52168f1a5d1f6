"""Every page, in a real browser: it watches nobody, fits every screen, and everybody can use it."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from hrsite.demo.filling import SignIn
from tests.browser.live import LiveSite
from tests.browser.pages import DESK, PUBLIC, Noted, sign_in, watched_page

LOOKS: dict[str, dict[str, Any]] = {
    "wide and light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "phone and dark": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
    "smallest, in forced colours": {
        "viewport": {"width": 320, "height": 640},
        "forced_colors": "active",
    },
}
STORED = "localStorage.length + sessionStorage.length + document.cookie.length"
OVERHANG = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def faults_of(page: Page, axe: Axe) -> list[str]:
    """What is wrong with the page that is open."""
    faults = [
        f"{page.url}: {violation['id']}: {violation['nodes'][0]['html'][:200]}"
        for violation in axe.run(page).response["violations"]
    ]
    if page.evaluate(OVERHANG) > 0:
        faults.append(f"{page.url}: scrolls sideways")
    return faults


def look_at_all(page: Page, noted: Noted, site: LiveSite, paths: tuple[str, ...]) -> list[str]:
    axe, faults = Axe(), []
    for path in paths:
        answer = page.goto(site.url + path)
        assert answer is not None
        expected = 404 if "no/such" in path or "AAAA" in path else 200
        if answer.status != expected:
            faults.append(f"{path}: {answer.status}")
        noted.console = [said for said in noted.console if "status of 404" not in said]
        faults += faults_of(page, axe)
    return faults + noted.console + noted.foreign_requests


@pytest.mark.parametrize("look", LOOKS)
def test_readers_pages_are_sound_and_leave_nothing_behind(
    browser: Browser, demo_site: LiveSite, look: str
) -> None:
    with watched_page(browser, demo_site.url, **LOOKS[look]) as (page, noted):
        assert look_at_all(page, noted, demo_site, PUBLIC) == []
        assert page.context.cookies() == []
        assert page.evaluate(STORED) == 0


@pytest.mark.parametrize("look", LOOKS)
def test_the_desk_is_sound(
    browser: Browser,
    demo_site: LiveSite,
    demo_sign_in: tuple[Path, SignIn],
    look: str,
) -> None:
    _, coach = demo_sign_in
    with watched_page(browser, demo_site.url, **LOOKS[look]) as (page, noted):
        assert look_at_all(page, noted, demo_site, ("/desk/sign-in",)) == []
        sign_in(page, demo_site.url, coach.email, coach.password)
        assert look_at_all(page, noted, demo_site, DESK) == []
        assert [cookie["httpOnly"] for cookie in page.context.cookies()] == [True]


@pytest.mark.parametrize("width", [320, 1280])
def test_text_twice_as_large_still_fits(browser: Browser, demo_site: LiveSite, width: int) -> None:
    """WCAG 2.2, 1.4.4 and 1.4.10."""
    view = {"width": width, "height": 800}
    with watched_page(browser, demo_site.url, viewport=view) as (page, _):
        for path in PUBLIC:
            page.goto(demo_site.url + path)
            page.evaluate("document.documentElement.style.fontSize = '200%'")
            assert page.evaluate(OVERHANG) <= 0, path


def test_a_reader_can_sign_up_with_the_keyboard_alone(
    browser: Browser, demo_site: LiveSite
) -> None:
    with watched_page(browser, demo_site.url) as (page, _):
        page.goto(f"{demo_site.url}/posts/one-honest-question")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent.trim()").startswith("Skip")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent.trim()") == "Leave this site"
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.id") == "address":
                break
        page.keyboard.type("keyboard.reader@example.org")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{demo_site.url}/signup/asked")


def test_the_box_for_machines_is_out_of_a_persons_way(
    browser: Browser, demo_site: LiveSite
) -> None:
    with watched_page(browser, demo_site.url) as (page, _):
        page.goto(f"{demo_site.url}/signup")
        box = page.locator("#website").bounding_box()
        assert box is None or box["x"] + box["width"] <= 0 or box["width"] <= 1
        assert page.locator("#website").get_attribute("tabindex") == "-1"
