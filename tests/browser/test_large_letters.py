"""Letters of twice the size on the narrowest phone: words stay whole, commas with theirs."""

from pathlib import Path

from playwright.sync_api import Browser

from hrsite.demo.filling import SignIn
from tests.browser.live import LiveSite
from tests.browser.pages import sign_in, watched_page

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
# The results whose coloured square stands above their name, and not beside it.
APART = """() => [...document.querySelectorAll("th .swatch")].filter((square) => {
  const words = document.createRange();
  words.selectNodeContents(square.parentElement);
  words.setStartAfter(square);
  const [first] = [...words.getClientRects()].filter((box) => box.width > 1);
  const box = square.getBoundingClientRect();
  return box.bottom < first.top || box.right > first.left;
}).map((square) => square.parentElement.innerText)"""
LINES_OF_MENU = """() => {
  const word = document.createRange();
  word.selectNode(document.querySelector(".desk-nav summary").firstChild);
  return new Set([...word.getClientRects()].map((box) => box.top)).size;
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


def test_on_the_desk_words_and_their_marks_stay_whole(
    browser: Browser, demo_site: LiveSite, demo_sign_in: tuple[Path, SignIn]
) -> None:
    coach = demo_sign_in[1]
    narrow = {"width": 340, "height": 640}
    with watched_page(browser, demo_site.url, viewport=narrow) as (page, _):
        sign_in(page, demo_site.url, coach.email, coach.password)
        page.goto(f"{demo_site.url}/desk/issues/1")
        assert page.evaluate(APART) == []
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate(LINES_OF_MENU) == 1
