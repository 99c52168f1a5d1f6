"""Leave this site: in sight always, gone at once, and no way back to what was read."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.elsewhere import Elsewhere
from tests.browser.live import LiveSite
from tests.running_site import until

READ = "/posts/checking-your-drugs"
VIEWS = {"wide": (1280, 800), "phone": (390, 844), "smallest": (320, 568)}
PATHS = (READ, "/", "/signup", "/no/such/page", "/confirm/AAAAAAAAAAAAAAAAAAAAAA")
# Whose pixels are in the middle of the link, and how large it is.
EXIT_SEEN = """() => {
  const link = document.querySelector("a.exit"), box = link.getBoundingClientRect();
  const over = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return [over === link, box.width >= 44, box.height >= 44, box.top >= 0, box.right <= innerWidth];
}"""
# While a page waits for another one, Chromium answers no question about it: so the page tells.
TELL = """() => setInterval(() => {
  const page = document.documentElement, alert = page.querySelector("[role=alert]");
  if (!alert) return;
  console.log("words:" + document.body.innerText.trim());
  console.log("alert:" + alert.textContent);
  console.log("title:" + document.title);
  console.log("path:" + location.pathname);
  console.log("icon:" + page.querySelector("[rel=icon]").href);
  console.log("whole:" + page.outerHTML);
  if (!page.dataset.again) dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
  page.dataset.again = "1";
}, 100)"""
COMPOSING = """() => [..."123"].forEach(() => {
  for (const kind of ["keydown", "keyup"]) document.querySelector("#address").dispatchEvent(
    new KeyboardEvent(kind, { key: "Shift", isComposing: kind === "keydown", bubbles: true }));
})"""


@pytest.fixture(autouse=True)
def talking(there: Elsewhere) -> Iterator[None]:
    there.answers = True
    there.asked.clear()
    yield
    there.hang_up()


@contextmanager
def reading(browser: Browser, site: LiveSite, *, script: bool = True) -> Iterator[Page]:
    """An article, in a browser that came to it from the first page."""
    context = browser.new_context(java_script_enabled=script)
    page = context.new_page()
    page.goto(site.url)
    page.goto(site.url + READ)
    yield page
    context.close()


def press_shift(page: Page, times: int) -> None:
    for _ in range(times):
        page.keyboard.press("Shift")


def told(page: Page, what: str) -> str:
    """The next thing of this kind that the page tells by itself."""
    said = page.wait_for_event("console", lambda message: message.text.startswith(what))
    return said.text.removeprefix(what)


@pytest.mark.parametrize("view", VIEWS)
def test_the_link_is_in_sight_wherever_one_has_scrolled(
    browser: Browser, site: LiveSite, view: str
) -> None:
    width, height = VIEWS[view]
    page = browser.new_context(viewport={"width": width, "height": height}).new_page()
    for path in PATHS:
        page.goto(site.url + path)
        for size in ("100%", "200%"):
            page.evaluate(f"document.documentElement.style.fontSize = '{size}'")
            for part in (0, 0.1, 0.5, 1):
                page.evaluate(f"scrollTo(0, document.documentElement.scrollHeight * {part})")
                assert page.evaluate(EXIT_SEEN) == [True] * 5, (path, size, part)
    page.context.close()


def test_the_skip_link_does_not_cover_it(browser: Browser, site: LiveSite) -> None:
    page = browser.new_context(viewport={"width": 320, "height": 568}).new_page()
    page.goto(site.url)
    page.keyboard.press("Tab")
    assert page.evaluate(EXIT_SEEN) == [True] * 5
    page.context.close()


def test_a_press_leaves_and_back_does_not_show_what_was_read(
    browser: Browser, site: LiveSite, there: Elsewhere
) -> None:
    with reading(browser, site) as page:
        page.get_by_role("link", name="Leave this site").click()
        page.wait_for_url(there.url)
        assert "Referer" not in there.asked[0]
        # An empty tab, the first page, and this one: what was read has no place between them.
        assert page.evaluate("history.length") == 3
        page.go_back()
        expect(page).to_have_url(f"{site.url}/")
        page.go_forward()
        expect(page).to_have_url(there.url)


@pytest.mark.parametrize("how", ["Enter", "middle", "Control", "Shift"])
def test_however_it_is_pressed_no_tab_keeps_the_page(
    browser: Browser, site: LiveSite, there: Elsewhere, how: str
) -> None:
    with reading(browser, site) as page:
        link = page.get_by_role("link", name="Leave this site")
        if how == "Enter":
            page.keyboard.press("Tab")
            page.keyboard.press("Tab")
            page.keyboard.press("Enter")
        elif how == "middle":
            link.click(button="middle")
        else:
            link.click(modifiers=[how])
        page.wait_for_url(there.url)
        assert page.context.pages == [page]


def test_three_lone_presses_of_shift_leave(
    browser: Browser, site: LiveSite, there: Elsewhere
) -> None:
    with reading(browser, site) as page:
        status = page.locator("#pressed[role=status]")
        expect(status).to_have_text("")
        press_shift(page, 1)
        expect(status).to_have_text("Press Shift two more times to leave.")
        press_shift(page, 1)
        expect(status).to_have_text("Press Shift once more to leave.")
        press_shift(page, 1)
        page.wait_for_url(there.url)
        page.go_back()
        expect(page).to_have_url(f"{site.url}/")


def test_writing_capitals_clicking_and_waiting_do_not_leave(
    browser: Browser, site: LiveSite, there: Elsewhere
) -> None:
    with reading(browser, site) as page:
        page.clock.install()
        page.reload()
        status = page.locator("#pressed[role=status]")
        box = page.get_by_label("Your email address")
        box.focus()
        for _ in range(4):
            page.keyboard.press("Shift+A")
        expect(status).to_have_text("")
        press_shift(page, 2)
        page.keyboard.press("x")  # Any other key begins the count anew.
        expect(status).to_have_text("")
        press_shift(page, 2)
        page.clock.fast_forward(4_900)
        expect(status).to_have_text("Press Shift once more to leave.")
        page.clock.fast_forward(200)
        expect(status).to_have_text("")
        press_shift(page, 2)
        page.keyboard.down("Shift")
        page.locator("h1").click()
        page.keyboard.up("Shift")
        page.clock.fast_forward(5_100)
        page.evaluate(COMPOSING)  # An input method changes its alphabet by Shift.
        expect(status).to_have_text("")
        expect(box).to_have_value("AAAAx")
        assert there.asked == []


def test_the_wait_begins_again_at_each_press(
    browser: Browser, site: LiveSite, there: Elsewhere
) -> None:
    with reading(browser, site) as page:
        page.clock.install()
        page.reload()
        for _ in range(2):
            press_shift(page, 1)
            page.clock.fast_forward(4_000)
        press_shift(page, 1)
        page.wait_for_url(there.url)


@pytest.mark.parametrize(("by", "media"), [("pointer", "screen"), ("Shift", "print")])
def test_a_site_that_does_not_answer_leaves_the_page_covered(
    browser: Browser, site: LiveSite, there: Elsewhere, by: str, media: Literal["screen", "print"]
) -> None:
    there.answers = False
    with reading(browser, site) as page:
        page.emulate_media(media=media)
        page.evaluate(TELL)
        if by == "Shift":
            press_shift(page, 3)
        else:
            page.get_by_role("link", name="Leave this site").click(no_wait_after=True)
        assert until(lambda: bool(there.asked))
        assert told(page, "words:") == ("Loading" if media == "screen" else "")
        assert told(page, "alert:") == "Loading"
        assert told(page, "title:") == "127.0.0.1"
        assert told(page, "path:") == "/"
        assert "/blank.svg" in told(page, "icon:")
        assert "hecking" not in told(page, "whole:")
        # Asked for again by a browser that kept it, it leaves again.
        assert until(lambda: len(there.asked) == 2)
        assert told(page, "alert:") == "Loading"


def test_without_script_it_is_a_link(browser: Browser, site: LiveSite, there: Elsewhere) -> None:
    with reading(browser, site, script=False) as page:
        page.get_by_role("link", name="Leave this site").click()
        page.wait_for_url(there.url)
        assert "Referer" not in there.asked[0]
