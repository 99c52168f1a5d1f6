"""Every letter, in a real browser: quiet, readable by everybody, and no wider than a phone."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request

from hrsite.outbox.compose import Letter
from tests.browser.letter_samples import letters_of_a_new_site

OVERHANG = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Text 7:1 (WCAG 2.2, 1.4.6) and targets of 24 px (2.5.8) besides what is usual; no landmarks, for
# a letter stands inside a mail program's own page.
RULES = {
    "rules": {
        "color-contrast-enhanced": {"enabled": True},
        "target-size": {"enabled": True},
        "landmark-one-main": {"enabled": False},
        "region": {"enabled": False},
    }
}
# Ordinary letters stay under 80 KB of HTML.
HEAVIEST = 80_000


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Letter]:
    """One of each."""
    return letters_of_a_new_site(tmp_path_factory.mktemp("letters"))


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A mail program of a phone's width, that says when something is fetched."""
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, color_scheme=request.param
    )
    page = context.new_page()
    fetched: list[str] = []

    def note(request: Request) -> None:
        fetched.append(request.url)

    page.on("request", note)
    yield page
    context.close()
    assert fetched == []


def test_every_letter_is_sound_on_a_phone_and_fetches_nothing(
    page: Page, letters: dict[str, Letter]
) -> None:
    faults, axe = [], Axe()
    for name, letter in letters.items():
        page.set_content(letter.html)
        page.wait_for_load_state("networkidle")
        found = axe.run(page, options=RULES).response["violations"]
        faults += [(name, one["id"], one["nodes"][0]["html"][:200]) for one in found]
        if page.evaluate(OVERHANG) > 0:
            faults.append((name, "scrolls sideways", ""))
    assert faults == []


@pytest.mark.parametrize("width", [320, 700, 1280])
def test_no_letter_is_wider_than_its_window_or_than_600_pixels(
    browser: Browser, letters: dict[str, Letter], width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 740})
    page = context.new_page()
    for name, letter in letters.items():
        page.set_content(letter.html)
        assert page.evaluate(OVERHANG) <= 0, name
        sheet = page.locator("div.sheet").first.bounding_box()
        assert sheet is not None
        assert sheet["width"] <= 600, name
    context.close()


def test_a_person_hears_a_language_one_heading_and_no_layout_tables(
    browser: Browser, letters: dict[str, Letter]
) -> None:
    context = browser.new_context()
    page = context.new_page()
    for name, letter in letters.items():
        page.set_content(letter.html)
        assert page.get_by_role("heading", level=1).count() == 1, name
        assert page.evaluate("document.documentElement.lang") == "en"
        layout = page.locator("table:not(:has(td > p, th))")
        bare = [t for t in layout.all() if t.get_attribute("role") not in ("presentation", "none")]
        assert bare == [], name
    context.close()


def test_every_letter_is_light_and_holds_nothing_that_could_be_fetched(
    letters: dict[str, Letter],
) -> None:
    for name, letter in letters.items():
        assert len(letter.html.encode()) < HEAVIEST, name
        assert not re.search(r"<img|<link|<script|@import|@font-face|url\(", letter.html), name


def test_the_ways_out_are_as_large_as_a_thumb(page: Page, letters: dict[str, Letter]) -> None:
    for name in ("article", "notice"):
        page.set_content(letters[name].html)
        for words in ("Change what you get", "Leave"):
            box = page.get_by_role("link", name=words, exact=True).bounding_box()
            assert box is not None
            assert box["height"] >= 44, (name, words, box)
