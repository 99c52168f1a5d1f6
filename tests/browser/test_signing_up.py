"""The signup form of a page that is kept ready, in a real browser: no cookie, and it works."""

import sqlite3
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.live import LiveSite
from tests.browser.pages import watched_page

READ = "/posts/one-honest-question"


@pytest.mark.parametrize("with_script", [True, False], ids=["script", "no script"])
def test_a_reader_signs_up_on_a_page_that_was_made_for_somebody_else(
    browser: Browser,
    demo_site: LiveSite,
    demo_sign_in: tuple[Path, object],
    *,
    with_script: bool,
) -> None:
    with urllib.request.urlopen(demo_site.url + READ) as earlier:  # noqa: S310 - our own site
        stamped = earlier.read().decode()
    before = _asked(demo_sign_in[0])
    with watched_page(browser, demo_site.url, java_script_enabled=with_script) as (page, noted):
        page.goto(demo_site.url + READ)
        # The very page of the reader before: the time in its form is the one of its making.
        assert f'value="{page.locator("[name=stamp]").get_attribute("value")}"' in stamped
        page.get_by_label("Your email address").fill(f"ready.{with_script}@example.org")
        page.get_by_role("button", name="Send me the link to confirm").click()
        page.wait_for_url(f"{demo_site.url}/signup/asked")
        assert page.context.cookies() == []
        assert page.context.storage_state()["origins"] == []
    assert _asked(demo_sign_in[0]) == before + 1
    assert (noted.console, noted.foreign_requests) == ([], [])


def _asked(data: Path) -> int:
    """How many requests wait for their letter."""
    with sqlite3.connect(data / "hrsite.db") as line:
        return int(line.execute("SELECT count(*) FROM signup_requests").fetchone()[0])
