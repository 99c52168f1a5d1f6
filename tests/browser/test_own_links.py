"""The links of one's own letters, without a pointer: say yes, choose, leave, undo, find the link.

Once with the usual means; once with no script, on the smallest telephone, in forced colours.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from hrsite import create_app
from hrsite.extensions import db
from hrsite.newsletter.models import SubscriptionState
from tests.browser.arranged import reader
from tests.browser.keys import follow, tab_to
from tests.browser.live import LiveSite
from tests.browser.pages import Noted, watched_page
from tests.conftest import settings_for

MEANS: dict[str, dict[str, Any]] = {
    "usual": {"viewport": {"width": 1280, "height": 800}},
    "fewest": {
        "viewport": {"width": 320, "height": 568},
        "java_script_enabled": False,
        "forced_colors": "active",
    },
}


@pytest.fixture(params=MEANS)
def looked_at(
    request: pytest.FixtureRequest, browser: Browser, site: LiveSite
) -> Iterator[tuple[Page, Noted]]:
    with watched_page(browser, site.url, **MEANS[request.param]) as watched:
        yield watched


def links(data: Path, state: SubscriptionState) -> dict[str, str]:
    """The links of somebody new on the running site's list."""
    app = create_app(settings_for(data))
    with app.app_context():
        found = dict(reader(db.session(), state).links)
        db.session.remove()
        db.engine.dispose()
    return found


def press(page: Page, name: str) -> None:
    """Come to a button by the keyboard, and press it."""
    tab_to(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def says(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def is_private(page: Page, noted: Noted) -> None:
    assert page.context.cookies() == []
    assert page.context.storage_state()["origins"] == []
    assert (noted.console, noted.foreign_requests) == ([], [])


def test_saying_yes_and_choosing(
    looked_at: tuple[Page, Noted], site: LiveSite, demo_sign_in: tuple[Path, object]
) -> None:
    page, noted = looked_at
    own = links(demo_sign_in[0], SubscriptionState.UNCONFIRMED)
    page.goto(f"{site.url}/confirm/{own['confirm']}")
    says(page, "Shall we write to you?")
    press(page, "Yes, write to me")
    says(page, "Thank you. You are on the list")
    follow(page, "Change what you get")
    says(page, "Your choices")
    notices = page.get_by_role("checkbox", name="Session notices")
    expect(notices).to_be_checked()
    tab_to(page, "Session notices")
    page.keyboard.press("Space")
    tab_to(page, "Each one, when it is new")
    page.keyboard.press("ArrowDown")
    press(page, "Save my choices")
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    expect(notices).not_to_be_checked()
    expect(page.get_by_role("radio", name="One letter a week")).to_be_checked()
    is_private(page, noted)


def test_leaving_and_coming_back(
    looked_at: tuple[Page, Noted], site: LiveSite, demo_sign_in: tuple[Path, object]
) -> None:
    page, noted = looked_at
    own = links(demo_sign_in[0], SubscriptionState.CONFIRMED)
    page.goto(f"{site.url}/unsubscribe/{own['unsubscribe']}")
    says(page, "Stop these letters?")
    press(page, "Stop the letters")
    says(page, "Nothing more will be sent")
    press(page, "Undo")
    says(page, "Undone")
    is_private(page, noted)


def test_asking_for_a_lost_link(looked_at: tuple[Page, Noted], site: LiveSite) -> None:
    page, noted = looked_at
    page.goto(f"{site.url}/signup/link")
    tab_to(page, "Your email address")
    page.keyboard.type("looked.for@example.org")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url == f"{site.url}/signup/link/asked"
    is_private(page, noted)
