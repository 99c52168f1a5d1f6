"""Every line of the header, in the octets that a real mail server was given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
import time_machine
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.newsletter.letters import put_personal
from hrsite.newsletter.models import Topic
from hrsite.outbox.models import DeliveryState
from hrsite.outbox.numbering import letter_id_of
from tests import factories
from tests.outbox.conformance import SERVERS, deliver, head, parsed, raw_line, raw_lines, words
from tests.outbox.keeping_server import EVERY_EXTENSION, Keeper, Received, keeping_server
from tests.outbox.ledger import becomes, rows

READERS = ("ada@example.org", "bea+notes@example.org", "b@faß.de")
NEVER = (
    "Bcc", "Cc", "X-Mailer", "User-Agent", "X-PHP-Script", "Return-Path", "Received", "Sender",
    "X-Subscriber", "X-Subscriber-ID", "X-Campaign", "Feedback-ID", "Errors-To",
    "Return-Receipt-To", "Disposition-Notification-To", "X-Confirm-Reading-To",
)  # fmt: skip
ALLOWED = {
    "from", "to", "reply-to", "subject", "date", "message-id", "mime-version", "content-type",
    "content-language", "list-unsubscribe", "list-unsubscribe-post", "list-id", "precedence",
}  # fmt: skip
LABEL = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=63)


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    with keeping_server(*EVERY_EXTENSION) as server:
        yield server


@pytest.fixture
def https(app: Flask) -> Flask:
    """A site as strangers reach it, with two senders and somebody who reads the answers."""
    app.config.update(
        BASE_URL="https://example.org",
        MAIL_DOMAIN="example.org",
        MAIL_SENDER="post@example.org",
        MAIL_ISSUE_SENDER="news@example.org",
        MAIL_REPLY_TO="jordan@example.org",
    )
    return app


@pytest.fixture
def issue(
    https: Flask, session: Session, keeper: Keeper, clock: time_machine.Traveller
) -> list[Received]:
    """One article's copies, as the server was given them."""
    for reader in READERS:
        factories.make_subscriber(session, reader)
    factories.make_post(session, title="Petits pas, gardés", language="fr", send_to_readers=True)
    return deliver(https, session, keeper)


def host_of(length: int) -> str:
    """A host name of exactly so many characters, in labels of at most 63."""
    labels = ["org"]
    while (left := length - len(".".join(labels))) > 0:
        # Never leave one character over, for which there is no label with its dot.
        size = min(63, left - 1)
        size -= left - 1 - size == 1
        labels.insert(0, "h" * size)
    return ".".join(labels)


def test_an_issue_carries_these_headers_once_each_and_no_other(issue: list[Received]) -> None:
    assert len(issue) == len(READERS)
    for letter in issue:
        names = [name.lower() for name in parsed(letter).keys()]  # noqa: SIM118
        assert sorted(names) == sorted(ALLOWED)
        assert [raw_lines(letter, name) for name in NEVER] == [[]] * len(NEVER)


def test_an_issue_says_who_wrote_it_when_and_in_which_language(issue: list[Received]) -> None:
    for letter in issue:
        message = parsed(letter)
        assert message["From"] == "Jordan Hale <news@example.org>"
        assert message["Reply-To"] == "jordan@example.org"
        assert message["Subject"] == "Petits pas, gardés"
        assert raw_line(letter, "Content-Language") == b"Content-Language: fr"
        assert raw_line(letter, "Precedence") == b"Precedence: bulk"
        assert raw_line(letter, "List-Id") == b"List-Id: <letters.example.org>"
        assert raw_line(letter, "Date").endswith(b" +0000")
        assert parsedate_to_datetime(message["Date"]) == our_clock.now()


def test_envelope_and_header_name_the_one_reader_spelled_by_idna_2008(
    issue: list[Received],
) -> None:
    assert [letter.recipient for letter in issue] == [*READERS[:2], "b@xn--fa-hia.de"]
    for letter in issue:
        assert raw_line(letter, "To") == f"To: {letter.recipient}".encode()
        assert "@" in letter.sender


def test_the_message_id_is_the_rows_under_our_domain(
    session: Session, issue: list[Received]
) -> None:
    told = [raw_line(letter, "Message-ID").decode() for letter in issue]
    assert told == [f"Message-ID: <{letter_id_of(row)}@example.org>" for row in rows(session)]
    assert len(set(told)) == len(READERS)


def test_text_comes_first_and_html_second_in_short_ascii_lines(issue: list[Received]) -> None:
    for letter in issue:
        message = parsed(letter)
        assert message.get_content_type() == "multipart/alternative"
        kinds = [part.get_content_type() for part in message.iter_parts()]
        assert kinds == ["text/plain", "text/html"]
        assert [part.get_content_charset() for part in message.iter_parts()] == ["utf-8"] * 2
        body = letter.octets.partition(b"\r\n\r\n")[2]
        assert max(map(len, body.split(b"\r\n"))) <= 76
        assert letter.octets.isascii()


def test_no_place_for_a_token_is_left_open(issue: list[Received]) -> None:
    for letter in issue:
        assert "place-" not in words(letter, "plain") + words(letter, "html")
        assert b"place-" not in head(letter)


def test_a_repeat_carries_the_same_message_id_and_differs_in_its_date_alone(
    https: Flask,
    session: Session,
    keeper: Keeper,
    issue: list[Received],
    clock: time_machine.Traveller,
) -> None:
    for row in rows(session):
        row.repeat_count, row.message.settled_at = 1, None
        becomes(session, row, DeliveryState.UNCERTAIN, next_at=our_clock.now())
    clock.shift(timedelta(hours=1))
    again = deliver(https, session, keeper)
    was, is_now = (
        sorted(re.sub(rb"Date: [^\r]*", b"Date:", letter.octets) for letter in letters)
        for letters in (issue, again)
    )
    assert was == is_now
    assert raw_line(again[0], "Date") != raw_line(issue[0], "Date")


@pytest.mark.parametrize("extensions", SERVERS, ids=["bare", "pipelining", "all"])
def test_the_octets_are_the_same_whatever_the_server_offers(
    https: Flask,
    session: Session,
    issue: list[Received],
    extensions: tuple[str, ...],
) -> None:
    for row in rows(session):
        row.repeat_count, row.message.settled_at = 1, None
        becomes(session, row, DeliveryState.UNCERTAIN, next_at=our_clock.now())
    with keeping_server(*extensions) as other:
        again = deliver(https, session, other)
    assert sorted(one.octets for one in again) == sorted(one.octets for one in issue)


@pytest.mark.parametrize("length", [5, 40, 63, 64, 65, 80, 127, 128, 200, 247, 248, 249, 252, 253])
def test_the_way_out_is_one_literal_line_under_a_host_name_of_any_length(
    https: Flask, session: Session, keeper: Keeper, length: int
) -> None:
    check_the_way_out(https, session, keeper, host_of(length))


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(labels=st.lists(LABEL, min_size=2, max_size=8))
def test_the_way_out_is_literal_under_any_host_name(
    https: Flask, session: Session, labels: list[str]
) -> None:
    with keeping_server("PIPELINING") as keeper:
        check_the_way_out(https, session, keeper, ".".join(labels)[-253:].lstrip("."))


def check_the_way_out(app: Flask, session: Session, keeper: Keeper, host: str) -> None:
    app.config.update(BASE_URL=f"https://{host}", MAIL_DOMAIN=host)
    factories.make_subscriber(session, f"reader{len(rows(session))}@example.org")
    factories.make_post(session, send_to_readers=True)
    letter = deliver(app, session, keeper)[-1]
    line = raw_line(letter, "List-Unsubscribe").decode()
    found = re.fullmatch(
        rf"List-Unsubscribe: <https://{re.escape(host)}/unsubscribe/([A-Za-z0-9_-]{{1,22}})>", line
    )
    assert found, line
    assert len(line) <= 998
    assert rows(session)[-1].links["unsubscribe"] == found[1]
    post = raw_line(letter, "List-Unsubscribe-Post")
    assert post == b"List-Unsubscribe-Post: List-Unsubscribe=One-Click"
    # The sender's, which stands in the row: where the site is may change between two attempts.
    assert raw_line(letter, "Message-ID").endswith(b"@example.org>")
    # RFC 2919 2: shorter than 255, dots included.
    list_id = raw_line(letter, "List-Id").decode().removeprefix("List-Id: ").strip("<>")
    assert len(list_id) < 255
    for kind in ("plain", "html"):
        assert f"https://{host}/unsubscribe/{found[1]}" in words(letter, kind)


def test_a_notice_is_a_list_of_its_own_by_a_name_without_a_topic_word(
    https: Flask, session: Session, keeper: Keeper
) -> None:
    factories.make_subscriber(session, topics=(Topic.NOTICES,))
    factories.make_notice(session, send_to_readers=True)
    (letter,) = deliver(https, session, keeper)
    assert raw_line(letter, "List-Id") == b"List-Id: <notes.example.org>"
    assert sorted(name.lower() for name in parsed(letter).keys()) == sorted(ALLOWED)  # noqa: SIM118


@pytest.mark.parametrize("name", ["confirm", "already", "link"])
def test_a_letter_that_somebody_asked_for_wants_no_answer_of_a_machine(
    https: Flask, session: Session, keeper: Keeper, name: str
) -> None:
    put_personal(session, name, factories.make_subscriber(session), our_clock.now())
    session.commit()
    (letter,) = deliver(https, session, keeper)
    assert raw_line(letter, "Auto-Submitted") == b"Auto-Submitted: auto-generated"
    assert parsed(letter)["From"] == "Steady Ground <post@example.org>"
    assert parsed(letter)["Reply-To"] == "jordan@example.org"
    names = {name.lower() for name in parsed(letter).keys()}  # noqa: SIM118
    bulk = {"list-unsubscribe", "list-unsubscribe-post", "list-id", "precedence"}
    assert names == ALLOWED - bulk | {"auto-submitted"}
