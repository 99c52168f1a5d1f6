"""Python's email, Node's mailparser and Perl's Email::MIME read the same in what a server got."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from email.header import decode_header, make_header
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from hrsite.addresses import wire_form
from tests import factories
from tests.outbox.conformance import deliver, parsed, raw_line, words
from tests.outbox.keeping_server import EVERY_EXTENSION, Keeper, Received, keeping_server
from tests.outbox.ledger import put_letter
from tests.parsers import bringing

SUBJECTS = (
    "A plain one",
    "Petits pas, gardés: l’été à deux \N{SLIGHTLY SMILING FACE}",
    'Quotes "here", commas, <brackets> and =?utf-8?q?x?=',
    "\N{SLIGHTLY SMILING FACE}" * 500,
    "日本語の件名" * 30,
    "word " * 60 + "end",
)
NAMES = ("Jordan Hale", "Coach, Inc.", 'Jo "the ear" Døe', "日本語の名前" * 10, "a@b.example")
BODIES = (
    "Hello.\n",
    ".\n..\n.a\nFrom here\n--=_letter--\n" + "x" * 3000 + "\n",
    "é\N{SLIGHTLY SMILING FACE}\u2028 = =20 \t trailing\n\n\nend\n",
)
PARSERS: dict[str, Callable[[], list[str] | None]] = {
    "mailparser": bringing.node_command,
    "Email::MIME": bringing.perl_command,
}


@pytest.fixture
def database() -> str:
    """What leaves is the same from each."""
    return "sqlite"


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    with keeping_server(*EVERY_EXTENSION) as server:
        yield server


@pytest.fixture(params=PARSERS)
def other(request: pytest.FixtureRequest) -> list[str]:
    """The command of another parser; `make check-parsers` brings those that are not here."""
    command = PARSERS[request.param]()
    if command is None:
        pytest.skip(f"{request.param} is not here; make check-parsers brings it")
    return command


def by_python(letter: Received) -> dict[str, Any]:
    """What Python's email package finds."""
    message = parsed(letter)
    subject = raw_line(letter, "Subject").partition(b": ")[2].replace(b"\r\n", b"").decode()
    return {
        "subject": str(make_header(decode_header(subject))),
        "from": mailboxes(letter, "From"),
        "to": mailboxes(letter, "To"),
        "message_id": message["Message-ID"],
        "seconds": int(parsedate_to_datetime(message["Date"]).timestamp()),
        "list_unsubscribe": message["List-Unsubscribe"].strip("<>"),
        "list_id": message["List-Id"].strip("<>"),
        "text": words(letter, "plain"),
        "html": words(letter, "html"),
    }


def mailboxes(letter: Received, name: str) -> list[list[str]]:
    """Split, then decoded (RFC 2047 6.2)."""
    line = raw_line(letter, name).partition(b": ")[2].replace(b"\r\n", b"").decode()
    return [
        [str(make_header(decode_header(who))), address] for who, address in getaddresses([line])
    ]


def by_another(command: list[str], letter: Received) -> dict[str, Any]:
    """What another parser finds, line ends made alike."""
    done = subprocess.run(
        command,
        input=letter.octets,
        capture_output=True,
        timeout=60,
        env={**os.environ, "NODE_PATH": str(bringing.CACHE / "node_modules")},
    )
    assert done.returncode == 0, done.stderr.decode()
    found: dict[str, Any] = json.loads(done.stdout)
    for part in ("text", "html"):
        found[part] = found[part].replace("\r\n", "\n")
    # mailparser shows "xn--fa-hia.de" as people write it: faß.de.
    found["to"] = [[name, wire_form(address)] for name, address in found["to"]]
    return found


def compare(command: list[str], letter: Received) -> None:
    ours, theirs = by_python(letter), by_another(command, letter)
    for part in ("text", "html"):
        # mailparser takes away the last line end.
        ours[part], theirs[part] = ours[part].rstrip("\n"), theirs[part].rstrip("\n")
        assert links_in(ours[part]) == links_in(theirs[part])
    assert theirs == ours


def links_in(text: str) -> list[str]:
    return re.findall(r"(?:https?|mailto):[^\s\"<>]+", text)


def test_a_real_article_is_read_alike(
    app: Flask, session: Session, keeper: Keeper, other: list[str]
) -> None:
    app.config.update(COACH_NAME="Jördan Hale, Ph.D.")
    factories.make_subscriber(session, "b@faß.de")
    factories.make_post(
        session,
        title="Petits pas, gardés",
        body_html='<p>É <a href="https://example.org/?a=1&amp;b=2">here</a>.</p>' * 40,
        send_to_readers=True,
    )
    (letter,) = deliver(app, session, keeper)
    compare(other, letter)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_any_subject_is_read_alike(
    app: Flask, session: Session, keeper: Keeper, other: list[str], subject: str
) -> None:
    put_letter(session, "ada@example.org", subject=subject)
    (letter,) = deliver(app, session, keeper)
    compare(other, letter)


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_read_alike(
    app: Flask, session: Session, keeper: Keeper, other: list[str], name: str
) -> None:
    app.config.update(COACH_NAME=name)
    put_letter(session, "ada@example.org")
    (letter,) = deliver(app, session, keeper)
    compare(other, letter)


@pytest.mark.parametrize("text", BODIES)
def test_any_body_is_read_alike(
    app: Flask, session: Session, keeper: Keeper, other: list[str], text: str
) -> None:
    put_letter(session, "ada@example.org", text=text, html=f"<p>{text}</p>")
    (letter,) = deliver(app, session, keeper)
    compare(other, letter)
