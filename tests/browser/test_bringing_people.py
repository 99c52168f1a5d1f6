"""The coach brings in a list on a phone without a script, and takes hers out, by keyboard alone."""

import re
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from hrsite.demo.filling import SignIn
from tests.browser.live import LiveSite
from tests.browser.pages import sign_in, watched_page

PHONE = {"width": 390, "height": 800}
LIST = b"Email;Status\r\nfirst.listed@example.com;\r\nnobody;\r\nsecond.listed@example.com;left\r\n"


def go_to(page: Page, wanted: Locator) -> Locator:
    """Press Tab until the focus is there."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if wanted.evaluate("one => one === document.activeElement"):
            return wanted
    raise AssertionError(f"Tab does not lead to {wanted}")


def test_a_list_is_brought_in_and_taken_out_without_a_script_and_by_keyboard(
    browser: Browser, demo_site: LiveSite, demo_sign_in: tuple[Path, SignIn]
) -> None:
    _, coach = demo_sign_in
    with watched_page(browser, demo_site.url, viewport=PHONE, java_script_enabled=False) as (
        page,
        noted,
    ):
        sign_in(page, demo_site.url, coach.email, coach.password)
        page.goto(f"{demo_site.url}/desk/subscribers/lists")
        page.get_by_label("The file").set_input_files(
            {"name": "list.csv", "mimeType": "text/csv", "buffer": LIST}
        )
        go_to(page, page.get_by_label("Ask each of them"))
        page.keyboard.press("Space")
        go_to(page, page.get_by_role("button", name="Read the file"))
        page.keyboard.press("Enter")
        expect(page.locator(".sentence")).to_have_text(
            "1 person gets one letter that asks them to confirm."
        )
        expect(page.get_by_text("Line 3")).to_be_visible()
        go_to(page, page.get_by_role("button", name="Ask 1 to confirm"))
        page.keyboard.press("Enter")
        # No worker runs here: it stays on its way, and the page looks again by itself.
        expect(page.locator(".sentence")).to_contain_text("0 of 1 person looked at")
        expect(page.locator("meta[http-equiv=refresh]")).to_have_count(1)
        go_to(page, page.get_by_role("link", name="Make it stand still"))
        page.keyboard.press("Enter")
        expect(page.locator("meta[http-equiv=refresh]")).to_have_count(0)

        page.goto(f"{demo_site.url}/desk/subscribers/file")
        go_to(page, page.get_by_label("Your password"))
        page.keyboard.type(coach.password)
        with page.expect_download() as came:
            page.keyboard.press("Enter")
        assert re.fullmatch(r"subscribers-[0-9-]{10}\.csv", came.value.suggested_filename)
        text = Path(came.value.path()).read_text("utf-8-sig")
        assert text.startswith(
            "Email,State,Letters,How often,Said yes on,Paused until,Plain letters,Reminders"
        )
        assert "reader.one@example.org,gets letters,articles notices,each," in text
        assert not noted.foreign_requests
