"""A reader without a pointer: everything is reached in order, seen when it is, and pressed."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.elsewhere import Elsewhere
from tests.browser.live import LiveSite
from tests.browser.pages import watched_page

MOST_PRESSES = 90
# The ring of what has the focus: its width, and whether it is in sight and not under the strip.
FOCUS = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect();
  const style = getComputedStyle(one), cover = getComputedStyle(one, "::after");
  const ring = style.outlineStyle === "none" ? cover : style;
  const strip = document.querySelector(".strip").getBoundingClientRect();
  return {
    name: one.labels?.[0]?.innerText || one.innerText || one.ariaLabel || one.id || one.tagName,
    ring: ring.outlineStyle === "none" ? 0 : parseFloat(ring.outlineWidth),
    seen: box.bottom > 0 && box.top < innerHeight,
    covered: !one.closest(".strip, .skip") && box.bottom <= strip.bottom,
  };
}"""


@pytest.fixture(params=[(1280, 800), (320, 568)], ids=["wide", "smallest"])
def page(request: pytest.FixtureRequest, browser: Browser, site: LiveSite) -> Iterator[Page]:
    width, height = request.param
    view = {"width": width, "height": height}
    with watched_page(browser, site.url, viewport=view) as (page, _):
        yield page


def tab_to(page: Page, name: str) -> list[str]:
    """Press Tab until this has the focus, and look at each thing on the way."""
    passed = []
    for _ in range(MOST_PRESSES):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUS)
        words = " ".join(found["name"].split())
        passed.append(words)
        assert found["ring"] >= 3, f"{words}: no ring of 3 px"
        assert found["seen"], f"{words}: out of sight"
        assert not found["covered"], f"{words}: under the strip"
        if words.startswith(name):
            return passed
    raise AssertionError(f"{name} is not reached: {passed}")


def follow(page: Page, name: str) -> None:
    """Go where a link leads, by the keyboard."""
    tab_to(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_the_whole_way_without_a_pointer(page: Page, site: LiveSite, there: Elsewhere) -> None:
    page.goto(site.url)
    assert tab_to(page, "Leave this site") == ["Skip to the words", "Leave this site"]
    page.goto(site.url)
    tab_to(page, "Skip to the words")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    follow(page, "One honest question")
    assert page.url == f"{site.url}/posts/one-honest-question"
    tab_to(page, "Your email address")
    page.keyboard.type(f"keys.{page.viewport_size['width']}@example.org")  # type: ignore[index]
    tab_to(page, "Articles")
    page.keyboard.press("Space")
    tab_to(page, "Session notices")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.url}/signup/asked")
    follow(page, "Topics")
    follow(page, "Starting out")
    assert page.url == f"{site.url}/topics/starting-out"
    follow(page, "Search")
    tab_to(page, "Search the articles")
    page.keyboard.type("overdose")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.url}/search?q=overdose")
    follow(page, "The first minutes of an overdose")
    tab_to(page, "Leave this site")
    page.keyboard.press("Enter")
    page.wait_for_url(there.url)


def test_a_content_note_is_skipped_by_one_press(page: Page, site: LiveSite) -> None:
    page.goto(f"{site.url}/posts/the-first-minutes-of-an-overdose")
    tab_to(page, "Skip to what comes after")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "after-words"
