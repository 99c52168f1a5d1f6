"""What the editor asks before it acts: pictures, links, and videos on other sites."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import writing
from tests.browser.writing import hand_over, markdown_of, press, save, words
from tests.posts.writing import picture_file

desk, page, without_script = writing.desk, writing.page, writing.without_script
VIDEO = "https://www.youtube.com/watch?v=abc&t=1"
ALT, FILE = "Say what is in the picture", "Picture file"


def jpeg() -> bytes:
    return picture_file()[0].read()


def write(page: Page, text: str) -> None:
    words(page).focus()
    page.keyboard.type(text)


def test_a_picture_is_refused_in_words_then_put_in_with_its_description(
    page: Page, without_script: Page
) -> None:
    write(page, "Before.\n")
    press(page, "Picture")
    asked = page.get_by_role("dialog", name="A picture in the text")
    press(page, "Put the picture in")
    expect(asked.get_by_role("alert")).to_have_text("Choose a picture first.")

    svg = {"name": "x.svg", "mimeType": "image/svg+xml", "buffer": b"<svg onload='alert(1)'/>"}
    asked.get_by_label(FILE).set_input_files([svg])
    press(page, "Put the picture in")
    expect(asked.get_by_role("alert")).to_contain_text("Say in a few words what the picture shows")
    asked.get_by_label(ALT).fill("A kit, open")
    press(page, "Put the picture in")
    expect(asked.get_by_role("alert")).to_contain_text("This is an SVG drawing.")
    expect(asked.get_by_label(ALT)).to_have_value("A kit, open")

    huge = {"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"x" * (10 * 1024 * 1024 + 1)}
    asked.get_by_label(FILE).set_input_files([huge])
    press(page, "Put the picture in")
    expect(asked.get_by_role("alert")).to_contain_text("larger than 10 MB")

    good = {"name": "x.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
    asked.get_by_label(FILE).set_input_files([good])
    press(page, "Put the picture in")
    expect(asked).to_be_hidden()
    expect(words(page).get_by_role("img", name="A kit, open")).to_be_visible()
    page.keyboard.type("After.")

    said = markdown_of(without_script, save(page)).split("\n\n")
    assert said[0] == "Before."
    assert said[1].startswith("![A kit, open](/media/")
    assert said[2] == "After."


@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_a_picture_can_be_pasted_and_dropped_and_described_anew(page: Page, kind: str) -> None:
    hand_over(page, kind, file=("cups.jpg", "image/jpeg", jpeg()))
    expect(page.get_by_text("cups.jpg")).to_be_visible()
    page.get_by_label("The picture only decorates").check()
    press(page, "Put the picture in")
    picture = words(page).locator("figure img")
    expect(picture).to_have_attribute("alt", "")

    picture.click()
    press(page, "Picture")
    page.get_by_label("The picture only decorates").uncheck()
    page.get_by_label(ALT).fill("Two cups")
    press(page, "Put the picture in")
    expect(words(page).get_by_role("img", name="Two cups")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(picture).to_have_attribute("alt", "")

    picture.click()
    press(page, "Picture")
    press(page, "Take the picture out")
    expect(picture).to_have_count(0)


def test_without_a_connection_the_picture_and_its_words_stay_in_the_question(page: Page) -> None:
    hand_over(page, file=("cups.jpg", "image/jpeg", jpeg()))
    page.get_by_label(ALT).fill("Two cups")
    page.context.set_offline(True)
    press(page, "Put the picture in")
    expect(page.get_by_role("alert")).to_contain_text("There is no connection.")
    page.context.set_offline(False)
    press(page, "Put the picture in")
    expect(words(page).get_by_role("img", name="Two cups")).to_be_visible()


def test_a_link_goes_only_where_links_may_go(page: Page, without_script: Page) -> None:
    write(page, "Ring the line")
    for _ in range(4):
        page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Control+k")
    expect(page.get_by_label("Words to press")).to_have_value("line")
    address = page.get_by_label("Where it leads")
    expect(address).to_be_focused()
    for bad in (
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.org",
        "//example.org",
        "",
    ):
        address.fill(bad)
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("This is no address")
    address.fill("tel:+14165550123")
    page.keyboard.press("Enter")
    expect(words(page)).to_be_focused()
    page.keyboard.type(" or ")
    press(page, "Link")
    page.get_by_label("Words to press").fill("write")
    address.fill("jordan@example.org")
    press(page, "Put the link in")
    page.keyboard.type(".")

    assert markdown_of(without_script, save(page)) == (
        "Ring the [line](tel:+14165550123) or [write](mailto:jordan@example.org)."
    )

    words(page).get_by_role("link", name="line").click()
    press(page, "Link")
    press(page, "Take the link away")
    expect(words(page).get_by_role("link")).to_have_count(1)


def test_a_pasted_video_becomes_a_card_that_asks_nobody(page: Page, without_script: Page) -> None:
    hand_over(page, text=VIDEO)
    expect(page.get_by_label("Its address")).to_have_value(VIDEO)
    press(page, "Put the card in")
    expect(page.get_by_role("alert")).to_contain_text("Say what it is called")
    page.get_by_label("What it is called").fill("Packing a kit")
    press(page, "Put the card in")
    page.keyboard.type("After it, ")
    hand_over(page, text="https://example.org/a")
    expect(words(page).locator(".elsewhere-card")).to_have_text("Packing a kit")

    address = save(page)
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Preview").click()
    card = opened.value.frame_locator("iframe").locator(".elsewhere")
    expect(card.get_by_role("link", name="Packing a kit")).to_have_attribute("href", VIDEO)
    opened.value.close()
    assert markdown_of(without_script, address) == (
        f"[Packing a kit]({VIDEO})\n\nAfter it, [https://example.org/a](https://example.org/a)"
    )


def test_a_pasted_video_without_a_card_is_its_address(page: Page) -> None:
    hand_over(page, text=VIDEO)
    expect(page.get_by_label("What it is called")).to_be_focused()
    page.keyboard.press("Escape")
    expect(words(page)).to_have_text(VIDEO)
