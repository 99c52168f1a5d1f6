"""Sample letters and bare applications for the tests of the way out."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask

from hrsite.outbox.transport import Answer, Letter, open_connection

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def make_letter(**changes: Any) -> Letter:
    """A letter with text and HTML; `changes` replace its fields."""
    fields: dict[str, Any] = {
        "sender": ("Jordan", "coach@example.org"),
        "recipient": "reader@example.net",
        "subject": "A new note",
        "text": "Hello.\n",
        "html": "<p>Hello.</p>",
        "message_id": "<one.letter@example.org>",
        "date": NOON,
    }
    return Letter(**fields | changes)


def make_app(port: int | None, /, folder: Path | None = None, **changes: Any) -> Flask:
    """A bare application with a mail server on this port, or without any (None)."""
    app = Flask("letters")
    app.config.update(
        MAIL_SERVER="" if port is None else "127.0.0.1",
        MAIL_PORT=port,
        MAIL_USE_TLS=False,
        MAIL_USE_SSL=False,
        MAIL_USERNAME="",
        MAIL_PASSWORD="",
        MAIL_TIMEOUT=60.0,
        MAIL_REPLY_TIMEOUT=60.0,
        MAIL_CA_FILE="",
        MAIL_FOLDER=folder,
        MAIL_DOMAIN="example.org",
    )
    app.config.update(changes)
    return app


def hand_over(port: int | None, /, *letters: Letter, **settings: Any) -> list[Answer]:
    """Hand these letters (or a sample) over on one connection, with these settings."""
    with open_connection(make_app(port, **settings)) as connection:
        return [connection.hand_over(letter) for letter in letters or [make_letter()]]
