"""Whoever keeps us waiting is hung up on; whoever waits for us is not."""

from types import SimpleNamespace
from typing import Any

import pytest

from hrsite.server.connection import HEAD_ROUNDS, IDLE_ROUNDS, STALLED_ROUNDS, Connection


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
def quiet() -> tuple[Connection, Transport]:
    """A connection on which nothing has been said yet."""
    connection, transport = Connection.__new__(Connection), Transport()
    made: Any = connection
    made.transport, made.cycle = transport, None
    made._was_heard, made._is_in_message, made._is_in_head = True, False, False
    made._quiet_rounds = made._head_rounds = made._left = made._head_octets = 0
    return connection, transport


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
