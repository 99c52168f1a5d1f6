"""The writing form's editor, as the coach uses it: the same article as from the Markdown box."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from playwright.sync_api import Page, expect

from hrsite.texts.markup import clean, from_markdown, to_markdown
from tests.browser import copied, writing
from tests.browser.judging import DESK_LOOKS, faults_of
from tests.browser.live import LiveSite
from tests.browser.writing import hand_over, markdown_of, press, save, words
from tests.markup_samples import documents

desk, page, without_script = writing.desk, writing.page, writing.without_script
CARET = """() => {
  const { view } = document.getElementById("body").editor;
  return view.coordsAtPos(view.state.selection.head);
}"""

ON_TOP = """(button) => {
  const { x, y, width, height } = button.getBoundingClientRect();
  return document.elementFromPoint(x + width / 2, y + height / 2) === button;
}"""


def test_an_article_is_written_by_keyboard_alone(page: Page, without_script: Page) -> None:
    keys = page.keyboard
    words(page).focus()
    keys.type("## Start here\nWrite down ")
    keys.press("Control+b")
    keys.type("three")
    keys.press("Control+b")
    keys.type(" things.\n- one\ntwo")
    keys.press("Control+]")
    keys.press("Enter")
    keys.press("Enter")
    keys.press("Enter")
    keys.press("Alt+F10")
    for _ in range(6):
        keys.press("ArrowRight")
    expect(page.get_by_role("button", name="Quote")).to_be_focused()
    keys.press("Enter")
    keys.type("Any real step")
    keys.press("Control+z")
    keys.press("Control+Shift+z")

    markdown = markdown_of(without_script, save(page))

    assert markdown == (
        "## Start here\n\nWrite down **three** things.\n\n- one\n  - two\n\n> Any real step"
    )


def test_markdown_opens_in_the_editor_and_comes_back_unchanged(
    page: Page, without_script: Page, demo_site: LiveSite
) -> None:
    text = (
        "## A\n\nWords, **strong _and gentle_**, [a link](/about).\\\nA line.\n\n> Said\n>\n"
        "> - one\n> - two\n\n1. first\n\n   more\n\n2. second\n\n***\n\n"
        "| When | What |\n| --- | --- |\n| 7 am | Tea<br>toast |"
    )
    without_script.goto(f"{demo_site.url}/desk/posts/new")
    without_script.get_by_label("Title", exact=True).fill("From the box")
    without_script.get_by_label("Words", exact=True).fill(text)
    address = save(without_script)

    page.goto(address)
    expect(words(page).get_by_role("heading", name="A")).to_be_visible()
    expect(words(page).get_by_role("cell", name="7 am")).to_be_visible()
    save(page)

    assert markdown_of(without_script, address) == text


def test_the_buttons_are_one_stop_and_the_arrows_go_among_them(page: Page) -> None:
    buttons = page.get_by_role("toolbar").get_by_role("button")
    last = buttons.count() - 1
    page.get_by_label("Summary").focus()
    page.keyboard.press("Tab")
    expect(buttons.first).to_be_focused()
    for key, place in [("End", last), ("ArrowRight", 0), ("ArrowLeft", last), ("Home", 0)]:
        page.keyboard.press(key)
        expect(buttons.nth(place)).to_be_focused()
    page.keyboard.press("Tab")
    expect(words(page)).to_be_focused()
    expect(words(page)).to_have_attribute("aria-multiline", "true")

    bold = page.get_by_role("button", name="Bold")
    expect(bold).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Control+b")
    expect(bold).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Alt+F10")
    page.keyboard.press("Escape")
    expect(words(page)).to_be_focused()


@pytest.mark.parametrize("source", copied.ALL)
def test_what_is_pasted_comes_out_clean_as_the_server_would_have_it(
    page: Page, without_script: Page, source: str
) -> None:
    hand_over(page, html=copied.ALL[source], text="words")

    assert markdown_of(without_script, save(page)) == to_markdown(copied.ALL[source])


def test_the_editor_changes_no_article_by_showing_it(page: Page, demo_site: LiveSite) -> None:
    page.goto(f"{demo_site.url}/desk/posts/1")
    expect(words(page)).to_be_visible()
    samples: list[str] = []

    @given(documents)
    @settings(
        max_examples=150,
        phases=[Phase.generate],
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    def gather(document: str) -> None:
        samples.append(clean(document))

    gather()
    shown = page.evaluate(
        """(samples) => {
          const { editor } = document.getElementById("body");
          const { extensions } = editor.options;
          return samples.map((content) => {
            const one = new editor.constructor({ element: null, extensions, content });
            return one.getHTML();
          });
        }""",
        samples,
    )
    for before, after in zip(samples, shown, strict=True):
        assert clean(after) == before, after


def test_every_button_is_in_reach_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    words(page).focus()
    page.keyboard.type("A line.\n" * 60)
    for button in page.get_by_role("toolbar").get_by_role("button").all():
        expect(button).to_be_in_viewport(ratio=1)
        box = button.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44
    # The line she writes is not under the bar below, nor, on the way back up, under the buttons.
    line, below = page.evaluate(CARET), page.locator(".act-bar").bounding_box()
    assert below
    assert line["bottom"] <= below["y"]
    for _ in range(40):
        page.keyboard.press("ArrowUp")
    line, above = page.evaluate(CARET), page.get_by_role("toolbar").bounding_box()
    assert above
    assert line["top"] >= above["y"] + above["height"]
    page.set_viewport_size({"width": 1280, "height": 900})


def test_the_open_editor_and_its_questions_have_no_fault(page: Page) -> None:
    words(page).focus()
    page.keyboard.type("## A heading\nWords.")
    faults = faults_of(page, "editor", DESK_LOOKS)
    for name in ("Link", "Picture", "Video or sound on another site"):
        press(page, name)
        faults += faults_of(page, name, DESK_LOOKS)
        press(page, "Cancel")
    assert faults == [], "\n".join(faults)


def test_from_markdown_and_editor_the_page_is_the_same(page: Page, without_script: Page) -> None:
    words(page).focus()
    said = "Plain words & <signs>, 5 * 3, [not a link] and_so_on."
    page.keyboard.type(said)

    markdown = markdown_of(without_script, save(page))

    assert (
        from_markdown(markdown)
        == "<p>Plain words &amp; &lt;signs&gt;, 5 * 3, [not a link] and_so_on.</p>"
    )


def test_an_idea_about_her_words_is_taken_by_one_press(
    page: Page, without_script: Page, demo_site: LiveSite
) -> None:
    page.locator("#body").press_sequentially("An addict came. Another addict waited.")
    say = page.get_by_role("button", name="Say “person who uses drugs”")
    expect(say).to_have_accessible_name("Instead of addict Say “person who uses drugs”")
    assert faults_of(page, "hints", DESK_LOOKS) == []
    say.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#body")).to_have_text(
        "A person who uses drugs came. Another person who uses drugs waited."
    )
    expect(page.get_by_text("Nothing that asks for a second look.")).to_be_visible()

    plain = without_script
    plain.goto(f"{demo_site.url}/desk/posts/new")
    plain.get_by_label("Words", exact=True).fill("On [date] an addict came.")
    plain.get_by_role("button", name="Look again").click()
    plain.get_by_role("button", name="Keep it where it says addict").click()
    plain.get_by_role("button", name="It is fine so where it says [date]").click()
    expect(plain.get_by_text("Nothing that asks for a second look.")).to_be_visible()
    expect(plain.get_by_label("Words", exact=True)).to_have_value("On [date] an addict came.")


def test_the_bar_with_save_is_never_under_the_editors_own(page: Page) -> None:
    for height in range(500, 900, 40):
        page.set_viewport_size({"width": 390, "height": height})
        page.evaluate("scrollTo(0, 0)")
        assert page.get_by_role("button", name="Save draft").evaluate(ON_TOP), height
    page.set_viewport_size({"width": 1280, "height": 900})
