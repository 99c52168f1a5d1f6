"""Letters that come back by policy stop the rest: when they are many, and when there is a rest."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite.newsletter.models import Cadence
from hrsite.outbox.models import Delivery
from hrsite.outbox.retrying import MOST_POLICY_REFUSALS
from tests import factories
from tests.journeys.doors import Letters
from tests.newsletter import histories
from tests.newsletter.test_digests import FRIDAY
from tests.outbox import returned_mail
from tests.outbox.ledger import look, put_letter, rows, states
from tests.outbox.test_bouncing import path_of, take
from tests.statements import noted_statements

AN_HOUR = timedelta(hours=1)


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """A site whose letters come back to an address of their own."""
    return make_app(MAIL_BOUNCE_ADDRESS="bounces@example.com")


def some_come_back(session: Session, copies: list[Delivery]) -> None:
    for copy in copies[:MOST_POLICY_REFUSALS]:
        report = returned_mail.status_report(path_of(copy), "5.7.1", "550 5.7.1 not wanted")
        assert take(session, report)


@pytest.mark.parametrize(("taken", "then_taken"), [(250, 0), (251, 8)])
def test_a_few_of_a_long_list_that_come_back_do_not_stop_the_rest(
    app: Flask, session: Session, clock: Traveller, taken: int, then_taken: int
) -> None:
    readers = [f"reader{number}@example.org" for number in range(taken + 8)]
    message = put_letter(session, *readers)
    for copy in rows(session)[taken:]:
        copy.next_at = message.starts_at + AN_HOUR
    session.commit()
    assert look(app) == taken
    some_come_back(session, rows(session))
    clock.shift(AN_HOUR)
    assert look(app) == then_taken
    assert states(session)["accepted"] == taken + then_taken


def test_what_comes_back_when_everybody_has_it_keeps_the_article_from_no_weekly_letter(
    app: Flask, session: Session, clock: Traveller, letters: Letters
) -> None:
    for number in range(MOST_POLICY_REFUSALS):
        factories.make_subscriber(session, f"reader{number}@example.org")
    factories.make_subscriber(session, "weekly@example.org").cadence = Cadence.WEEKLY
    factories.make_post(session, send_to_readers=True, title="Small steps")
    histories.look(app)
    assert states(session) == {"accepted": MOST_POLICY_REFUSALS}
    some_come_back(session, rows(session))
    clock.move_to(FRIDAY)
    histories.look(app)
    (weekly,) = [one for one in letters() if one.letter.to == "weekly@example.org"]
    assert "Small steps" in weekly.text


def test_a_stranger_who_makes_up_a_thousand_return_paths_costs_little(
    app: Flask, session: Session
) -> None:
    (copy,) = rows(session, put_letter(session, "ada@example.org").id)
    path = path_of(copy)
    made_up = [f"bounces+{copy.id + number}.{'a' * 16}@example.com" for number in range(1, 1001)]
    with noted_statements() as said:
        assert not take(session, report_to(*made_up))
    assert 0 < len(said) < 50
    # Among a few it is believed all the same.
    assert take(session, report_to(*made_up[:10], path))


def report_to(*paths: str) -> bytes:
    parts = [paths[start : start + 40] for start in range(0, len(paths), 40)]
    lines = "".join(f"To: {', '.join(part)}\r\n" for part in parts)
    return lines.encode() + returned_mail.status_report("nobody@example.com")
