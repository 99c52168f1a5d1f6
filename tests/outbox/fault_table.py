"""Drive one cell of the fault table through a real worker's look, and judge what came of it."""

from __future__ import annotations

import base64
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.outbox.models import Delivery, OutboxMessage, Suppression
from hrsite.outbox.models_bouncing import Bounce
from tests.outbox.certificates import make_certificates, server_shield
from tests.outbox.fault_cells import SOUND, Cell
from tests.outbox.ledger import look, mail_goes_to, put_letter, rows
from tests.outbox.smtp_server import RawServer

USERNAME, PASSWORD = "coach@example.org", "open-sesame-17"
LOGIN: dict[str, Any] = {"MAIL_USERNAME": USERNAME, "MAIL_PASSWORD": PASSWORD}
SECRETS = [b"AUTH", PASSWORD.encode(), base64.b64encode(PASSWORD.encode())] + [
    base64.b64encode(f"\0{USERNAME}\0{PASSWORD}".encode())
]
# What can be wrong with a certificate; "strangers" are an authority that signed none of ours.
FAULTS = ("", "expired", "wrong name", "self-signed", "strangers")
Certificates = dict[str, Path]
FIRST, SECOND, THIRD = "ada@example.org", "bea@example.org", "cleo@example.org"


def make_all_certificates(folder: Path) -> Certificates:
    """A sound certificate, and one for each fault. TLS does not know that tests stop the clock."""
    made = {fault: folder / f"tls-{fault}".replace(" ", "-") for fault in FAULTS}
    for fault, place in made.items():
        name = "mail.example.net" if fault == "wrong name" else "127.0.0.1"
        make_certificates(place, name, expired=fault == "expired")
    return made


def run(app: Flask, session: Session, cell: Cell, made: Certificates) -> None:
    """Two readers of one Issue and one of another; the first letter meets the fault."""
    message = put_letter(session, FIRST, SECOND)
    put_letter(session, THIRD, key="issue/2")
    message_id = message.id
    session.rollback()
    folder = made[cell.certificate]
    trusted = made["strangers"] if cell.certificate == "self-signed" else folder
    threads = threading.active_count()
    server = RawServer(
        cell.script,
        SOUND,
        shield=server_shield(folder),
        at_once=bool(cell.settings.get("MAIL_USE_SSL")),
    )
    with server:
        settings = {"MAIL_USE_TLS": True, "MAIL_CA_FILE": str(trusted / "ca.pem")}
        mail_goes_to(app, server.port, **settings | LOGIN | cell.settings)
        look(app)
        if cell.outcome.others == "rest":
            connections = server.connections
            assert look(app) == 0, "no other letter may disturb a server that wants to rest"
            assert server.connections == connections
    assert server.left_open == 0, "a connection was left open"
    assert threading.active_count() == threads
    judge(session, cell, server, message_id)


def judge(session: Session, cell: Cell, server: RawServer, message_id: int) -> None:
    """Everything that mail.md promises of this cell, in the ledger and on the wire."""
    first, *others = rows(session)
    wanted, now = cell.outcome, clock.now()
    shown = f"{first.state} {first.attempt_count} {first.next_at} {first.reply_text}"
    assert (first.state, first.attempt_count) == (wanted.state, wanted.counted), shown
    if wanted.counted:
        assert first.next_at == in_minutes(now, wanted.wait), shown
        assert wanted.said in (first.reply_text or ""), shown
    assert_readers_are_not_blamed(session, first, cell)
    assert_others(session, others, cell, message_id)
    assert_the_coach_is_told(session, cell, message_id)
    assert_no_secret_was_said(server, cell)


def in_minutes(now: datetime, minutes: int | None) -> datetime | None:
    return None if minutes is None else now + timedelta(minutes=minutes)


def assert_readers_are_not_blamed(session: Session, first: Delivery, cell: Cell) -> None:
    bounces = [(one.address_key, one.kind) for one in session.scalars(select(Bounce))]
    kind = cell.outcome.bounce
    assert bounces == ([(first.address_key, kind)] if kind else [])
    closed = [one.address_key for one in session.scalars(select(Suppression))]
    assert closed == ([first.address_key] if cell.outcome.closed else [])


def assert_others(session: Session, others: list[Delivery], cell: Cell, message_id: int) -> None:
    if cell.outcome.others == "go":
        assert {one.state for one in others} == {"accepted"}
        return
    for one in others:
        shown = f"{one.state} {one.attempt_count} {one.next_at} {one.reply_text}"
        if cell.outcome.goes_on_alone and one.message_id != message_id:
            assert one.state == "accepted", shown
        else:
            assert (one.state, one.attempt_count) == ("queued", 0), shown
            assert one.next_at is not None, shown


def assert_the_coach_is_told(session: Session, cell: Cell, message_id: int) -> None:
    messages = list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))
    paused = {one.id for one in messages if one.paused_at}
    if cell.outcome.others != "paused":
        assert paused == set()
        return
    shown = f"{[(one.id, one.pause_reason) for one in messages]}"
    everything = {one.id for one in messages}
    assert paused == (everything if cell.outcome.pauses_all else {message_id}), shown
    for one in messages:
        if one.id in paused:
            assert cell.outcome.said in (one.pause_reason or ""), shown
            assert "_ssl.c" not in shown, shown


def assert_no_secret_was_said(server: RawServer, cell: Cell) -> None:
    for secret in SECRETS:
        assert secret not in server.clear
    if cell.certificate or cell.stage in ("BANNER", "EHLO", "STARTTLS", "HANDSHAKE"):
        assert not any(line.upper().startswith(b"AUTH") for line in server.commands)
        assert server.letters == []
