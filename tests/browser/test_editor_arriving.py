"""The editor comes late, or not at all, or to words that were kept: none of them is lost."""

from playwright.sync_api import Page, Route, expect

from tests.browser import writing
from tests.browser.live import LiveSite
from tests.browser.writing import save, words

desk, page, without_script = writing.desk, writing.page, writing.without_script
TIPTAP = "**/editor/tiptap.js"
KEEPING = "**/desk/words/**"
BOX = "textarea[name=body]"


def open_without_editor(page: Page, site: LiveSite) -> list[Route]:
    """A new article whose editor waits to be let in."""
    waiting: list[Route] = []
    page.route(TIPTAP, lambda route: waiting.append(route))
    with page.expect_request(TIPTAP):
        page.goto(f"{site.url}/desk/posts/new", wait_until="commit")
    page.get_by_label("Title", exact=True).fill("From the editor")
    return waiting


def let_in(page: Page, waiting: list[Route]) -> None:
    for route in waiting:
        route.continue_()
    page.unroute(TIPTAP)


def test_words_typed_before_it_came_stand_in_it(page: Page, demo_site: LiveSite) -> None:
    waiting = open_without_editor(page, demo_site)
    page.locator(BOX).press_sequentially("First words,\nand more.\n\nThen others.")
    let_in(page, waiting)

    expect(page.get_by_role("toolbar")).to_be_visible()
    expect(words(page)).to_be_focused()
    expect(words(page).locator("p")).to_have_text(["First words, and more.", "Then others."])
    page.keyboard.type(" At once.")
    expect(words(page)).to_contain_text("Then others. At once.")


def test_words_typed_before_its_first_frame_stand_in_it(page: Page, demo_site: LiveSite) -> None:
    waiting = open_without_editor(page, demo_site)
    page.locator(BOX).press_sequentially("First words, ")
    page.evaluate("window.requestAnimationFrame = () => 0")
    let_in(page, waiting)

    expect(page.get_by_role("toolbar")).to_be_visible()
    page.keyboard.type("and more.")
    expect(words(page).locator("p")).to_have_text("First words, and more.")


def test_who_was_in_the_midst_of_her_words_goes_on_there(page: Page, demo_site: LiveSite) -> None:
    waiting = open_without_editor(page, demo_site)
    page.locator(BOX).press_sequentially("First words.\n\nThen others.\n\nAnd last.")
    for key in ("ArrowUp", "ArrowUp", "Home", *["ArrowRight"] * 5):
        page.keyboard.press(key)
    let_in(page, waiting)

    expect(page.get_by_role("toolbar")).to_be_visible()
    page.keyboard.type("some ")
    said = ["First words.", "Then some others.", "And last."]
    expect(words(page).locator("p")).to_have_text(said)


def test_markdown_typed_before_it_came_stays_in_the_box(page: Page, demo_site: LiveSite) -> None:
    waiting = open_without_editor(page, demo_site)
    page.locator(BOX).fill("## Start\n\n**Two** doses.")
    let_in(page, waiting)
    page.wait_for_load_state()

    expect(words(page)).to_have_value("## Start\n\n**Two** doses.")
    save(page)
    expect(words(page).get_by_role("heading", name="Start")).to_be_visible()


def test_when_it_never_comes_the_box_is_there(page: Page, demo_site: LiveSite) -> None:
    page.route(TIPTAP, lambda route: route.abort())
    page.goto(f"{demo_site.url}/desk/posts/new")
    page.unroute(TIPTAP)
    page.get_by_label("Title", exact=True).fill("From the editor")
    words(page).press_sequentially("Two doses.")
    expect(page.locator("#kept")).to_contain_text("Kept at")
    expect(page.get_by_label("Choose a picture for the text")).to_be_visible()
    save(page)
    expect(words(page)).to_have_text("Two doses.")


def test_a_copy_the_server_has_is_not_offered_again(page: Page) -> None:
    save(page)
    page.evaluate("localStorage.clear()")
    words(page).focus()
    page.context.set_offline(True)
    page.keyboard.type("Two doses, and a spare. ")
    expect(page.locator("#kept")).to_contain_text("safe in this browser")
    copy = page.evaluate("({ ...localStorage })")
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#kept")).to_contain_text("Kept at")

    page.evaluate("(copy) => Object.assign(localStorage, copy)", copy)
    page.reload()

    expect(words(page)).to_have_text("Two doses, and a spare.")
    expect(page.locator("#from-browser")).to_be_hidden()
    assert page.evaluate("localStorage.length") == 0


def test_a_copy_from_the_box_is_put_back_into_the_box(page: Page) -> None:
    address = save(page)
    page.evaluate("localStorage.clear()")
    page.route(TIPTAP, lambda route: route.abort())
    page.goto(address)
    page.unroute(TIPTAP)
    page.route(KEEPING, lambda route: route.abort())
    words(page).fill("## From the box")
    expect(page.locator("#kept")).to_contain_text("safe in this browser")
    page.goto(address)
    page.unroute(KEEPING)
    page.get_by_role("button", name="Put them in the boxes").click()
    expect(words(page)).to_have_value("## From the box")
    save(page)
    expect(words(page).get_by_role("heading", name="From the box")).to_be_visible()
