"""Sessions in a real browser: the reader's own time beside it, and the desk without script."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from hrsite.demo.filling import SignIn
from tests.browser.live import LiveSite
from tests.browser.pages import sign_in, watched_page

LONDON = {"timezone_id": "Europe/London", "locale": "en-GB"}
TORONTO = {"timezone_id": "America/Toronto", "locale": "en-CA"}
A_PHONE = {"viewport": {"width": 320, "height": 640}, "java_script_enabled": False}


def test_a_reader_far_away_sees_her_own_time_beside(browser: Browser, demo_site: LiveSite) -> None:
    for path in ("/", "/notices/", "/notices/notice-3", "/notices/notice-3?plain=1"):
        with watched_page(browser, demo_site.url, **LONDON) as (page, noted):
            page.goto(f"{demo_site.url}{path}")
            expect(page.locator(".here").first).to_contain_text("for you")
            told = page.locator(".here").all_inner_texts()
            assert all("for you" in own for own in told)
            assert noted.console == []
            assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_a_reader_in_the_same_zone_sees_nothing_twice(
    browser: Browser, demo_site: LiveSite
) -> None:
    with watched_page(browser, demo_site.url, **TORONTO) as (page, _):
        page.goto(f"{demo_site.url}/notices/")
        page.wait_for_load_state("networkidle")
        own = page.locator(".here").all_inner_texts()
        assert len(own) > 3
        assert set(own) == {""}


def test_a_series_is_made_moved_and_cancelled_without_script(
    browser: Browser, demo_site: LiveSite, demo_sign_in: tuple[Path, SignIn]
) -> None:
    coach = demo_sign_in[1]
    with watched_page(browser, demo_site.url, **A_PHONE) as (page, _):
        sign_in(page, demo_site.url, coach.email, coach.password)
        page.goto(f"{demo_site.url}/desk/notices/new")
        page.get_by_label("What it is, or what has changed").fill("Quiet hour")
        expect(page.get_by_label("Last day, if it is every week")).to_be_hidden()
        page.get_by_role("radio", name="Every week").check()
        expect(page.get_by_label("Last day, if it is every week")).to_be_visible()
        page.get_by_label("Day", exact=True).fill("2099-06-04")
        page.get_by_label("Starts").fill("19:00")
        page.get_by_label("Ends", exact=True).fill("20:00")
        page.get_by_role("button", name="Publish", exact=True).press("Enter")
        expect(page.get_by_text("It is on the site.")).to_be_visible()

        page.get_by_role("link", name="Move it").click()
        page.get_by_label("New day").fill("2099-06-05")
        page.get_by_role("button", name="Look it over").click()
        expect(page.get_by_text("All others stay as they are.")).to_be_visible()
        page.get_by_role("button", name="Move it").click()
        expect(page.get_by_text("It has moved.")).to_be_visible()

        page.get_by_role("link", name="Cancel it").click()
        page.get_by_role("radio", name="Only Thursday 11 June 2099").check()
        page.get_by_role("button", name="Look it over").click()
        page.get_by_role("button", name="Cancel it").click()
        expect(page.locator("#main .fate")).to_have_text(["Moved", "Cancelled"])
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.get_by_role("button", name="Take it off the site").click()
        expect(page.get_by_text("It is off the site")).to_be_visible()
