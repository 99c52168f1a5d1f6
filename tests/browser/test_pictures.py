"""The coach's pictures without script and without a mouse: described, changed, deleted."""

from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect

from hrsite.demo.filling import SignIn
from tests.browser.live import LiveSite
from tests.browser.pages import sign_in, watched_page
from tests.media.picture_samples import as_bytes, photo_from_a_phone

SHELF = "/desk/pictures/"


def press(page: Page, role: str, name: str) -> None:
    """Reach it with the Tab key, and press Enter on it."""
    wanted = page.get_by_role(role, name=name)  # type: ignore[arg-type]
    page.locator("body").press("Home")
    for _ in range(80):
        page.keyboard.press("Tab")
        if wanted.evaluate("it => it === document.activeElement"):
            break
    assert wanted.evaluate("it => it === document.activeElement"), f"Tab never comes to {name}"
    page.keyboard.press("Enter")


def test_a_picture_without_script_and_by_keyboard(
    browser: Browser, demo_site: LiveSite, demo_sign_in: tuple[Path, SignIn], tmp_path: Path
) -> None:
    _, coach = demo_sign_in
    photo, other = tmp_path / "photo.jpg", tmp_path / "other.png"
    photo.write_bytes(photo_from_a_phone())
    other.write_bytes(as_bytes(Image.new("RGB", (400, 300), "#14514a"), "PNG"))
    with watched_page(browser, demo_site.url, java_script_enabled=False) as (page, noted):
        sign_in(page, demo_site.url, coach.email, coach.password)
        page.goto(f"{demo_site.url}/desk/posts/new")
        page.get_by_label("Title").fill("Never saved")
        page.get_by_label("Choose a picture for the text").set_input_files(photo)
        page.get_by_label("What this picture shows").fill("Two colours")
        page.get_by_role("button", name="Add the picture to the text").click()
        press(page, "link", "Pictures")
        expect(page.get_by_role("heading", name="Pictures")).to_be_visible()
        press(page, "link", "Picture: Two colours")
        expect(page.get_by_text("Not used anywhere.")).to_be_visible()

        page.get_by_label("What it shows", exact=True).fill("Red and blue")
        press(page, "button", "Save the description")
        expect(page.get_by_role("heading", name="Red and blue")).to_be_visible()

        press(page, "button", "Put the new picture in its place")
        expect(page.get_by_text("Choose a picture first.")).to_be_visible()
        page.get_by_label("Choose a picture").set_input_files(other)
        press(page, "button", "Put the new picture in its place")
        expect(page.get_by_text("400 by 300 pixels")).to_be_visible()

        press(page, "link", "Delete this picture…")
        expect(page.get_by_role("heading", name="for good?")).to_be_visible()
        press(page, "button", "Delete for good")
        expect(page.get_by_text("The picture is gone")).to_be_visible()
        assert page.get_by_role("link", name="Picture: Red and blue").count() == 0
        assert noted.foreign_requests == []
