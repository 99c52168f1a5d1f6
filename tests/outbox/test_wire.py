"""What a letter looks like on the wire: every header on its line, every name and word kept."""

from __future__ import annotations

import email
import email.policy
import quopri
import re
from datetime import UTC, datetime, timedelta, timezone
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses
from typing import Any

import flask_mail
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrsite.outbox.header_lines import date_line
from hrsite.outbox.wire import BadHeader, SafeMessage, as_bytes, octets_of
from tests.outbox.letter_samples import make_app, make_letter

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300)
BREAKS = ["\r", "\n", "\r\n", "\r\n ", "\x00", "\ud800"]


def parsed(octets: bytes) -> EmailMessage:
    """The letter as a mail program reads it."""
    return BytesParser(policy=email.policy.default).parsebytes(octets)


def words(message: EmailMessage, kind: str) -> str:
    """What a reader sees who is shown this kind of text."""
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def header_line(octets: bytes, name: str) -> bytes:
    """The one raw line of this header, folds included."""
    head = octets.partition(b"\r\n\r\n")[0]
    found = re.findall(rb"(?im)^%s:[^\r]*(?:\r\n[ \t][^\r]*)*" % name.encode(), head)
    assert len(found) == 1
    return bytes(found[0])


@pytest.mark.parametrize("length", [10, 60, 80, 250, 700, 900])
def test_list_unsubscribe_is_one_literal_line_at_any_length(length: int) -> None:
    link = f"<https://{'h' * length}.example.org/u/abcdefghijklmnopqrstuv>"
    octets = as_bytes(make_letter(headers=(("List-Unsubscribe", link),)))
    assert header_line(octets, "List-Unsubscribe") == f"List-Unsubscribe: {link}".encode()


def test_a_line_longer_than_mail_allows_is_refused() -> None:
    with pytest.raises(BadHeader, match="998"):
        as_bytes(make_letter(headers=(("List-Unsubscribe", "x" * 981),)))
    assert as_bytes(make_letter(headers=(("List-Unsubscribe", "x" * 980),)))


@pytest.mark.parametrize("mark", BREAKS)
@pytest.mark.parametrize("place", ["subject", "sender", "reply_to", "headers", "address", "name"])
def test_no_header_can_be_slipped_in(place: str, mark: str) -> None:
    text = f"x{mark}Bcc: thief@example.net"
    changes: dict[str, Any] = {
        "subject": {"subject": text},
        "sender": {"sender": (text, "coach@example.org")},
        "reply_to": {"reply_to": (text, "coach@example.org")},
        "headers": {"headers": (("X-Note", text),)},
        "address": {"sender": ("Jordan", f"coach@example.org{mark}Bcc: x")},
        "name": {"headers": ((f"X-Note{mark}Bcc", "x"),)},
    }
    with pytest.raises(BadHeader):
        as_bytes(make_letter(**changes[place]))


@pytest.mark.parametrize("message_id", ["", "a@b", "<a b@c>", "<a@b>\r\nBcc: x", "<a@ü>", "<a>"])
def test_a_message_id_of_the_wrong_form_is_refused(message_id: str) -> None:
    with pytest.raises(BadHeader):
        as_bytes(make_letter(message_id=message_id))


@pytest.mark.parametrize("name", ["Bcc", "bcc", "X-Mailer", "From", "Date", "Content-Type", "a b"])
def test_headers_that_are_not_for_callers_are_refused(name: str) -> None:
    with pytest.raises(BadHeader):
        as_bytes(make_letter(headers=((name, "x"),)))


def test_a_header_given_twice_is_refused() -> None:
    with pytest.raises(BadHeader):
        as_bytes(make_letter(headers=(("List-Id", "<a.b>"), ("list-id", "<c.d>"))))


@pytest.mark.parametrize(
    "name",
    [
        "Coach, Inc.",
        'Jo "the ear" Doe',
        "Back\\slash",
        "Jördän Løve, Ph.D.",
        "=?utf-8?q?hidden?=",
        "a@b.org",
        "Long " * 60 + ", Inc.",
        "Longer than a line of mail may be " * 30,
        "Lange Wörter, " * 20,
        "日本語の名前" * 20,
        "",
    ],
)
def test_any_name_arrives_with_its_address(name: str) -> None:
    letter = make_letter(sender=(name, "coach@example.org"), reply_to=(name, "re@example.org"))
    message = email.message_from_bytes(as_bytes(letter))
    for header, address in (("From", "coach@example.org"), ("Reply-To", "re@example.org")):
        # Split, then decode (RFC 2047 6.2): Python's newer parser puts spaces into long names.
        ((shown, found),) = getaddresses([message[header].replace("\r\n", "")])
        assert found == address
        assert str(make_header(decode_header(shown))).strip() == name.strip()


def test_blanks_around_a_name_are_not_shown() -> None:
    message = parsed(as_bytes(make_letter(sender=("  Coach, Inc. ", "coach@example.org"))))
    assert message["From"].addresses[0].display_name == "Coach, Inc."


@given(name=WORDS, subject=WORDS)
def test_names_and_subjects_survive_the_journey(name: str, subject: str) -> None:
    octets = as_bytes(make_letter(sender=(name, "coach@example.org"), subject=subject))
    assert octets.isascii()
    message = parsed(octets)
    assert message["From"].addresses[0].addr_spec == "coach@example.org"
    assert " ".join(message["Subject"].split()) == " ".join(subject.split())
    assert message["Message-ID"] == "<one.letter@example.org>"


def test_an_international_domain_goes_out_by_its_own_name() -> None:
    message = parsed(as_bytes(make_letter(recipient="b@faß.de", sender=("", "c@bücher.example"))))
    assert message["To"] == "b@xn--fa-hia.de"
    assert message["From"] == "c@xn--bcher-kva.example"


def test_a_list_id_keeps_its_words_and_its_id() -> None:
    octets = as_bytes(make_letter(headers=(("List-Id", "Café, nüchtern <notes.example.org>"),)))
    assert header_line(octets, "List-Id").endswith(b" <notes.example.org>")
    assert parsed(octets)["List-Id"] == "Café, nüchtern <notes.example.org>"


def test_a_link_beyond_ascii_is_refused_because_it_could_not_be_followed() -> None:
    with pytest.raises(BadHeader):
        as_bytes(make_letter(headers=(("List-Unsubscribe", "<https://faß.de/u/x>"),)))


@given(st.text(alphabet="ab .=\t\r\né日😀\x00\x0c\u2028From", max_size=600))
def test_any_text_leaves_in_short_lines_and_arrives_whole(text: str) -> None:
    octets = as_bytes(make_letter(text=text, html=None))
    body = octets.partition(b"\r\n\r\n")[2]
    assert max(map(len, octets.split(b"\r\n"))) <= 78
    assert body.count(b"\r") == body.count(b"\n") == body.count(b"\r\n")
    assert not re.search(rb"(?m)^\.\r", body)
    arrived = quopri.decodestring(body).decode().replace("\r\n", "\n")
    sent = text.replace("\r\n", "\n").replace("\r", "\n")
    assert arrived == sent.rstrip("\n") + "\n"


def test_plain_text_stays_readable_on_the_wire() -> None:
    octets = as_bytes(make_letter(text="Hello.\n\nA second line.\n", html=None))
    assert octets.endswith(b"\r\n\r\nHello.\r\n\r\nA second line.\r\n")


def test_a_subject_that_looks_encoded_arrives_as_it_was_typed() -> None:
    octets = as_bytes(make_letter(subject="=?utf-8?q?hidden?="))
    assert parsed(octets)["Subject"] == "=?utf-8?q?hidden?="


def test_a_line_of_five_thousand_letters_is_broken_for_the_wire_only() -> None:
    octets = as_bytes(make_letter(text="x" * 5000, html="<p>" + "y" * 5000))
    assert max(map(len, octets.split(b"\r\n"))) <= 76
    message = parsed(octets)
    assert words(message, "plain").strip() == "x" * 5000
    assert words(message, "html").strip() == "<p>" + "y" * 5000


def test_half_a_character_does_not_stop_a_letter() -> None:
    octets = as_bytes(make_letter(text="a\ud800b\U0001f600", html=None))
    assert parsed(octets).get_content().strip() == "a\ufffdb\U0001f600"


def test_text_comes_first_and_html_second() -> None:
    message = parsed(as_bytes(make_letter()))
    assert message.get_content_type() == "multipart/alternative"
    kinds = [part.get_content_type() for part in message.iter_parts()]
    assert kinds == ["text/plain", "text/html"]
    assert not message.defects
    assert not [defect for part in message.walk() for defect in part.defects]


def test_a_letter_without_html_is_plain_text_and_nothing_around_it() -> None:
    message = parsed(as_bytes(make_letter(html=None)))
    assert message.get_content_type() == "text/plain"
    assert message.get_content().strip() == "Hello."


def test_no_text_can_end_its_part_early() -> None:
    text = "--=_letter\n--=_letter--\nstill here"
    message = parsed(as_bytes(make_letter(text=text)))
    assert words(message, "plain").splitlines() == text.splitlines()


def test_the_date_is_in_utc_wherever_the_coach_is() -> None:
    toronto = datetime(2026, 11, 23, 7, 0, tzinfo=timezone(timedelta(hours=-5)))
    octets = as_bytes(make_letter(date=toronto))
    assert header_line(octets, "Date") == b"Date: Mon, 23 Nov 2026 12:00:00 +0000"
    assert date_line(toronto) == b"Date: Mon, 23 Nov 2026 12:00:00 +0000\r\n"
    with pytest.raises(BadHeader):
        date_line(toronto.replace(tzinfo=None))


def test_every_attempt_is_the_same_to_the_last_octet() -> None:
    letter = make_letter(headers=(("Precedence", "bulk"),))
    assert as_bytes(letter) == as_bytes(letter)
    assert parsed(as_bytes(letter))["Message-ID"] == letter.message_id


def test_nothing_tells_what_wrote_the_letter() -> None:
    names = {name.lower() for name in parsed(as_bytes(make_letter())).keys()}  # noqa: SIM118
    assert names == {
        "from", "to", "subject", "date", "message-id", "mime-version", "content-type"
    }  # fmt: skip


def test_a_long_message_id_is_not_folded() -> None:
    message_id = f"<{'a' * 120}@{'b' * 120}.example.org>"
    octets = as_bytes(make_letter(message_id=message_id))
    assert header_line(octets, "Message-ID") == f"Message-ID: {message_id}".encode()


def test_a_safe_message_is_a_flask_mail_message_with_all_its_fields() -> None:
    message = SafeMessage(make_letter())
    stock = flask_mail.Message("Hello", ["a@b.org"], sender="c@d.org")
    assert isinstance(message, flask_mail.Message)
    assert vars(message).keys() == vars(stock).keys()
    assert message.as_string() == str(message) == bytes(message).decode()
    assert message._message()["Subject"] == "A new note"


def test_a_file_travels_beside_the_words() -> None:
    message = SafeMessage(make_letter())
    message.attach("Termin ü.ics", "text/calendar", "BEGIN:VCALENDAR\r\n" * 20)
    read = parsed(message.as_bytes())
    assert read.get_content_type() == "multipart/mixed"
    (file,) = read.iter_attachments()
    assert (file.get_content_type(), file.get_filename()) == ("text/calendar", "Termin_.ics")
    assert file.get_content() == "BEGIN:VCALENDAR\r\n" * 20
    assert words(read, "plain").strip() == "Hello."


@pytest.mark.parametrize("kind", ["text/html\r\nX: y", "message/rfc822", "nonsense"])
def test_a_file_of_a_strange_type_is_refused(kind: str) -> None:
    message = SafeMessage(make_letter())
    message.attach("x", kind, b"x")
    with pytest.raises(BadHeader):
        message.as_bytes()


def test_flask_mails_own_messages_are_written_by_our_rules_too() -> None:
    app = make_app(None, MAIL_DEFAULT_SENDER=("Coach, Inc.", "coach@example.org"))
    flask_mail.Mail(app)
    with app.app_context():
        message = flask_mail.Message("Hello", [("Doe, Jo", "jo@faß.de")], body="Hi", cc=["c@d.org"])
        message.date = datetime(2026, 11, 23, tzinfo=UTC).timestamp()
        read = parsed(octets_of(message))
    assert read["From"].addresses[0].display_name == "Coach, Inc."
    assert read["To"].addresses[0].addr_spec == "jo@xn--fa-hia.de"
    assert read["Cc"] == "c@d.org"
