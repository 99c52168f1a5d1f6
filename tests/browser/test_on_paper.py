"""On paper nothing can be pressed: lists say all of it, as wide as the sheet."""

from playwright.sync_api import Browser

from tests.browser.live import LiveSite
from tests.browser.pages import watched_page

LONG = "What to carry, whom to tell, and how long to stay. " * 12
WRITE = """(words) => {
  for (const link of document.querySelectorAll(".card h3 a")) link.textContent = words;
}"""
# How much of each title is cut off, and how wide the newest one stands in the page.
SEEN = """() => {
  const titles = [...document.querySelectorAll(".card h3")];
  const cut = titles.filter((title) => title.scrollHeight > title.clientHeight + 12).length;
  const wide = document.querySelector(".lead h3").clientWidth;
  return [cut, wide / document.querySelector("main .frame").clientWidth];
}"""


def test_titles_are_whole_and_as_wide_as_the_sheet(browser: Browser, demo_site: LiveSite) -> None:
    with watched_page(browser, demo_site.url, viewport={"width": 800, "height": 1000}) as (page, _):
        page.goto(demo_site.url)
        page.evaluate(WRITE, LONG)
        page.emulate_media(media="print")
        cut, share = page.evaluate(SEEN)
    assert cut == 0
    assert share > 0.9
