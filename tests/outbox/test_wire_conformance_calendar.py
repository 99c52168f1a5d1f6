"""A letter about a session, as the mail server was given it: with one calendar file beside it."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite.newsletter.models import Topic
from tests import factories
from tests.notices.calendars import by_icalendar
from tests.outbox.conformance import SERVERS, deliver, parsed, words
from tests.outbox.keeping_server import EVERY_EXTENSION, Keeper, Received, keeping_server

JOIN = "Join at https://j.example/j/99?pwd=x"


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    with keeping_server(*EVERY_EXTENSION) as server:
        yield server


def make_reader(session: Session, typed: str, *, is_discreet: bool = False) -> None:
    factories.make_subscriber(session, typed, (Topic.NOTICES,)).is_discreet = is_discreet
    session.commit()


def shape(part: EmailMessage) -> object:
    """The kinds of the parts, as they stand in each other."""
    kind = part.get_content_type()
    return {kind: [shape(one) for one in part.iter_parts()]} if part.is_multipart() else kind


def calendar_of(letter: Received) -> tuple[EmailMessage, bytes]:
    """The one calendar part, and what it holds."""
    (part,) = (one for one in parsed(letter).walk() if one.get_content_type() == "text/calendar")
    octets = part.get_payload(decode=True)
    assert isinstance(octets, bytes)
    return part, octets


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("extensions", SERVERS)
def test_one_calendar_file_stands_beside_the_words(
    app: Flask, session: Session, extensions: tuple[str, ...]
) -> None:
    make_reader(session, "ada@example.org")
    notice = factories.make_notice(session, send_to_readers=True, how_to_join=JOIN)
    with keeping_server(*extensions) as keeper:
        (letter,) = deliver(app, session, keeper)
    # Of alternatives a program shows one: it must be the letter, and not the appointment.
    whole = {"multipart/alternative": ["text/plain", "text/html"]}
    assert shape(parsed(letter)) == {"multipart/mixed": [whole, "text/calendar"]}
    part, octets = calendar_of(letter)
    assert part["Content-Type"].params == {"charset": "utf-8", "method": "PUBLISH"}
    assert b"\r\nMETHOD:PUBLISH\r\n" in octets
    assert part.get_filename() == "appointment.ics"
    assert part["Content-Disposition"].content_disposition == "attachment"
    assert JOIN in words(letter, "plain")
    for secret in (b"j.example", notice.title.encode(), b"ada@", b"ORGANIZER", b"ATTENDEE"):
        assert secret not in octets
    assert all(len(line) <= 998 for line in letter.octets.split(b"\r\n"))


@pytest.mark.usefixtures("clock")
def test_it_is_the_file_that_the_page_offers(
    app: Flask, client: FlaskClient, session: Session, keeper: Keeper
) -> None:
    make_reader(session, "ada@example.org")
    factories.make_notice(session, slug="group", send_to_readers=True, sequence=4)
    (letter,) = deliver(app, session, keeper)
    assert calendar_of(letter)[1] == client.get("/notices/group.ics").data


@pytest.mark.usefixtures("clock")
def test_a_plain_letter_has_a_neutral_file_whatever_the_coach_has_chosen(
    app: Flask, session: Session, keeper: Keeper
) -> None:
    make_reader(session, "ada@example.org", is_discreet=True)
    make_reader(session, "bea@example.org")
    factories.make_notice(
        session, title="Naloxone evening", tells_in_calendar=True, send_to_readers=True
    )
    plain, whole = sorted(deliver(app, session, keeper), key=lambda letter: letter.recipient)
    (discreet,), (telling,) = (by_icalendar(calendar_of(one)[1]) for one in (plain, whole))
    assert (discreet["title"], discreet["place"]) == ("Appointment", "")
    assert (telling["title"], telling["place"]) == ("Naloxone evening", "Online")
    same = ("uid", "sequence", "starts", "ends")
    assert [discreet[name] for name in same] == [telling[name] for name in same]


@pytest.mark.usefixtures("clock")
def test_what_holds_until_further_notice_has_no_file(
    app: Flask, session: Session, keeper: Keeper
) -> None:
    make_reader(session, "ada@example.org")
    factories.make_notice(session, starts_at=None, send_to_readers=True)
    (letter,) = deliver(app, session, keeper)
    assert shape(parsed(letter)) == {"multipart/alternative": ["text/plain", "text/html"]}
