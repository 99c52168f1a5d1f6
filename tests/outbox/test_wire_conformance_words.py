"""Whatever stands in a subject, a name or a body: it arrives whole, and nothing slips in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.header import decode_header, make_header
from email.utils import getaddresses

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from hrsite.outbox.compose import compose
from tests import factories
from tests.outbox.conformance import deliver, head, parsed, raw_line, raw_lines, words
from tests.outbox.keeping_server import EVERY_EXTENSION, Keeper, Received, keeping_server
from tests.outbox.ledger import look, mail_goes_to, put_letter, rows, states

SMUGGLED = "\r\n.\r\nMAIL FROM:<thief@example.net>\r\nRCPT TO:<victim@example.net>\r\nDATA\r\nhi"
HOSTILE = {
    "a quoted word": 'She said "no", twice',
    "a company": "Coach, Inc.",
    "brackets": "Me <you@example.net>",
    "a bracket": "1 < 2 > 0; @all: (now) [x] \\ back",
    "an encoded word": "=?utf-8?q?hidden?=",
    "half an encoded word": "=?utf-8?b?",
    "emoji": "\N{SLIGHTLY SMILING FACE}" * 500,
    "a family": "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}" * 60,
    "right to left": "safe \u202egnp.exe\u202c and \u2066isolated\u2069",
    "a thousand": "word " * 199 + "here.",
    "no blank": "x" * 1000,
    "only blanks": "   ",
    "blanks around": "  a  b  ",
    "a tab": "a\tb",
    "beyond the first plane": "\U0001f600" * 3 + " plain " * 40 + "\U0010fffd",
    "combining": "e\u0301" * 200,
    "nothing": "",
}
BREAKS = ["\r", "\n", "\r\n", "\r\n ", "\n\t", "\0", SMUGGLED]
DOTS = ["." * n for n in range(6)] + [".\n.", "..a", ". a", "a\n.\n.\nb", SMUGGLED, ".\r\n" * 40]
TEXT = st.text(st.sampled_from("ab .=\t\n\ré日😀\x0c\u2028<>&-") | st.characters(codec="utf-8"))


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    with keeping_server(*EVERY_EXTENSION) as server:
        yield server


@pytest.fixture
def database() -> str:
    """What a column may hold differs; what goes over the wire does not."""
    return "sqlite"


def only(received: list[Received]) -> Received:
    (letter,) = received
    return letter


def subject_of(letter: Received) -> str:
    """Unfolded and decoded by Python's older parser, which keeps every blank."""
    line = raw_line(letter, "Subject").removeprefix(b"Subject: ")
    return str(make_header(decode_header(line.replace(b"\r\n", b"").decode())))


def mailbox_of(letter: Received, name: str) -> tuple[str, str]:
    """Split first, then decoded (RFC 2047 6.2)."""
    line = raw_line(letter, name).partition(b": ")[2].replace(b"\r\n", b"").decode()
    ((shown, address),) = getaddresses([line])
    return str(make_header(decode_header(shown))), address


@pytest.mark.parametrize("kind", HOSTILE)
def test_any_subject_arrives_as_it_was_typed(
    app: Flask, session: Session, keeper: Keeper, kind: str
) -> None:
    put_letter(session, "ada@example.org", subject=HOSTILE[kind])
    letter = only(deliver(app, session, keeper))
    assert subject_of(letter) == HOSTILE[kind]
    assert max(map(len, raw_line(letter, "Subject").split(b"\r\n"))) <= 76
    assert words(letter, "plain") == "Hello.\n"


@pytest.mark.parametrize("kind", HOSTILE)
def test_any_name_arrives_with_its_address(
    app: Flask, session: Session, keeper: Keeper, kind: str
) -> None:
    app.config.update(COACH_NAME=HOSTILE[kind], MAIL_ISSUE_SENDER="news@example.org")
    put_letter(session, "ada@example.org")
    letter = only(deliver(app, session, keeper))
    name, address = mailbox_of(letter, "From")
    assert address == "news@example.org"
    assert name.split() == HOSTILE[kind].split()
    # RFC 2047 2; without an encoded word, RFC 5322 2.1.1.
    lines = raw_line(letter, "From").split(b"\r\n")
    assert max(map(len, lines)) <= (76 if b"=?" in lines[0] else 998)
    assert parsed(letter)["From"].addresses[0].addr_spec == "news@example.org"
    assert mailbox_of(letter, "To") == ("", "ada@example.org")


@pytest.mark.parametrize("field", ["subject", "sender_name"])
@pytest.mark.parametrize("mark", BREAKS)
def test_a_break_in_the_ledger_sends_nothing_and_tells_the_coach(
    app: Flask, session: Session, keeper: Keeper, mark: str, field: str
) -> None:
    mail_goes_to(app, keeper.port)
    bad = put_letter(session, "bea@example.org", key="bad")
    setattr(bad, field, f"Hello{mark}Bcc: thief@example.net")
    good = put_letter(session, "ada@example.org", key="good")
    while look(app):
        pass
    assert keeper.faults == []
    assert [letter.recipient for letter in keeper.received] == ["ada@example.org"]
    assert states(session, good.id) == {"accepted": 1}
    session.refresh(bad)
    assert bad.paused_at is not None
    assert "line break" in (bad.pause_reason or "")


@pytest.mark.parametrize("mark", [*BREAKS, "\ud800", "\udfff\ud800"])
def test_a_break_that_the_coach_typed_becomes_a_blank_or_nothing(
    app: Flask, session: Session, keeper: Keeper, mark: str
) -> None:
    app.config["SITE_NAME"] = f"Ground{mark}Bcc: thief@example.net"
    with app.app_context():
        composed = compose("link")
    put_letter(session, "ada@example.org", subject=composed.subject, text=composed.text)
    letter = only(deliver(app, session, keeper))
    assert [letter.sender, letter.recipient] == ["post@localhost", "ada@example.org"]
    assert raw_lines(letter, "Bcc") == []
    assert "thief" in words(letter, "plain")


@pytest.mark.parametrize("text", DOTS)
def test_lines_of_dots_arrive_as_they_were_written(
    app: Flask, session: Session, keeper: Keeper, text: str
) -> None:
    put_letter(session, "ada@example.org", text=f"a\n{text}\nb\n", html=f"<p>a\n{text}\nb")
    letter = only(deliver(app, session, keeper))
    whole = text.replace("\r\n", "\n")
    assert words(letter, "plain") == f"a\n{whole}\nb\n"
    assert words(letter, "html").strip() == f"<p>a\n{whole}\nb"


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(text=TEXT)
def test_any_text_arrives_whole_in_short_ascii_lines(
    app: Flask, session: Session, text: str
) -> None:
    text = text.replace("\0", "")
    with keeping_server(*EVERY_EXTENSION) as keeper:
        put_letter(session, "ada@example.org", key=f"{len(rows(session))}", text=text, html=text)
        letter = only(deliver(app, session, keeper))
    body = letter.octets.partition(b"\r\n\r\n")[2]
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert letter.octets.isascii()
    whole = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    for kind in ("plain", "html"):
        assert words(letter, kind).rstrip("\n") == whole


def test_no_text_can_end_its_part_early(app: Flask, session: Session, keeper: Keeper) -> None:
    put_letter(session, "ada@example.org", text="x")
    boundary = parsed(only(deliver(app, session, keeper))).get_boundary()
    text = f"--{boundary}\n--{boundary}--\n\nstill here"
    put_letter(session, "bea@example.org", key="two", text=text, html=text)
    letter = only(deliver(app, session, keeper))
    for kind in ("plain", "html"):
        assert words(letter, kind).splitlines() == text.splitlines()


@pytest.mark.parametrize(
    ("typed", "wire"),
    [
        ("b@faß.de", "b@xn--fa-hia.de"),
        ("c@bücher.example", "c@xn--bcher-kva.example"),
        ("d@παράδειγμα.gr", "d@xn--hxajbheg2az3al.gr"),
        ("o'hara+x=y@example.org", "o'hara+x=y@example.org"),
        ("{a}|b~@example.org", "{a}|b~@example.org"),
        ("Mixed.Case@Example.ORG", "Mixed.Case@example.org"),
        ("x" * 64 + "@" + ".".join(["y" * 60] * 3) + ".org", ""),
    ],
)
def test_any_address_we_take_is_written_to_by_its_own_name(
    app: Flask, session: Session, keeper: Keeper, typed: str, wire: str
) -> None:
    factories.make_subscriber(session, typed)
    factories.make_post(session, send_to_readers=True)
    letter = only(deliver(app, session, keeper))
    wire = wire or typed
    assert letter.recipient.rpartition("@")[0] == wire.rpartition("@")[0]
    assert letter.recipient.casefold() == wire.casefold()
    assert parsed(letter)["To"].addresses[0].addr_spec == letter.recipient
    assert raw_lines(letter, "To") == [f"To: {letter.recipient}".encode()]


def test_a_hostile_article_leaves_as_one_letter(
    app: Flask, session: Session, keeper: Keeper
) -> None:
    typed = (
        "<script>alert(1)</script> \"q\", 'a' & </mj-text> <!-- x =?utf-8?q?x?= place-00-settings"
    )
    factories.make_subscriber(session, "ada@example.org")
    factories.make_post(
        session,
        title=typed,
        summary=typed,
        body_html=f"<p>.</p><p>..</p><p>{SMUGGLED}</p>",
        send_to_readers=True,
    )
    letter = only(deliver(app, session, keeper))
    assert subject_of(letter) == typed
    assert "<script" not in words(letter, "html")
    assert head(letter).count(b"\r\nSubject:") == 1
    assert not re.search(rb"(?m)^\.\r?$", letter.octets)
