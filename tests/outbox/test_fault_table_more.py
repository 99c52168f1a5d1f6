"""Cells of the fault table that need a shut door, a long letter, much time, or PostgreSQL."""

import socket
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.outbox.enqueue import PATIENCE, put_delivery
from hrsite.outbox.models import Suppression
from tests.outbox import fault_table
from tests.outbox.fault_cells import AT_PARTING, ON_THE_LINE, Cell
from tests.outbox.fault_chunks import SENT_WHOLE
from tests.outbox.fault_replies import ANSWERED
from tests.outbox.ledger import READERS, answer_to, look, mail_goes_to, put_letter, rows, states
from tests.outbox.smtp_server import DROP, SILENT, RawServer, mail_server

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"])
ON_POSTGRESQL = pytest.mark.parametrize("database", ["postgresql"])
MINUTE = timedelta(minutes=1)
# Longer than what two socket buffers of a kernel hold.
LONG = "A line of a letter that is far too long.\n" * 300_000


def one_of_each_outcome() -> list[Cell]:
    found: dict[object, Cell] = {}
    for cell in [*ON_THE_LINE, *AT_PARTING, *ANSWERED, *SENT_WHOLE]:
        way = cell.pipelining, cell.chunking
        found.setdefault((replace(cell.outcome, said=""), way), cell)
    return list(found.values())


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> fault_table.Certificates:
    return fault_table.make_all_certificates(tmp_path_factory.mktemp("certificates"))


@ON_POSTGRESQL
@pytest.mark.parametrize("cell", one_of_each_outcome(), ids=str)
def test_each_outcome_is_the_same_on_postgresql(
    certificates: fault_table.Certificates,
    app: Flask,
    session: Session,
    clock: time_machine.Traveller,
    cell: Cell,
) -> None:
    fault_table.run(app, session, cell, certificates)


def test_the_table_has_a_cell_for_each_fault_at_each_stage() -> None:
    cells = [*ON_THE_LINE, *AT_PARTING, *ANSWERED, *SENT_WHOLE]
    assert len({str(cell) for cell in cells}) == len(cells) >= 150
    stages = {"BANNER", "EHLO", "STARTTLS", "HANDSHAKE", "EHLO2", "AUTH"}
    # CONNECT and BODY stand below.
    stages |= {"MAIL", "RCPT", "DATA", "DOT", "BDAT", "RSET", "QUIT"}
    for fault in ("silent", "dropped", "garbage", "endless reply"):
        assert {cell.stage for cell in cells if cell.fault == fault} == stages


@ON_SQLITE
def test_a_door_that_is_shut_means_later(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    put_letter(session, *READERS)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    mail_goes_to(app, port, **fault_table.LOGIN, MAIL_USE_TLS=True)
    look(app)
    first, *others = rows(session)
    assert (first.state, first.attempt_count) == ("deferred", 1)
    assert first.next_at == our_clock.now() + MINUTE
    assert "refused the connection" in (first.reply_text or "")
    assert {(one.state.value, one.attempt_count) for one in others} == {("queued", 0)}


@ON_SQLITE
@pytest.mark.parametrize("action", [SILENT, DROP])
@pytest.mark.parametrize(
    "offer",
    [b"", b"250-PIPELINING\r\n", b"250-PIPELINING\r\n250-CHUNKING\r\n"],
    ids=["one by one", "together", "whole"],
)
def test_a_line_that_breaks_within_a_letter_means_later(
    app: Flask, session: Session, clock: time_machine.Traveller, action: str, offer: bytes
) -> None:
    put_letter(session, *READERS, text=LONG)
    ehlo = b"250-mail.example.org\r\n" + offer + b"250 HELP\r\n"

    class Deaf(RawServer):
        def wait_while_silent(self, talk: socket.socket) -> None:
            self.given_up.wait(10)

    with Deaf({"EHLO": ehlo, "BODY": action, "CHUNK": action}) as server:
        mail_goes_to(app, server.port, MAIL_TIMEOUT=0.5)
        look(app)
        server.given_up.set()
    first, *others = rows(session)
    assert (first.state, first.attempt_count) == ("deferred", 1)
    assert first.next_at == our_clock.now() + MINUTE
    assert {(one.state.value, one.attempt_count) for one in others} == {("queued", 0)}
    assert server.letters == []


@ON_SQLITE
@pytest.mark.parametrize("offer", [b"250 HELP\r\n", b"250-SMTPUTF8\r\n250 8BITMIME\r\n"])
def test_an_address_that_needs_smtputf8_is_refused_kindly_and_closes_nothing(
    app: Flask, session: Session, offer: bytes
) -> None:
    message = put_letter(session, READERS[0])
    now = our_clock.now()
    put_delivery(session, message, "jörg@example.org", "k" * 64, {"unsubscribe": "x"}, now)
    put_delivery(session, message, READERS[1], "l" * 64, {"unsubscribe": "y"}, now)
    session.commit()
    with RawServer({"EHLO": b"250-mail.example.org\r\n" + offer}) as server:
        mail_goes_to(app, server.port)
        look(app)
    assert [row.state.value for row in rows(session)] == ["accepted", "refused", "accepted"]
    assert rows(session)[1].reply_text
    assert session.scalars(select(Suppression)).all() == []
    assert not any("jörg".encode() in line for line in server.commands)


@ON_SQLITE
@pytest.mark.parametrize(
    "script", [{"BANNER": DROP}, {"RCPT": b"450 4.2.1 later\r\n"}, {"DATA": b"421 closing\r\n"}]
)
def test_the_pauses_grow_to_an_hour_until_it_is_too_late(
    app: Flask, session: Session, clock: time_machine.Traveller, script: dict[str, str | bytes]
) -> None:
    put_letter(session, READERS[0])
    begun, waits = our_clock.now(), []
    with RawServer(script) as server:
        mail_goes_to(app, server.port)
        while (row := rows(session)[0]).next_at is not None:
            clock.move_to(row.next_at)
            assert look(app) == 1
            after = rows(session)[0]
            waits.append(after.next_at and (after.next_at - our_clock.now()) / MINUTE)
    assert waits[:5] == [1, 5, 15, 60, 60]
    assert set(waits[3:-1]) == {60}
    assert (row.state, row.next_at, row.attempt_count) == ("expired", None, 27)
    assert our_clock.now() - begun < PATIENCE


@ON_SQLITE
def test_a_transactional_letter_is_tried_beside_a_paused_issue(
    app: Flask, session: Session
) -> None:
    readers = [f"reader{number}@example.org" for number in range(5)]
    message = put_letter(session, *readers)
    with mail_server() as inbox:
        answer_to(inbox, dict.fromkeys(readers, "550 5.7.1 not wanted"))
        mail_goes_to(app, inbox.port)
        look(app)
        put_letter(session, READERS[0], key="confirm/1", stream="transactional")
        assert look(app) == 1
    assert states(session, message.id) == {"deferred": 5}
    assert "not wanted" in (message.pause_reason or "")
    assert message.pause_kind == "fault"
