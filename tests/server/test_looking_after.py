"""Whoever keeps us waiting is hung up on; whoever waits for us is not."""

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from uvicorn import Config
from uvicorn.server import ServerState

from hrsite.server.connection import HEAD_ROUNDS, IDLE_ROUNDS, STALLED_ROUNDS, Connection, Shared
from hrsite.server.gateway import Gateway


class Transport:
    """What a connection is asked through, and how it ended."""

    def __init__(self) -> None:
        self.left, self.ended = 0, ""

    def get_write_buffer_size(self) -> int:
        return self.left

    def close(self) -> None:
        self.ended = "closed"

    def abort(self) -> None:
        self.ended = "cut"


def rounds_until_it_ends(connection: Connection, transport: Transport, most: int = 40) -> int:
    for number in range(1, most + 1):
        connection.look_after()
        if transport.ended:
            return number
    return 0


@pytest.fixture
def quiet(app: Flask) -> Iterator[tuple[Connection, Transport]]:
    """A connection on which a word was said just now."""
    config, loop = Config(Gateway(app, 1), log_config=None, ws="none"), asyncio.new_event_loop()
    shared = Shared(app.extensions["front_door"])
    made: Any = Connection(config, ServerState(), {}, loop, shared=shared)
    made.transport, made._was_heard = Transport(), True
    yield made, made.transport
    loop.close()


def test_who_has_nothing_to_ask_may_stay_a_while(quiet: tuple[Connection, Transport]) -> None:
    connection, transport = quiet
    assert rounds_until_it_ends(connection, transport) == IDLE_ROUNDS + 2
    assert transport.ended == "closed"


def test_who_says_a_word_now_and_then_may_stay(quiet: tuple[Connection, Transport]) -> None:
    connection, transport = quiet
    for _ in range(100):
        connection._was_heard = True
        connection.look_after()
    assert transport.ended == ""


def test_a_head_that_does_not_end_is_not_waited_for_however_it_drips(
    quiet: tuple[Connection, Transport],
) -> None:
    connection, transport = quiet
    connection._is_in_message = connection._is_in_head = True
    for _ in range(HEAD_ROUNDS):
        connection._was_heard = True
        connection.look_after()
    assert transport.ended == ""
    connection.look_after()
    assert transport.ended == "closed"


def test_a_body_that_has_stopped_coming_is_cut_off(quiet: tuple[Connection, Transport]) -> None:
    connection, transport = quiet
    connection._is_in_message = True
    assert rounds_until_it_ends(connection, transport) == STALLED_ROUNDS + 2
    assert transport.ended == "cut"


def test_who_takes_nothing_is_cut_off_and_who_takes_slowly_is_not(
    quiet: tuple[Connection, Transport],
) -> None:
    connection, transport = quiet
    for left in range(1000, 900, -1):
        transport.left = left
        connection.look_after()
    assert transport.ended == ""
    assert rounds_until_it_ends(connection, transport) == 1
    assert transport.ended == "cut"


def test_who_waits_for_our_answer_is_never_hung_up_on(
    quiet: tuple[Connection, Transport],
) -> None:
    connection, transport = quiet
    at_work: Any = SimpleNamespace(response_complete=False)
    connection.cycle = at_work
    assert rounds_until_it_ends(connection, transport, 500) == 0
