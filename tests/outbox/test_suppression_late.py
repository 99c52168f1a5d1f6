"""A full mailbox is left alone after five letters, however late their reports come."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import clock as our_clock
from hrsite.outbox import bouncing, suppression
from hrsite.outbox.models import Delivery, DeliveryState, Suppression
from hrsite.outbox.models_bouncing import Bounce
from hrsite.outbox.numbering import letter_id_of
from hrsite.outbox.return_paths import return_paths
from tests.outbox import returned_mail
from tests.outbox.ledger import READERS, becomes, look, put_letter, rows

ADA, MOST, HOUR = READERS[0], suppression.MOST_SOFT_BOUNCES, timedelta(hours=1)
# After how many hours the report of a letter comes, by the letter's number; None when it arrived.
Reports = Callable[[int], int | None]


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app(MAIL_BOUNCE_ADDRESS="bounces@example.com")


def accepted(app: Flask, session: Session, number: int) -> Delivery:
    message = put_letter(session, ADA, key=f"issue/{number}")
    look(app)
    (copy,) = rows(session, message.id)
    assert copy.state == DeliveryState.ACCEPTED
    return copy


def comes_back(session: Session, copy: Delivery) -> None:
    path = return_paths().return_path_for(copy.id, letter_id_of(copy)) or ""
    report = returned_mail.status_report(path, "4.4.7", "452 4.2.2 mailbox full, gave up")
    assert bouncing.take_message(session, report, (), our_clock.now())
    session.commit()


def is_closed(session: Session) -> bool:
    return session.scalar(select(Suppression.kind)) == "soft"


def reports_until_closed(
    app: Flask, session: Session, clock: Traveller, every: int, reports: Reports, letters: int = 20
) -> int | None:
    """How many reports came until the address was closed; None when it never was."""
    sent = {number: number * every for number in range(letters)}
    told = {number: at + late for number, at in sent.items() if (late := reports(number))}
    both = [(at, 0, number) for number, at in sent.items()]
    both += [(at, 1, number) for number, at in told.items()]
    copies, count, began = {}, 0, our_clock.now()
    for at, is_report, number in sorted(both):
        clock.move_to(began + at * HOUR)
        if not is_report:
            copies[number] = accepted(app, session, number)
            continue
        comes_back(session, copies[number])
        count += 1
        if is_closed(session):
            return count
    return None


@pytest.mark.parametrize("every", [12, 24, 48, 60])
@pytest.mark.parametrize("late", [2, 14, 25, 49, 120])
def test_a_full_mailbox_is_left_alone_after_five_reports_however_late_they_come(
    app: Flask, session: Session, clock: Traveller, every: int, late: int
) -> None:
    assert reports_until_closed(app, session, clock, every, lambda _: late) == MOST


@pytest.mark.parametrize("every", [12, 24, 48, 60])
@pytest.mark.parametrize("late", [2, 49, 120])
def test_a_reader_whose_every_second_letter_arrives_is_written_to_still(
    app: Flask, session: Session, clock: Traveller, every: int, late: int
) -> None:
    def reports(number: int) -> int | None:
        return late if number % 2 else None

    assert reports_until_closed(app, session, clock, every, reports) is None


@pytest.mark.parametrize("every", [12, 24, 48])
@pytest.mark.parametrize("lates", [(24, 120), (120, 24), (2, 50, 120), (120, 60, 2)])
def test_reports_in_another_order_than_the_letters_close_it_too(
    app: Flask, session: Session, clock: Traveller, every: int, lates: tuple[int, ...]
) -> None:
    def reports(number: int) -> int | None:
        return lates[number % len(lates)]

    count = reports_until_closed(app, session, clock, every, reports)
    assert count is not None
    assert MOST <= count <= 3 * MOST


def test_a_letter_between_whose_report_is_late_counts_as_arrived_until_it_comes(
    app: Flask, session: Session, clock: Traveller
) -> None:
    copies = []
    for number in range(6):
        copies.append(accepted(app, session, number))
        clock.shift(24 * HOUR)
    for copy in [*copies[:3], *copies[4:]]:
        comes_back(session, copy)
    assert not is_closed(session)
    comes_back(session, copies[3])
    assert is_closed(session)


def test_an_earlier_letter_that_arrived_is_none_between(
    app: Flask, session: Session, clock: Traveller
) -> None:
    for number in range(MOST):
        accepted(app, session, number)
        clock.shift(HOUR)
    for number in range(MOST, 2 * MOST):
        assert not is_closed(session)
        copy = accepted(app, session, number)
        clock.shift(HOUR)
        comes_back(session, copy)
    assert is_closed(session)


def test_one_put_off_first_and_taken_at_last_lies_between_by_when_it_was_taken(
    app: Flask, session: Session, clock: Traveller
) -> None:
    for number in range(MOST - 2):
        comes_back(session, accepted(app, session, number))
        clock.shift(HOUR)
    (late,) = rows(session, put_letter(session, ADA, key="issue/late").id)
    suppression.note_bounce(session, late, "soft", 452, "4.2.2 full", our_clock.now())
    clock.shift(HOUR)
    becomes(session, late, DeliveryState.ACCEPTED, changed_at=our_clock.now())
    clock.shift(HOUR)
    for number in range(MOST, 2 * MOST - 1):
        comes_back(session, accepted(app, session, number))
        clock.shift(HOUR)
        assert not is_closed(session)
    comes_back(session, accepted(app, session, 2 * MOST))
    assert is_closed(session)


def test_reports_of_copies_that_are_not_known_any_more_count_by_when_they_came(
    app: Flask, session: Session, clock: Traveller
) -> None:
    for number in range(MOST - 1):
        comes_back(session, accepted(app, session, number))
        clock.shift(HOUR)
    session.execute(update(Bounce).values(delivery_id=None, event_key=None))
    session.execute(delete(Delivery))
    session.commit()
    comes_back(session, accepted(app, session, MOST))
    assert is_closed(session)
