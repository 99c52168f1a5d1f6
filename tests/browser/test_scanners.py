"""A mail scanner, a real browser with script, opens every link of every letter: nothing changes."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Route
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import clock as our_clock
from hrsite.newsletter import subscribing
from hrsite.newsletter.models import Cadence, Topic
from tests import factories
from tests.journeys.doors import ROOT, Letters, MailProgram, ask_for_link, sign_up
from tests.whole_site import everything_kept

# How often an article was opened is counted, for nobody in particular.
COUNTED = {"post_views"}
KINDS = {"confirm", "settings", "unsubscribe", "posts", "notices", "n", "t"}


@pytest.fixture
def urls(
    app: Flask, client: FlaskClient, session: Session, clock: Traveller,
    work: Callable[[], None], letters: Letters,
) -> list[str]:  # fmt: skip
    """Every link to us in letters of every kind."""
    sign_up(client, "waiting@example.org")
    sign_up(client, "new@example.org", ["articles", "notices"])
    work()
    MailProgram(client, letters, "new@example.org").confirm()
    plain = factories.make_subscriber(session, "plain@example.org", tuple(Topic))
    subscribing.choose_discreet(session, plain, True, our_clock.now())
    weekly = factories.make_subscriber(session, "weekly@example.org")
    weekly.cadence = Cadence.WEEKLY
    session.commit()
    factories.make_post(session, send_to_readers=True)
    factories.make_notice(session, send_to_readers=True)
    ask_for_link(client, "plain@example.org")
    work()
    clock.shift(timedelta(days=1, hours=1))
    work()
    clock.shift(timedelta(days=6))
    work()
    found = {url for letter in letters() for _, url in letter.links if url.startswith(ROOT)}
    headers = [value for letter in letters() for _, value in letter.headers]
    found |= {value.strip("<>") for value in headers if value.startswith(f"<{ROOT}/")}
    subjects = {letter.letter.subject for letter in letters()}
    assert len(subjects) >= 6, subjects
    return sorted(found)


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_scanner_that_opens_everything_changes_nothing(
    browser: Browser, client: FlaskClient, session: Session, urls: list[str]
) -> None:
    opened = {f"{urlsplit(url).path}/".split("/")[1] for url in urls}
    assert opened >= KINDS, opened
    session.rollback()
    before = {name: kept for name, kept in everything_kept().items() if name not in COUNTED}
    posted: list[str] = []

    def answer(route: Route) -> None:
        asked, place = route.request, urlsplit(route.request.url)
        if asked.method != "GET":
            posted.append(asked.url)
        path = f"{place.path}?{place.query}" if place.query else place.path
        came = client.open(path, method=asked.method, follow_redirects=True)
        headers = {name: value for name, value in came.headers if name != "Content-Length"}
        route.fulfill(status=came.status_code, headers=headers, body=came.data)

    context = browser.new_context()
    page = context.new_page()
    page.route("**/*", answer)
    for url in urls:
        came = page.goto(url, wait_until="networkidle")
        assert came is not None
        assert came.status == 200, url
        # What it may try besides: move over it, scroll it, ask for it as a browser does ahead.
        page.mouse.move(300, 300)
        page.mouse.wheel(0, 2_000)
        for method in ("HEAD", "GET"):
            client.open(urlsplit(url).path, method=method, headers={"Sec-Purpose": "prefetch"})
    context.close()
    assert posted == []
    session.rollback()
    after = {name: kept for name, kept in everything_kept().items() if name not in COUNTED}
    assert after == before
