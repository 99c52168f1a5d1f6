"""A reader without a pointer: everything is reached in order, seen when it is, and pressed."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.elsewhere import Elsewhere
from tests.browser.keys import follow, tab_to
from tests.browser.live import LiveSite
from tests.browser.pages import watched_page


@pytest.fixture(params=[(1280, 800), (320, 568)], ids=["wide", "smallest"])
def page(request: pytest.FixtureRequest, browser: Browser, site: LiveSite) -> Iterator[Page]:
    width, height = request.param
    view = {"width": width, "height": height}
    with watched_page(browser, site.url, viewport=view) as (page, _):
        yield page


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
