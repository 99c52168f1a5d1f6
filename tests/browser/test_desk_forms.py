"""The desk in a browser: one editor for all, its menu on a phone, a colour that is refused."""

from playwright.sync_api import Page, expect

from tests.browser import writing
from tests.browser.judging import DESK_LOOKS, WIDE, faults_of
from tests.browser.live import LiveSite
from tests.browser.writing import words

desk, page, without_script = writing.desk, writing.page, writing.without_script


def test_a_page_is_written_in_the_editor_and_read_again_in_the_box(
    page: Page, without_script: Page, demo_site: LiveSite
) -> None:
    page.goto(f"{demo_site.url}/desk/pages/new")
    page.get_by_label("Title", exact=True).fill("What I bring")
    words(page).focus()
    page.keyboard.type("## In my bag\nTwo ")
    page.keyboard.press("Control+b")
    page.keyboard.type("doses")
    expect(page.get_by_role("button", name="Picture", exact=True)).to_be_visible()
    page.get_by_role("button", name="Save and show it").click()
    page.wait_for_url("**/desk/pages/what-i-bring")
    expect(words(page).get_by_role("heading", name="In my bag")).to_be_visible()

    without_script.goto(page.url)

    assert (
        without_script.get_by_label("Words", exact=True).input_value()
        == "## In my bag\n\nTwo **doses**"
    )


def test_the_welcome_letter_has_the_editor_and_no_pictures(
    page: Page, without_script: Page, demo_site: LiveSite
) -> None:
    address = f"{demo_site.url}/desk/welcome"
    without_script.goto(address)
    before = without_script.get_by_label("Words", exact=True).input_value()
    page.goto(address)
    expect(page.get_by_role("button", name="Link", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Picture", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("Saved.")

    without_script.goto(address)
    assert without_script.get_by_label("Words", exact=True).input_value() == before


def test_a_notice_has_the_editor_in_a_box_of_modest_height_and_no_pictures(
    page: Page, without_script: Page, demo_site: LiveSite
) -> None:
    page.goto(f"{demo_site.url}/desk/notices/new")
    expect(page.get_by_role("button", name="Picture", exact=True)).to_have_count(0)
    page.get_by_label("What it is, or what has changed").fill("The group moves")
    page.get_by_role("radio", name="Until further notice").check()
    text = page.get_by_label("A few words more", exact=True)
    box = text.bounding_box()
    assert box is not None
    assert box["height"] < 200
    text.focus()
    page.keyboard.type("- Use the ")
    page.keyboard.press("Control+b")
    page.keyboard.type("back door")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Saved. Only you can see it.")).to_be_visible()
    expect(text.get_by_role("listitem")).to_have_text("Use the back door")

    without_script.goto(page.url)
    box_of_markdown = without_script.get_by_label("A few words more", exact=True)
    assert box_of_markdown.input_value() == "- Use the **back door**"


def test_a_wrong_weekday_in_a_notice_is_told_as_she_writes_and_mended_by_one_press(
    page: Page, demo_site: LiveSite
) -> None:
    page.goto(f"{demo_site.url}/desk/notices/new")
    page.get_by_label("What it is, or what has changed").fill("No group on Thursday 5 June 2026")
    expect(page.get_by_role("region", name="Hints")).to_contain_text("5 June 2026 is a Friday.")
    assert faults_of(page, "hints of a notice", DESK_LOOKS) == []
    page.get_by_role("button", name="Say “Friday”").click()
    expect(page.get_by_label("What it is, or what has changed")).to_have_value(
        "No group on Friday 5 June 2026"
    )


def test_on_a_phone_the_menu_of_the_desk_is_one_line_that_opens_by_keyboard(
    page: Page, demo_site: LiveSite
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    try:
        page.goto(f"{demo_site.url}/desk/pages/")
        menu = page.get_by_role("navigation", name="Desk")
        box = menu.bounding_box()
        assert box is not None
        assert box["height"] < 60
        assert "You are in: Pages" in menu.inner_text()
        menu.locator("summary").focus()
        page.keyboard.press("Enter")
        expect(menu.get_by_role("link", name="Bin")).to_be_visible()
        page.keyboard.press("Tab")
        expect(menu.get_by_role("link", name="Home")).to_be_focused()
        looks = {name: look for name, look in DESK_LOOKS.items() if look["view"]["width"] < 400}
        assert faults_of(page, "the open menu", looks) == []
    finally:
        page.set_viewport_size(WIDE)


def test_a_colour_that_cannot_be_read_is_refused_beside_its_box_in_every_look(
    page: Page, demo_site: LiveSite
) -> None:
    page.goto(f"{demo_site.url}/desk/settings")
    page.locator("#accent").fill("#ff9933")
    page.locator("#tagline").fill("Still here")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.locator("#accent-error")).to_be_visible()
    expect(page.locator("#tagline")).to_have_value("Still here")
    assert faults_of(page, "a refused colour", DESK_LOOKS) == []


def test_a_picture_of_the_first_page_follows_what_is_typed_and_nothing_is_saved(
    page: Page, without_script: Page, demo_site: LiveSite
) -> None:
    for one in (page, without_script):
        one.goto(f"{demo_site.url}/desk/settings")
        one.get_by_label("One line about it").fill("One day, and then the next")
        picture = one.frame_locator("#picture")
        if one is without_script:
            one.get_by_role("button", name="Look at it").click()
        heading = picture.get_by_role("heading", level=1)
        expect(heading).to_have_text("One day, and then the next")
        expect(one.get_by_label("One line about it")).to_have_value("One day, and then the next")

    assert faults_of(page, "a picture of the site", DESK_LOOKS) == []
    page.goto(f"{demo_site.url}/desk/settings")
    expect(page.get_by_label("One line about it")).not_to_have_value("One day, and then the next")
