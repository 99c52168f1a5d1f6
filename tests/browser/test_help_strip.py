"""Who helps, on a phone: long words and large letters get the room they need."""

import pytest
from playwright.sync_api import Browser

from tests.browser.live import LiveSite
from tests.browser.pages import watched_page

LONG = """() => {
  const line = document.querySelector(".help-lines p");
  document.querySelector(".strip").classList.add("strip-long");
  line.querySelector(".who").textContent = "A night line with a name that is long, any hour:";
  line.querySelector(".reach a").textContent = "call 555-0100-2000";
}"""
# How wide the words stand, in letters, and on how many lines "or text" stands.
SEEN = """() => {
  const who = document.querySelector(".help-lines .who"), or = document.querySelector(".or");
  const letter = parseFloat(getComputedStyle(who).fontSize) / 2;
  return [who.getBoundingClientRect().width / letter, or.getClientRects().length];
}"""

# How far the ring of a number stands inside the window, and apart from the words before it.
RING = """() => {
  const link = document.querySelector(".help-lines .reach a"), who = document.querySelector(".who");
  link.focus();
  const style = getComputedStyle(link), box = link.getBoundingClientRect();
  const out = parseFloat(style.outlineOffset) + parseFloat(style.outlineWidth);
  return [box.top - out, box.left - out - who.getBoundingClientRect().right];
}"""


# On how many lines each number stands, and is the page too wide?
NUMBERS = """() => {
  const numbers = [...document.querySelectorAll(".help-lines .whole")];
  const lines = numbers.map((number) => number.getClientRects().length);
  return [lines, document.documentElement.scrollWidth > window.innerWidth];
}"""


def test_no_line_ends_within_a_number(browser: Browser, demo_site: LiveSite) -> None:
    with watched_page(browser, demo_site.url) as (page, _):
        # In the strip of each page, and in the midst of it where nothing is found.
        page.goto(f"{demo_site.url}/search?q=zzzz")
        for width in range(320, 481, 8):
            page.set_viewport_size({"width": width, "height": 700})
            lines, is_too_wide = page.evaluate(NUMBERS)
            assert set(lines) == {1}, width
            assert not is_too_wide, width


@pytest.mark.parametrize(("size", "fewest"), [("100%", 30), ("200%", 12)])
def test_a_long_line_is_not_squeezed_beside_its_number(
    browser: Browser, demo_site: LiveSite, size: str, fewest: int
) -> None:
    phone = {"width": 390, "height": 844}
    with watched_page(browser, demo_site.url, viewport=phone) as (page, _):
        page.goto(demo_site.url)
        page.evaluate(LONG)
        page.evaluate("(size) => { document.documentElement.style.fontSize = size }", size)
        letters, lines = page.evaluate(SEEN)
    assert letters > fewest
    assert lines == 1


def test_the_ring_of_a_number_is_whole_and_covers_no_word(
    browser: Browser, demo_site: LiveSite
) -> None:
    with watched_page(browser, demo_site.url) as (page, _):
        page.goto(demo_site.url)
        page.keyboard.press("Tab")
        inside, apart = page.evaluate(RING)
    assert inside >= 0
    assert apart > -1
