"""The Issue page: numbers that add up, stop and resume, who has no good result and why."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.newsletter import summarising
from hrsite.newsletter.models import Issue
from hrsite.outbox import bouncing, pausing, presence
from hrsite.outbox.models import DeliveryState
from tests import factories
from tests.outbox.ledger import (
    READERS,
    answer_to,
    becomes,
    look,
    mail_goes_to,
    rows,
    states,
)
from tests.outbox.smtp_server import mail_server

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def issue(session: Session) -> Issue:
    """An Issue for three readers, written down, with a worker to carry it."""
    presence.announce(session, "one", our_clock.now())
    for reader in READERS:
        factories.make_subscriber(session, reader)
    factories.make_post(session, title="Small steps", send_to_readers=True)
    (issue,) = factories.open_issues(session)
    return issue


def page_of(coach: FlaskClient, issue_id: int, more: str = "") -> str:
    return " ".join(coach.get(f"/desk/issues/{issue_id}{more}").text.split())


def test_the_numbers_on_the_page_add_up_and_say_why(
    app: Flask, session: Session, coach: FlaskClient, issue: Issue
) -> None:
    with mail_server() as inbox:
        answer_to(
            inbox,
            {READERS[0]: "550 5.1.1 <ada@example.org>: none", READERS[1]: "450 4.2.1 later"},
        )
        mail_goes_to(app, inbox.port)
        look(app)
    page = page_of(coach, issue.id)
    assert "1 of 3 accepted, 1 waiting, 1 refused." in page
    # What the server said at once did not come back later.
    assert 'id="returned" data-live="0" hidden' in page
    assert [int(number) for number in re.findall(r'class="number[^>]*>(\d+)', page)] == [1, 1, 1, 3]
    assert '<progress max="3" value="2"' in page
    assert "2 readers of 3 have a result" in page
    assert "There is no such mailbox." in page
    assert "1 put off by the mail service" in page
    assert READERS[0] not in page
    refused = page_of(coach, issue.id, "/people/refused")
    assert "550 5.1.1 &lt;[address]&gt;: none" in refused
    assert READERS[0] not in refused


def test_a_page_under_way_looks_again_without_a_script_and_can_stand_still(
    coach: FlaskClient, issue: Issue
) -> None:
    page = page_of(coach, issue.id)
    refresh = re.search(r'<noscript> <meta http-equiv="refresh" content="15; url=([^"]+)"', page)
    assert refresh
    assert "Look again" in page
    assert coach.get(refresh[1].replace("&amp;", "&")).status_code == 200
    still = page_of(coach, issue.id, "?still=1")
    assert "http-equiv" not in still
    assert "stands still" in still


def test_the_rest_is_guessed_from_what_was_seen_between_two_looks(
    session: Session, coach: FlaskClient, issue: Issue, clock: time_machine.Traveller
) -> None:
    issue.message.tally.created_count = 500
    issue.message.tally.accepted_count = 100
    session.commit()
    first = page_of(coach, issue.id)
    assert "100 of 500 accepted, 400 waiting." in first
    again = re.search(r'href="([^"]+)">Look again', first)
    assert again
    clock.shift(timedelta(seconds=30))
    session.refresh(issue.message.tally)
    issue.message.tally.accepted_count = 200
    session.commit()
    said = "200 of 500 accepted, 300 waiting, about 2 minutes left."
    path = again[1].replace("&amp;", "&")
    assert said in coach.get(path).text
    # Nobody to carry it: then no time is told.
    clock.shift(timedelta(minutes=3))
    assert "left." not in coach.get(path).text
    assert "Not sending: worker last seen 3 minutes ago." in coach.get(path).text


@pytest.mark.parametrize("query", ["since=x&settled=1", "since=99999999999999&settled=1", "since"])
def test_nonsense_in_the_address_is_not_minded(
    coach: FlaskClient, issue: Issue, query: str
) -> None:
    assert coach.get(f"/desk/issues/{issue.id}?{query}").status_code == 200


def test_stop_acts_at_once_and_resume_goes_on_with_whoever_has_nothing_yet(
    app: Flask, session: Session, coach: FlaskClient, issue: Issue
) -> None:
    assert coach.post(f"/desk/issues/{issue.id}/stop").status_code == 303
    page = page_of(coach, issue.id)
    assert "You stopped this Issue." in page
    assert "http-equiv" not in page
    assert look(app) == 0
    assert states(session) == {"queued": 3}
    coach.post(f"/desk/issues/{issue.id}/resume")
    coach.post(f"/desk/issues/{issue.id}/resume")
    assert look(app) == 3
    page = page_of(coach, issue.id)
    assert "3 of 3 accepted." in page
    assert 'class="chart"' in page
    assert "http-equiv" not in page
    assert 'id="stop"' not in page


def test_a_late_press_on_stop_takes_away_no_other_reason(
    session: Session, coach: FlaskClient, issue: Issue
) -> None:
    pausing.pause(issue.message, "The password is wrong.", our_clock.now())
    session.commit()
    coach.post(f"/desk/issues/{issue.id}/stop")
    page = page_of(coach, issue.id)
    assert "The password is wrong." in page
    assert "You stopped this Issue." not in page
    assert "It had stopped already." in page


def test_stopping_what_is_done_changes_nothing(
    app: Flask, session: Session, coach: FlaskClient, issue: Issue
) -> None:
    look(app)
    coach.post(f"/desk/issues/{issue.id}/stop")
    session.refresh(issue.message)
    assert issue.message.paused_at is None
    assert "nothing left to stop" in page_of(coach, issue.id)


@pytest.mark.parametrize(
    ("kind", "words", "button"),
    [
        ("fault", "Mend the cause first", "Resume"),
        ("fault", "you can then mend the words and email it anew", "Drop it"),
        ("late", "is late, so it waits for you", "Send it now"),
    ],
)
def test_each_kind_of_stop_says_what_to_do(
    session: Session,
    coach: FlaskClient,
    issue: Issue,
    kind: pausing.PauseKind,
    words: str,
    button: str,
) -> None:
    pausing.pause(issue.message, "Because.", our_clock.now(), kind)
    session.commit()
    page = page_of(coach, issue.id)
    assert words in page
    assert "Because." in page
    assert f"> {button} <" in page or f">{button}<" in page


def test_before_the_start_it_says_when_and_offers_to_stop(
    session: Session, coach: FlaskClient, issue: Issue
) -> None:
    issue.message.starts_at = our_clock.now() + timedelta(minutes=5)
    session.commit()
    page = page_of(coach, issue.id)
    assert "Mail starts at 10:05 am, to 3 readers." in page
    assert "Stop it" in page
    issue.message.starts_at = our_clock.now() + timedelta(days=1)
    session.commit()
    assert "Mail starts on Wednesday 3 June 2026 at 10:00 am" in page_of(coach, issue.id)


def test_what_is_set_for_later_half_way_does_not_say_that_nobody_has_it(
    app: Flask, session: Session, coach: FlaskClient, issue: Issue
) -> None:
    becomes(session, rows(session)[0], DeliveryState.ACCEPTED)
    issue.message.starts_at = our_clock.now() + timedelta(hours=2)
    session.commit()
    page = page_of(coach, issue.id)
    assert "Mail goes on at 12:00 pm. 1 of 3 accepted, 2 waiting." in page
    assert "nobody else gets anything" in page
    assert "Nothing has gone out yet" not in page


def test_a_long_list_that_is_still_being_written_down_is_told(
    session: Session, coach: FlaskClient, issue: Issue
) -> None:
    issue.message.expanded_at = None
    session.commit()
    assert "list of readers is being written down: 3 so far" in page_of(coach, issue.id)
    issue.message.starts_at = our_clock.now() + timedelta(minutes=5)
    session.commit()
    assert "list of readers is being written down: 3 so far" in page_of(coach, issue.id)


def test_an_issue_for_nobody_says_so(session: Session, coach: FlaskClient) -> None:
    factories.make_post(session, send_to_readers=True)
    (issue,) = factories.open_issues(session)
    page = page_of(coach, issue.id)
    assert "Nobody was on the list" in page
    assert "The article is on the site all the same." in page
    factories.make_notice(session, send_to_readers=True)
    (issue,) = factories.open_issues(session)
    assert "The article is on the site" not in page_of(coach, issue.id)


def test_without_any_worker_the_page_says_how_to_start_one(
    session: Session, coach: FlaskClient
) -> None:
    factories.make_subscriber(session)
    factories.make_post(session, send_to_readers=True)
    (issue,) = factories.open_issues(session)
    for page in (page_of(coach, issue.id), coach.get("/desk/issues").text):
        assert "Not sending: no worker has run yet." in page
        assert "<code>hrsite worker</code>" in page


def test_the_pages_of_people_turn_and_end(
    session: Session, coach: FlaskClient, monkeypatch: pytest.MonkeyPatch, issue: Issue
) -> None:
    monkeypatch.setattr("hrsite.newsletter.desk_issues.PEOPLE_SHOWN", 2)
    for row in rows(session):
        becomes(session, row, DeliveryState.EXPIRED)
    path = f"/desk/issues/{issue.id}/people/expired"
    first = coach.get(path).text
    more = re.search(r'href="([^"]+after=\d+)"', first)
    assert more
    second = coach.get(more[1]).text
    shown = [re.findall(r"\w•••@example.org", page) for page in (first, second)]
    assert [len(masked) for masked in shown] == [2, 1]
    assert {*shown[0], *shown[1]} == {f"{letter}•••@example.org" for letter in "abc"}
    assert "Show more" not in second
    assert "Nobody." in coach.get(f"/desk/issues/{issue.id}/people/refused").text


def test_who_was_too_late_is_told_with_what_the_server_said_last(
    session: Session, coach: FlaskClient, issue: Issue
) -> None:
    said = {"reply_code": 550, "reply_text": "5.7.1 not wanted here"}
    becomes(session, rows(session)[0], DeliveryState.EXPIRED, **said)
    page = page_of(coach, issue.id, "/people/expired")
    assert "The server said: 550 5.7.1 not wanted here" in page


def test_there_is_no_list_of_those_it_went_well_with(coach: FlaskClient, issue: Issue) -> None:
    for state in ("accepted", "queued", "sending", "nonsense"):
        assert coach.get(f"/desk/issues/{issue.id}/people/{state}").status_code == 404


def test_the_list_of_issues_tells_each_ones_numbers_without_counting(
    app: Flask, session: Session, coach: FlaskClient, issue: Issue
) -> None:
    look(app)
    assert "3 of 3 letters were taken." in coach.get("/desk/issues").text
    assert summarising.summarise(session, [issue], our_clock.now())[issue.id].waiting_count == 0


def test_what_came_back_later_is_told_beside_the_numbers(
    app: Flask, session: Session, coach: FlaskClient, issue: Issue
) -> None:
    look(app)
    assert 'id="returned" data-live="0" hidden' in page_of(coach, issue.id)
    first, second, third = rows(session, issue.message_id)
    kinds = [(first, "hard"), (second, "hard"), (third, "complaint"), (third, "unsubscribed")]
    for place, (copy, kind) in enumerate(kinds):
        told = bouncing.Event("postmark", str(place), kind, copy.address)
        assert bouncing.take_event(session, told, our_clock.now())
    session.commit()
    page = page_of(coach, issue.id)
    assert "3 of 3 accepted." in page
    part = page[page.index("Came back later") :]
    assert "2 readers" in part
    assert "marked it as unwanted" in part
    assert "told your mail service, not us," in part
