"""Every page, in a real browser: it watches nobody, fits every screen, and everybody can use it."""

import json
from pathlib import Path

from playwright.sync_api import Browser

from hrsite.demo.filling import SignIn
from tests.browser.judging import DESK_LOOKS, faults_of, faults_on_paper
from tests.browser.live import LiveSite
from tests.browser.pages import DESK, Noted, sign_in, watched_page
from tests.browser.showing import open_answer
from tests.browser.states import Answer

KEPT = """async () => JSON.stringify([document.cookie, localStorage.length, sessionStorage.length,
  await indexedDB.databases(), await caches.keys(),
  (await navigator.serviceWorker.getRegistrations()).length])"""
NOTHING = ["", 0, 0, [], [], 0]


def said(noted: Noted) -> list[str]:
    """What the browser complained of since last asked; a fault's own status is none."""
    lines, noted.console = noted.console, []
    return [line for line in lines if "server responded with a status of" not in line]


def test_readers_pages_are_sound_in_every_look_and_leave_nothing_behind(
    browser: Browser, demo_site: LiveSite, answers: dict[str, Answer]
) -> None:
    faults = []
    with watched_page(browser, demo_site.url) as (page, noted):
        for name, answer in answers.items():
            open_answer(page, demo_site, answer)
            faults += [f"{name}: {line}" for line in said(noted)] + faults_of(page, name)
            faults += faults_on_paper(page, name)
            if (kept := json.loads(page.evaluate(KEPT))) != NOTHING:
                faults.append(f"{name}: kept {kept}")
        faults += noted.foreign_requests
        assert not faults, "\n".join(faults)
        assert page.context.cookies() == []


def test_the_desk_is_sound_in_every_look(
    browser: Browser, demo_site: LiveSite, demo_sign_in: tuple[Path, SignIn]
) -> None:
    _, coach = demo_sign_in
    faults = []
    with watched_page(browser, demo_site.url) as (page, noted):
        for path in ("/desk/sign-in", *DESK):
            if path == DESK[0]:
                sign_in(page, demo_site.url, coach.email, coach.password)
            came = page.goto(demo_site.url + path)
            assert came is not None
            assert came.status == 200, path
            faults += [f"{path}: {line}" for line in said(noted)]
            faults += faults_of(page, path, DESK_LOOKS)
        faults += noted.foreign_requests
        assert not faults, "\n".join(faults)
        assert [cookie["httpOnly"] for cookie in page.context.cookies()] == [True]


def test_the_box_for_machines_is_out_of_a_persons_way(
    browser: Browser, demo_site: LiveSite
) -> None:
    with watched_page(browser, demo_site.url) as (page, _):
        page.goto(f"{demo_site.url}/signup")
        box = page.locator("#website").bounding_box()
        assert box is None or box["x"] + box["width"] <= 0 or box["width"] <= 1
        assert page.locator("#website").get_attribute("tabindex") == "-1"
