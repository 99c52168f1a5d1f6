"""The Issue page in a real browser: live with a script, complete without, quiet when done."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from hrsite import create_app
from hrsite.clock import now
from hrsite.demo.filling import SignIn
from hrsite.extensions import db
from hrsite.outbox.models_workers import Worker
from tests.browser.judging import DESK_LOOKS, faults_of
from tests.browser.live import LiveSite
from tests.browser.pages import sign_in, watched_page
from tests.conftest import settings_for
from tests.outbox.ledger import becomes, rows
from tests.running_site import until

UNDER_WAY, STOPPED, NOT_KNOWN, AHEAD = (f"/desk/issues/{number}" for number in (2, 3, 4, 5))


@pytest.fixture
def page(
    browser: Browser, demo_site: LiveSite, demo_sign_in: tuple[Path, SignIn]
) -> Iterator[Page]:
    with watched_page(browser, demo_site.url) as (page, noted):
        coach = demo_sign_in[1]
        sign_in(page, demo_site.url, coach.email, coach.password)
        page.clock.install()
        yield page
        assert noted.foreign_requests == []


def as_time_goes_by(page: Page, place: str, words: str) -> None:
    """Let the page's clock go on, a second at a time, until these words stand there."""

    def stand_there() -> bool:
        page.clock.run_for(1000)
        return words in page.locator(place).inner_text()

    assert until(stand_there), page.locator(place).inner_text()


def renewed(page: Page, before: str) -> bool:
    return page.locator(".sentence").inner_text() != before


def accept_one_more(data: Path, message_id: int) -> None:
    """As the worker would, in another process's database session."""
    app = create_app(settings_for(data))
    with app.app_context():
        session = db.session()
        waiting = [row for row in rows(session, message_id) if row.state == "queued"]
        becomes(session, waiting[0], type(waiting[0].state).ACCEPTED)
        db.engine.dispose()


def workers_say(data: Path, seen_at: datetime) -> None:
    """That they were here then, and not since."""
    app = create_app(settings_for(data))
    with app.app_context():
        db.session.execute(update(Worker).values(seen_at=seen_at))
        db.session.commit()
        db.engine.dispose()


def test_the_numbers_move_by_themselves_and_the_place_is_kept(
    page: Page, demo_site: LiveSite, demo_sign_in: tuple[Path, SignIn]
) -> None:
    page.goto(demo_site.url + UNDER_WAY)
    expect(page.locator(".sentence")).to_contain_text("20 of 41 accepted, 19 waiting")
    page.locator("#stop").focus()
    accept_one_more(demo_sign_in[0], 2)
    as_time_goes_by(page, ".sentence", "21 of 41 accepted, 18 waiting")
    assert page.evaluate("document.activeElement.id") == "stop"
    # Nothing is read out for every tick; after half a minute the sentence is.
    expect(page.locator("#told")).to_have_text("")
    accept_one_more(demo_sign_in[0], 2)
    as_time_goes_by(page, "#told", "22 of 41 accepted, 17 waiting")


@pytest.mark.parametrize("place", ["#progress .table", "#progress th a", "#look-again"])
def test_whoever_goes_by_the_keyboard_stays_where_she_was(
    page: Page, demo_site: LiveSite, demo_sign_in: tuple[Path, SignIn], place: str
) -> None:
    page.goto(demo_site.url + UNDER_WAY)
    page.locator(place).first.focus()
    before = page.locator(".sentence").inner_text()
    accept_one_more(demo_sign_in[0], 2)
    assert until(lambda: bool(page.clock.run_for(1000)) or renewed(page, before))
    assert page.locator(place).first.evaluate("it => it === document.activeElement")


def test_a_site_that_does_not_answer_is_told_and_asked_less_and_less(
    page: Page, demo_site: LiveSite
) -> None:
    page.goto(demo_site.url + UNDER_WAY)
    expect(page.locator("#away")).to_be_hidden()
    asked: list[str] = []
    page.context.set_offline(True)
    page.on("requestfailed", lambda request: asked.append(request.url))
    as_time_goes_by(page, "main", "No answer from the site. The numbers may be old.")
    expect(page.locator("#told")).to_contain_text("No answer from the site")
    for _ in range(60):
        page.clock.run_for(1000)
    # After 8, 16, 32 and 60 seconds, and not every 4.
    assert 2 <= len(asked) <= 5
    page.context.set_offline(False)
    assert until(lambda: bool(page.clock.run_for(1000)) or not page.locator("#away").is_visible())


@pytest.mark.parametrize("path", [STOPPED, NOT_KNOWN])
def test_what_stands_still_is_not_looked_at_again(
    page: Page, demo_site: LiveSite, path: str
) -> None:
    page.goto(demo_site.url + path)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(120_000)
    assert [url for url in asked if "/desk/" in url] == []


def test_a_stop_pressed_elsewhere_shows_and_is_read_out_at_once(
    page: Page, demo_site: LiveSite
) -> None:
    page.goto(demo_site.url + AHEAD)
    expect(page.get_by_role("button", name="Stop it")).to_be_visible()
    other = page.context.new_page()
    other.goto(demo_site.url + AHEAD)
    other.get_by_role("button", name="Stop it").click()
    expect(other.get_by_role("button", name="Resume")).to_be_visible()
    as_time_goes_by(page, "#acts", "Resume")
    expect(page.locator("#told")).to_contain_text("41 waiting")
    page.get_by_role("button", name="Resume").click()
    expect(page.locator("#main")).to_contain_text("Going on.")


def test_a_worker_that_is_gone_shows_and_is_read_out_at_once(
    page: Page, demo_site: LiveSite, demo_sign_in: tuple[Path, SignIn]
) -> None:
    page.goto(demo_site.url + UNDER_WAY)
    workers_say(demo_sign_in[0], now().replace(year=2025))
    as_time_goes_by(page, "#worker", "Not sending: worker last seen")
    expect(page.locator("#told")).to_contain_text("Not sending: worker last seen")
    workers_say(demo_sign_in[0], now())
    as_time_goes_by(page, "#told", "accepted")
    assert until(lambda: "Not sending" not in page.locator("#told").inner_text())


def test_without_a_script_everything_is_there_and_one_can_look_again(
    browser: Browser, demo_site: LiveSite, demo_sign_in: tuple[Path, SignIn]
) -> None:
    coach = demo_sign_in[1]
    with watched_page(browser, demo_site.url, java_script_enabled=False) as (page, _):
        sign_in(page, demo_site.url, coach.email, coach.password)
        page.goto(demo_site.url + UNDER_WAY)
        expect(page.locator("progress")).to_be_visible()
        expect(page.locator(".sentence")).to_contain_text("of 41 accepted")
        page.get_by_role("link", name="Look again").click()
        assert "since=" in page.url
        expect(page.locator(".sentence")).to_contain_text("of 41 accepted")


def test_the_buttons_work_from_the_keyboard(page: Page, demo_site: LiveSite) -> None:
    page.goto(demo_site.url + NOT_KNOWN)
    page.locator("#issue_leave-all").focus()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Left. 5 letters stay “not known”.")
    assert page.locator("#issue_again-all").count() == 0


@pytest.mark.parametrize("typed", ["reader.one@example.org", "nobody.at.all@example.org"])
def test_one_persons_page_is_sound_and_names_nobody(
    browser: Browser,
    demo_site: LiveSite,
    demo_sign_in: tuple[Path, SignIn],
    typed: str,
) -> None:
    coach = demo_sign_in[1]
    with watched_page(browser, demo_site.url) as (page, noted):
        sign_in(page, demo_site.url, coach.email, coach.password)
        page.goto(f"{demo_site.url}/desk/subscribers")
        page.get_by_label("Their whole email address").fill(typed)
        page.get_by_role("button", name="Look up").click()
        expect(page.locator("h1")).to_contain_text("•••@example.org")
        assert typed not in page.url + page.content()
        assert faults_of(page, "one person's page", DESK_LOOKS) == []
        assert noted.console == []
