"""One person's copy, read as the octets a mail server gets."""

import email
import email.policy
import re
from datetime import timedelta
from email.message import EmailMessage

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.newsletter.letters import put_personal
from hrsite.newsletter.models import Topic
from hrsite.outbox.models import Delivery
from hrsite.outbox.numbering import letter_id_of
from hrsite.outbox.parcels import Parcel
from hrsite.outbox.splicing import Frozen, date_now
from tests import factories
from tests.outbox.ledger import READERS, rows

NEVER = ("Bcc", "Cc", "X-Mailer", "User-Agent", "Return-Path", "Sender", "X-Subscriber")


@pytest.fixture
def issue(session: Session, clock: time_machine.Traveller) -> list[bytes]:
    """One article's copies for three readers."""
    for reader in READERS:
        factories.make_subscriber(session, reader)
    factories.make_post(session, title="Petits pas, gardés", language="fr", send_to_readers=True)
    return written(session)


def written(session: Session) -> list[bytes]:
    factories.open_issues(session)
    return [octets_of(row) for row in rows(session)]


def octets_of(row: Delivery) -> bytes:
    frozen = Frozen(row.message, is_discreet=row.is_discreet)
    date = date_now(our_clock.now())
    own = frozen.spliced(row.address, letter_id_of(row), row.links, date)
    return Parcel(b"", own.recipient, frozen.form, own.values).octets


def parsed(octets: bytes) -> EmailMessage:
    message = email.message_from_bytes(octets, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert message.defects == []
    return message


def test_an_issue_carries_every_header_it_should(
    app: Flask, session: Session, issue: list[bytes]
) -> None:
    message, row = parsed(issue[0]), rows(session)[0]
    assert message["From"] == "Jordan Hale <post@localhost>"
    assert message["To"] == READERS[0]
    assert message["Subject"] == "Petits pas, gardés"
    assert message["Date"] == "Tue, 02 Jun 2026 14:00:00 +0000"
    assert message["Message-ID"] == f"<{letter_id_of(row)}@localhost>"
    assert message["Content-Language"] == "fr"
    assert message["Precedence"] == "bulk"
    assert message["List-Id"] == "<letters.localhost>"
    assert message["Auto-Submitted"] is None
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_its_message_id_stays_the_same_though_the_site_moves_between_two_attempts(
    app: Flask, session: Session, issue: list[bytes]
) -> None:
    app.config.update(BASE_URL="https://new.example", MAIL_DOMAIN="new.example")
    app.config.update(MAIL_SENDER="post@new.example", MAIL_ISSUE_SENDER="post@new.example")
    again = [parsed(octets_of(row)) for row in rows(session)]
    assert [one["Message-ID"] for one in again] == [parsed(one)["Message-ID"] for one in issue]
    assert "<https://new.example/" in again[0]["List-Unsubscribe"]


def test_the_way_out_is_one_literal_line_with_the_readers_own_link(
    session: Session, issue: list[bytes]
) -> None:
    for octets, row in zip(issue, rows(session), strict=True):
        token = row.links["unsubscribe"]
        line = f"\r\nList-Unsubscribe: <http://localhost/unsubscribe/{token}>\r\n"
        assert line.encode() in octets
        assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in octets


def test_the_way_out_stays_literal_under_a_long_host_name(app: Flask, session: Session) -> None:
    host = ".".join(["a" * 60] * 4)
    app.config.update(BASE_URL=f"https://{host}")
    factories.make_subscriber(session)
    factories.make_post(session, send_to_readers=True)
    (octets,) = written(session)
    assert f"List-Unsubscribe: <https://{host}/unsubscribe/".encode() in octets


def test_nothing_goes_out_that_only_concerns_us(session: Session, issue: list[bytes]) -> None:
    for octets in issue:
        assert [name for name in NEVER if parsed(octets)[name]] == []
        headers = octets.split(b"\r\n\r\n")[0].lower()
        assert b"articles" not in headers


def test_each_reader_gets_only_their_own_links_and_address(
    session: Session, issue: list[bytes]
) -> None:
    texts = [octets.replace(b"=\r\n", b"").decode("ascii") for octets in issue]
    for here, row in enumerate(rows(session)):
        for there, text in enumerate(texts):
            secrets = [row.links["settings"], row.links["unsubscribe"], row.address]
            assert [secret in text for secret in secrets] == [here == there] * 3
            assert row.links["confirm"] not in text


def test_what_the_coach_typed_is_never_taken_for_a_place(session: Session) -> None:
    factories.make_subscriber(session)
    typed = f"place-{'0' * 16}-settings and place-settings"
    factories.make_post(session, summary=typed, send_to_readers=True)
    (octets,) = written(session)
    assert typed.encode() in octets.replace(b"=\r\n", b"")


def test_no_place_is_left_open_and_no_line_is_too_long(issue: list[bytes]) -> None:
    for octets in issue:
        assert b"place-" not in octets.replace(b"=\r\n", b"")
        lines = octets.split(b"\r\n")
        assert max(map(len, lines)) <= 998
        assert not re.search(rb"(?<!\r)\n|\r(?!\n)", octets)


def test_a_letter_somebody_asked_for_says_that_no_machine_should_answer(
    app: Flask, session: Session
) -> None:
    app.config.update(MAIL_REPLY_TO="jordan@example.org", MAIL_ISSUE_SENDER="news@example.org")
    put_personal(session, "confirm", factories.make_subscriber(session), our_clock.now())
    session.commit()
    (octets,) = written(session)
    message = parsed(octets)
    assert message["From"] == "Steady Ground <post@localhost>"
    assert message["Reply-To"] == "jordan@example.org"
    assert message["Auto-Submitted"] == "auto-generated"
    assert [message[name] for name in ("List-Id", "List-Unsubscribe", "Precedence")] == [None] * 3
    assert rows(session)[0].links["confirm"] in octets.replace(b"=\r\n", b"").decode()


def test_issues_come_from_their_own_sender_and_answers_reach_the_coach(
    app: Flask, session: Session
) -> None:
    app.config.update(MAIL_REPLY_TO="jordan@example.org", MAIL_ISSUE_SENDER="news@example.org")
    factories.make_subscriber(session)
    factories.make_post(session, send_to_readers=True)
    (octets,) = written(session)
    assert parsed(octets)["From"] == "Jordan Hale <news@example.org>"
    assert parsed(octets)["Reply-To"] == "jordan@example.org"


def test_a_notice_is_told_apart_without_a_topic_word(session: Session) -> None:
    factories.make_subscriber(session, topics=(Topic.NOTICES,))
    factories.make_notice(session, send_to_readers=True)
    (octets,) = written(session)
    assert parsed(octets)["List-Id"] == "<notes.localhost>"


def test_a_later_attempt_differs_in_its_date_alone(
    session: Session, issue: list[bytes], clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(hours=1))
    later = octets_of(rows(session)[0])
    assert later.replace(b"15:00:00", b"14:00:00") == issue[0]
