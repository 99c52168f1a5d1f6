"""Letters of twice the size on the narrowest phone: words stay whole, commas with theirs."""

from playwright.sync_api import Browser

from tests.browser.live import LiveSite
from tests.browser.pages import watched_page

# Words of the title that stand on two lines.
TORN = """() => {
  document.documentElement.style.fontSize = "200%";
  const text = document.querySelector("h1").firstChild, torn = [];
  for (const found of text.data.matchAll(/\\S+/g)) {
    const word = document.createRange();
    word.setStart(text, found.index);
    word.setEnd(text, found.index + found[0].length);
    if (new Set([...word.getClientRects()].map((box) => box.top)).size > 1) torn.push(found[0]);
  }
  return torn;
}"""
# How far a comma after a topic stands from where lines begin, in lines of all widths.
COMMA = """() => {
  const line = document.querySelector(".eyebrow"), topic = line.querySelector("a");
  const comma = document.createTextNode(","), room = document.createRange(), apart = [];
  line.replaceChildren(topic, comma, " ", topic.cloneNode(true));
  room.selectNode(comma);
  const begin = line.getBoundingClientRect().left;
  for (let width = 320; width > 180; width -= 2) {
    line.style.width = `${width}px`;
    apart.push(room.getBoundingClientRect().left - begin);
  }
  return Math.min(...apart);
}"""


def test_titles_are_not_torn_and_commas_stay_with_their_topics(
    browser: Browser, demo_site: LiveSite
) -> None:
    phone = {"width": 320, "height": 640}
    with watched_page(browser, demo_site.url, viewport=phone) as (page, _):
        for path in ("/", "/notices/", "/posts/with-everything"):
            page.goto(demo_site.url + path)
            assert page.evaluate(TORN) == [], path
        assert page.evaluate(COMMA) >= 5
