"""Words in the writing form, whatever happens: offline, the server killed, signed out, two tabs."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from hrsite.demo.filling import SignIn
from tests.browser.live import LiveSite, live_site
from tests.browser.pages import sign_in, watched_page
from tests.conftest import settings_for
from tests.running_site import answers, until

HERS = "Two doses, and a spare. "


def own_settings() -> dict[str, str]:
    keys = settings_for(Path())
    return {name: keys[name] for name in ("SECRET_KEY", "ADDRESS_KEY")} | {"UNCERTAIN": "hold"}


@pytest.fixture
def site(demo_sign_in: tuple[Path, SignIn], tmp_path: Path) -> Iterator[LiveSite]:
    """A filled site of this test's own, to be killed."""
    data = shutil.copytree(demo_sign_in[0], tmp_path / "site")
    with live_site("serve", data, **own_settings()) as site:
        yield site


@pytest.fixture
def page(browser: Browser, site: LiveSite, demo_sign_in: tuple[Path, SignIn]) -> Iterator[Page]:
    with watched_page(browser, site.url, color_scheme="dark") as (page, noted):
        sign_in(page, site.url, demo_sign_in[1].email, demo_sign_in[1].password)
        yield page
        assert noted.foreign_requests == []


def write(page: Page, words: str) -> None:
    """Type into the text, as a person does."""
    page.get_by_label("Words", exact=True).press_sequentially(words)


def copies(page: Page) -> int:
    """How many forms' words this browser still holds by itself."""
    return int(page.evaluate("Object.keys(localStorage).length"))


def test_words_are_kept_while_she_writes_and_stand_there_again(page: Page, site: LiveSite) -> None:
    page.goto(f"{site.url}/desk/posts/new")
    page.get_by_label("Title", exact=True).fill("What I carry")
    write(page, HERS)
    expect(page.locator("#kept")).to_contain_text("Kept at")
    assert until(lambda: copies(page) == 0)

    page.goto(f"{site.url}/desk/posts/")  # Without saving.
    page.get_by_role("link", name="What I carry").click()

    expect(page.get_by_label("Words", exact=True)).to_have_text(HERS.strip())
    expect(page.get_by_role("heading", name="These words are not saved yet")).to_be_visible()
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Saved. Only you can see it.")).to_be_visible()
    expect(page.get_by_role("heading", name="These words are not saved yet")).to_have_count(0)


def test_offline_they_stay_in_the_browser_until_the_server_has_them(
    page: Page, site: LiveSite
) -> None:
    page.goto(f"{site.url}/desk/posts/1")
    page.context.set_offline(True)
    write(page, HERS)
    expect(page.locator("#kept")).to_contain_text("safe in this browser")
    assert copies(page) == 1

    page.close()  # And with it the tab's own memory.
    page.context.set_offline(False)
    again = page.context.new_page()
    again.goto(f"{site.url}/desk/posts/1")

    note, box = again.locator("#from-browser"), again.get_by_label("Words", exact=True)
    expect(note).to_be_visible()
    expect(box).not_to_contain_text(HERS.strip())
    note.get_by_role("button", name="Put them in the boxes").click()
    expect(box).to_contain_text(HERS.strip())
    expect(again.locator("#kept")).to_contain_text("Kept at")
    assert until(lambda: copies(again) == 0)


def test_the_welcome_letter_too_and_its_tick(page: Page, site: LiveSite) -> None:
    page.goto(f"{site.url}/desk/welcome")
    write(page, HERS)
    expect(page.locator("#kept")).to_contain_text("Kept at")
    page.context.set_offline(True)
    page.get_by_label("Send it to whoever is new").uncheck()
    expect(page.locator("#kept")).to_contain_text("safe in this browser")
    page.close()
    page.context.set_offline(False)
    again = page.context.new_page()
    again.goto(f"{site.url}/desk/welcome")

    expect(again.get_by_role("heading", name="These words are not saved yet")).to_be_visible()
    again.get_by_role("button", name="Put them in the boxes").click()

    box, tick = again.get_by_label("Words", exact=True), again.get_by_role("checkbox")
    expect(box).to_contain_text(HERS.strip())
    expect(tick).not_to_be_checked()
    expect(tick).to_be_focused()
    again.get_by_role("button", name="Save", exact=True).click()
    expect(again.get_by_text("Saved. It is off.")).to_be_visible()


def test_a_killed_server_costs_no_word(
    page: Page, site: LiveSite, demo_sign_in: tuple[Path, SignIn], tmp_path: Path
) -> None:
    page.goto(f"{site.url}/desk/posts/1")
    os.killpg(site.process.pid, signal.SIGKILL)  # It leads a group of its own.
    assert until(lambda: not answers(site.url))
    write(page, HERS)
    expect(page.locator("#kept")).to_contain_text("safe in this browser")

    with live_site("serve", tmp_path / "site", **own_settings(), PORT=str(site.port)):
        page.evaluate("dispatchEvent(new Event('online'))")
        expect(page.locator("#kept")).to_contain_text("Kept at")
        page.get_by_role("button", name="Update").click()
        expect(page.get_by_text("Readers see the new words now.")).to_be_visible()
        expect(page.get_by_label("Words", exact=True)).to_contain_text(HERS.strip())


def test_signed_out_while_writing_she_is_told_and_goes_on(
    page: Page, site: LiveSite, demo_sign_in: tuple[Path, SignIn]
) -> None:
    page.goto(f"{site.url}/desk/posts/1")
    page.context.clear_cookies()
    write(page, HERS)
    expect(page.locator("#kept")).to_contain_text("You were signed out")
    assert copies(page) == 1

    sign_in(page, site.url, demo_sign_in[1].email, demo_sign_in[1].password)
    page.goto(f"{site.url}/desk/posts/1")
    page.get_by_role("button", name="Put them in the boxes").click()

    expect(page.get_by_label("Words", exact=True)).to_contain_text(HERS.strip())


def lose_the_cookie(page: Page, url: str, known: SignIn) -> None:
    page.context.clear_cookies()


def sign_out(page: Page, url: str, known: SignIn) -> None:
    other = page.context.new_page()
    other.goto(f"{url}/desk/account")
    other.get_by_role("button", name="Sign out", exact=True).click()
    expect(other.get_by_text("You are signed out.")).to_be_visible()
    other.close()


def sign_out_and_in(page: Page, url: str, known: SignIn) -> None:
    sign_out(page, url, known)
    other = page.context.new_page()
    sign_in(other, url, known.email, known.password)
    other.close()


@pytest.mark.parametrize("end", [lose_the_cookie, sign_out, sign_out_and_in])
@pytest.mark.parametrize("has_script", [True, False])
def test_save_after_signing_out_loses_nothing_as_the_page_says(
    has_script: bool,
    end: Callable[[Page, str, SignIn], None],
    browser: Browser,
    site: LiveSite,
    demo_sign_in: tuple[Path, SignIn],
) -> None:
    url, known = site.url, demo_sign_in[1]
    with watched_page(browser, url, java_script_enabled=has_script) as (page, _):
        sign_in(page, url, known.email, known.password)
        page.goto(f"{url}/desk/posts/new")
        page.get_by_label("Title", exact=True).fill("What I carry")
        write(page, HERS)
        end(page, url, known)
        if has_script:
            write(page, HERS)
            expect(page.locator("#kept")).to_contain_text("Press Save")
        page.get_by_role("button", name="Save draft").click()

        if end is not sign_out_and_in:
            page.get_by_label("Email").fill(known.email)
            page.get_by_label("Password").fill(known.password)
            page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name="Send what I wrote").click()

        expect(page.get_by_text("Saved. Only you can see it.")).to_be_visible()
        expect(page.get_by_label("Words", exact=True)).to_contain_text(HERS.strip())


def test_a_form_that_comes_back_with_a_fault_is_kept_too(page: Page, site: LiveSite) -> None:
    page.goto(f"{site.url}/desk/posts/new")
    write(page, HERS)
    page.get_by_label("Topics of this article").fill("t" * 81)
    page.get_by_label("Title", exact=True).fill("What I carry")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Not saved yet.", exact=True)).to_be_visible()
    expect(page.locator("#kept")).to_contain_text("Kept at")


def test_words_saved_before_the_server_kept_them_are_not_offered_to_the_next_article(
    page: Page, site: LiveSite
) -> None:
    page.route("**/desk/words/**", lambda route: route.abort())
    page.goto(f"{site.url}/desk/posts/new")
    page.get_by_label("Title", exact=True).fill("Saved at once")
    write(page, HERS)
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Saved. Only you can see it.")).to_be_visible()
    assert copies(page) == 1
    page.unroute_all()

    page.goto(f"{site.url}/desk/posts/new")
    assert until(lambda: copies(page) == 0)
    expect(page.get_by_role("button", name="Put them in the boxes")).to_be_hidden()


def test_notices_and_pages_are_kept_as_articles_are(page: Page, site: LiveSite) -> None:
    for room, label in (("notices", "A few words more"), ("pages", "Words")):
        page.goto(f"{site.url}/desk/{room}/new")
        page.get_by_label(label, exact=True).press_sequentially(HERS)
        expect(page.locator("#kept")).to_contain_text("Kept at")
        assert until(lambda: copies(page) == 0)

        page.goto(f"{site.url}/desk/{room}/")  # Without saving.
        page.get_by_role("link", name=HERS.strip()).click()

        expect(page.get_by_label(label, exact=True)).to_have_text(HERS.strip())
        expect(page.get_by_role("heading", name="These words are not saved yet")).to_be_visible()


def test_two_tabs_lose_neither_text(page: Page, site: LiveSite) -> None:
    page.goto(f"{site.url}/desk/posts/1")
    other = page.context.new_page()
    other.goto(f"{site.url}/desk/posts/1")
    write(other, "From the other tab. ")
    other.get_by_role("button", name="Update").click()
    expect(other.get_by_text("Readers see the new words now.")).to_be_visible()

    write(page, HERS)
    page.get_by_role("button", name="Update").click()

    expect(page.get_by_role("heading", name="There are two texts now")).to_be_visible()
    expect(page.locator(".compared del")).to_contain_text("From the other tab.")
    expect(page.locator(".compared ins")).to_contain_text(HERS.strip())
    page.get_by_role("button", name="Update").click()
    page.get_by_role("link", name="What it said before…").click()
    expect(page.locator(".rows li")).to_have_count(3)
