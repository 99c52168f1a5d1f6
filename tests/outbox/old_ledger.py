"""A ledger as an earlier version wrote it: by SQL, for the models know only today's columns."""

from __future__ import annotations

from sqlalchemy import Connection, text

from hrsite.extensions import db


def a_moment() -> str:
    """A moment as this kind of database is told it."""
    is_postgresql = db.engine.dialect.name == "postgresql"
    return f"2026-06-01 12:00:00{'+00' if is_postgresql else '.000000'}"


def put_message(connection: Connection) -> None:
    """Message 3, without a copy."""
    connection.execute(
        text(
            "INSERT INTO outbox_messages (id, key, stream, mark, sender_name, sender_address,"
            " reply_to, language, subject, text, html, created_at, not_after, is_timely,"
            " starts_at) VALUES (3, 'k', 'articles', 'place-m', '', '', '', 'en', '', '', '',"
            " :now, :now, FALSE, :now)"
        ),
        {"now": a_moment()},
    )
