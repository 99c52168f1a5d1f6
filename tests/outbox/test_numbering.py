"""A letter's number: worked out, the same at every time, and like no other."""

import flask_migrate
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from hrsite.extensions import db
from hrsite.outbox.numbering import letter_id
from tests.outbox.old_ledger import a_moment, put_message
from tests.test_migrations import FOLDER

MARKS = st.from_regex(r"\Aplace-[0-9a-f]{32}\Z")
NUMBERS = st.integers(1, 2**63 - 1)
COPIES = st.tuples(MARKS, NUMBERS, NUMBERS)


@given(COPIES, COPIES)
def test_two_copies_share_a_number_only_if_they_are_one(
    one: tuple[str, int, int], other: tuple[str, int, int]
) -> None:
    assert (letter_id(*one) == letter_id(*other)) == (one == other)


@given(MARKS, NUMBERS, NUMBERS)
def test_none_of_a_message_is_another_s(mark: str, one: int, other: int) -> None:
    numbers = {letter_id(mark, a, b) for a in (one, other) for b in (one, other)}
    assert len(numbers) == (1 if one == other else 4)


@given(COPIES)
def test_it_is_the_left_half_of_a_message_id_and_tells_nothing(copy: tuple[str, int, int]) -> None:
    number = letter_id(*copy)
    assert len(number) == 32
    assert set(number) <= set("0123456789abcdef")
    assert number not in copy[0]


def test_it_is_the_same_in_every_version() -> None:
    # Letters under way keep theirs: whoever changes how it is worked out writes the old ones down.
    assert letter_id("place-" + "0" * 32, 1, 2) == "df7532071fabfadb0c2e5e348fdfb131"


def test_letters_keep_their_numbers_there_and_back(empty_app: Flask) -> None:
    flask_migrate.upgrade(directory=str(FOLDER), revision="0043")
    now = a_moment()
    with db.engine.begin() as connection:
        put_message(connection)
        copy = (
            "INSERT INTO deliveries (message_id, recipient_id, {}state, changed_at, attempt_count,"
            " repeat_count, fence) VALUES (3, :reader, {}'queued', :now, 0, 0, 0)"
        )
        old = {"reader": 1, "number": "a" * 32, "now": now}
        connection.execute(text(copy.format("letter_id, ", ":number, ")), old)
    flask_migrate.upgrade(directory=str(FOLDER), revision="0044")
    with db.engine.begin() as connection:
        kept = connection.scalar(text("SELECT kept_letter_id FROM deliveries"))
        connection.execute(text(copy.format("", "")), {"reader": 2, "now": now})
    flask_migrate.downgrade(directory=str(FOLDER), revision="0043")
    with db.engine.connect() as connection:
        back = connection.scalars(text("SELECT letter_id FROM deliveries ORDER BY id")).all()
    assert kept == "a" * 32
    assert back == ["a" * 32, letter_id("place-m", 3, 2)]
