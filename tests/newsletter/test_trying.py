"""A test to the coach: the very letter, marked, to nobody else, with links that do nothing."""

import re
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
import time_machine
from aiosmtpd.smtp import Envelope
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hrsite.newsletter.models import Issue, Topic
from hrsite.newsletter.trying import TEST_LINK
from hrsite.outbox.models import OutboxMessage
from tests import factories
from tests.journeys.doors import Letters, MailProgram, sign_up
from tests.outbox.ledger import close, mail_goes_to
from tests.outbox.smtp_server import mail_server
from tests.posts.test_desk_publishing import make_draft, plan, press

COACH, READER = "jordan@example.org", "reader@example.org"
TOKEN = re.compile(rb"/(settings|unsubscribe)/[A-Za-z0-9_-]{22}")
# What a test and an Issue cannot have alike: each its own, or the way out of a list.
OF_THE_COPY = {
    "subject", "to", "message-id", "auto-submitted", "precedence", "list-unsubscribe",
    "list-unsubscribe-post", "list-id",
}  # fmt: skip
Work = Callable[[], None]


def opened(envelope: Envelope) -> EmailMessage:
    assert isinstance(envelope.content, bytes)
    return message_from_bytes(envelope.content, policy=policy.default)


def parts(letter: EmailMessage) -> list[bytes]:
    """The octets of both parts, each person's own token taken out."""
    found = [part.get_payload(decode=True) for part in letter.walk() if not part.is_multipart()]
    return [TOKEN.sub(rb"/\1/token", octets) for octets in found if isinstance(octets, bytes)]


def test_a_test_is_the_letter_octet_for_octet_but_for_its_marks(
    app: Flask, coach: FlaskClient, session: Session, work: Work
) -> None:
    factories.make_subscriber(session, READER)
    post = make_draft(session)
    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        coach.post(f"/desk/posts/{post.id}/test")
        press(coach, post, plan(coach, post))
        work()
    test, issue = map(opened, inbox.envelopes)
    assert (str(test["To"]), str(issue["To"])) == (COACH, READER)
    assert str(test["Subject"]) == f"[Test] {issue['Subject']}"
    assert len(parts(test)) == 2
    assert parts(test) == parts(issue)
    heads = [
        {name.lower(): str(value) for name, value in letter.items()} for letter in (test, issue)
    ]
    for head in heads:
        head["content-type"] = head["content-type"].split(";")[0]
    ours, theirs = (
        {name: value for name, value in head.items() if name not in OF_THE_COPY} for head in heads
    )
    assert ours == theirs


def test_it_belongs_to_no_issue_and_goes_to_nobody_else(
    coach: FlaskClient, session: Session, work: Work, letters: Letters
) -> None:
    factories.make_subscriber(session, READER)
    post = make_draft(session)
    answer = coach.post(f"/desk/posts/{post.id}/test")
    assert "A test is on its way" in coach.get(answer.location).text
    work()
    assert [letter.letter.to for letter in letters()] == [COACH]
    assert session.scalar(select(func.count()).select_from(Issue)) == 0
    assert session.scalars(select(OutboxMessage.stream)).all() == ["transactional"]


@pytest.mark.parametrize("kind", ["settings", "unsubscribe", "confirm"])
def test_its_links_lead_to_a_page_that_does_nothing(client: FlaskClient, kind: str) -> None:
    for answer in (
        client.get(f"/{kind}/{TEST_LINK}"),
        client.post(f"/{kind}/{TEST_LINK}", data={"button": "1"}),
    ):
        assert answer.status_code == 200
        assert "This link is from a test" in answer.text


def test_ten_an_hour_are_enough(
    coach: FlaskClient, session: Session, clock: time_machine.Traveller
) -> None:
    post = make_draft(session)
    for _ in range(11):
        answer = coach.post(f"/desk/posts/{post.id}/test")
    assert "You had 10 tests within an hour" in coach.get(answer.location).text
    assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 10
    clock.shift(timedelta(minutes=20))
    coach.get("/desk/")
    clock.shift(timedelta(minutes=20))
    coach.get("/desk/")
    clock.shift(timedelta(minutes=20))
    coach.post(f"/desk/posts/{post.id}/test")
    session.rollback()
    assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 11


def test_it_does_not_use_up_what_a_stranger_may_set_off(
    client: FlaskClient, coach: FlaskClient, session: Session, work: Work, letters: Letters
) -> None:
    coach.post(f"/desk/posts/{make_draft(session).id}/test")
    sign_up(client, COACH)
    work()
    subjects = MailProgram(client, letters, COACH).subjects()
    assert "Please confirm your address" in subjects


def test_a_notice_can_be_tried_too(
    coach: FlaskClient, session: Session, work: Work, letters: Letters
) -> None:
    factories.make_subscriber(session, READER, tuple(Topic))
    form = {
        "title": "Moved", "body": "Online.", "date": "2026-06-04", "time": "19:00",
        "end_time": "20:00", "how_to_join": "Room 5", "act": "test", "version": "0",
    }  # fmt: skip
    answer = coach.post("/desk/notices/new", data=form)
    assert "A test is on its way" in coach.get(answer.location).text
    work()
    (letter,) = letters()
    assert (letter.letter.to, letter.letter.subject) == (COACH, "[Test] Moved")
    assert "Room 5" in letter.text


def test_the_plain_letter_can_be_tried_and_tells_nothing(
    coach: FlaskClient, session: Session, work: Work, letters: Letters
) -> None:
    post = make_draft(session)
    coach.post(f"/desk/posts/{post.id}/test", data={"wording": "plain"})
    notice = {
        "title": "Naloxone evening", "body": "Online.", "date": "2026-06-04", "time": "19:00",
        "end_time": "20:00", "how_to_join": "Room 5", "act": "test plain", "version": "0",
    }  # fmt: skip
    coach.post("/desk/notices/new", data=notice)
    work()
    plain_ones = letters()
    assert [letter.letter.subject for letter in plain_ones] == ["[Test] A new note from Jordan"] * 2
    told = "\n".join(letter.text for letter in plain_ones)
    assert "Room 5" in told
    assert post.title not in told
    assert "Naloxone" not in told


def test_a_test_to_an_address_that_mail_came_back_from_says_so(
    coach: FlaskClient, session: Session, work: Work, letters: Letters
) -> None:
    post = make_draft(session)
    close(session, COACH)
    page = coach.post(f"/desk/posts/{post.id}/test", follow_redirects=True).text
    assert "is on its way" not in page
    assert "Mail to j•••@example.org came back" in page
    work()
    assert letters() == []
