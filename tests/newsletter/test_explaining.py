"""Why a letter did not reach somebody: digests, and people who were brought in."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.extensions import only_reads
from hrsite.newsletter import bringing, consent, explaining, following, subscribing
from hrsite.newsletter.models import Cadence, Subscriber, Topic
from hrsite.outbox.models import DeliveryState
from tests import factories
from tests.newsletter.following import change, make_readers
from tests.newsletter.histories import look
from tests.newsletter.test_digests import DAY, FRIDAY, HOUR, digest_issues, make_reader, publish
from tests.outbox.ledger import becomes, rows

WEEK, EACH, LATE = "week@example.com", "each@example.org", "late@example.org"
WEEKLY = "They had chosen the weekly letter instead."
pytestmark = pytest.mark.usefixtures("clock")


def person(session: Session, typed: str) -> Subscriber:
    found = subscribing.find_by_address(session, typed)
    assert found is not None
    return found


def known(session: Session, typed: str) -> explaining.Known:
    session.rollback()
    return explaining.known_of(session, person(session, typed).address_key, our_clock.now())


def missed(session: Session, typed: str) -> dict[str, str]:
    """What did not reach somebody, and why."""
    return {one.issue.title: one.why for one in known(session, typed).missed}


def join(session: Session, typed: str, *kinds: str) -> None:
    """Somebody says yes, and chooses."""
    make_reader(session, typed, Cadence.WEEKLY if kinds else Cadence.EACH)
    key = person(session, typed).address_key
    consent.note(session, key, "confirmed", Topic.ARTICLES, "letter", our_clock.now())
    for kind in kinds:
        consent.note(session, key, kind, None, "settings", our_clock.now())
    session.commit()


def test_what_others_got_in_a_weekly_letter_is_missed_by_nobody_who_was_not_to_get_it(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    token = only_reads.set(False)
    try:
        brought = factories.make_list(session, f"Email,How often\n{WEEK},weekly\n")
        bringing.start(session, brought.id, our_clock.now())
        session.commit()
        bringing.add_part(session, brought.id, our_clock.now())
        session.commit()
    finally:
        only_reads.reset(token)
    join(session, EACH)
    clock.shift(HOUR)
    publish(session, app, title="First")
    clock.shift(HOUR)
    join(session, LATE, "weekly")
    clock.shift(HOUR)
    publish(session, app, title="Second")
    clock.move_to(FRIDAY)
    look(app)
    assert missed(session, WEEK) == {"First": WEEKLY, "Second": WEEKLY}
    assert missed(session, EACH) == {}
    assert missed(session, LATE) == {
        "First": "They came to this list only later.",
        "Second": WEEKLY,
    }


def test_a_weekly_letter_that_was_to_come_and_did_not_says_why(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    make_reader(session, "other@example.org")
    publish(session, app, title="First")
    clock.shift(HOUR)
    join(session, LATE, "weekly")
    join(session, WEEK, "weekly")
    clock.shift(HOUR)
    subscribing.pause(session, person(session, WEEK), 1, our_clock.now())
    session.commit()
    clock.move_to(FRIDAY)
    look(app)
    (issue,) = digest_issues(session)
    reasons = {
        typed: [one.why for one in known(session, typed).missed if one.issue.id == issue.id]
        for typed in (LATE, WEEK)
    }
    assert reasons == {
        LATE: ["None of its articles was waiting for them."],
        WEEK: ["They had paused all letters."],
    }


def test_how_often_somebody_wants_articles_is_no_reason_for_a_session_notice(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    factories.make_notice(session, title="The group", send_to_readers=True)
    make_reader(session, WEEK, topics=tuple(Topic))
    key = person(session, WEEK).address_key
    consent.note(session, key, "weekly", None, "settings", our_clock.now())
    consent.note(session, key, "confirmed", Topic.NOTICES, "letter", our_clock.now())
    session.commit()
    factories.open_issues(session)
    for row in rows(session):
        session.delete(row)
    session.commit()
    assert missed(session, WEEK) == {"The group": "They were not on the list at that moment."}


def test_a_change_told_to_the_rest_is_not_missed_by_who_had_heard_of_it(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    app.config["UNDO_MINUTES"] = 5
    make_readers(session, EACH, LATE)
    notice = factories.make_notice(session, title="The group", send_to_readers=True)
    factories.open_issues(session)
    for copy in rows(session):
        becomes(session, copy, DeliveryState.ACCEPTED)
    change(session, notice, place="Elsewhere")
    first = following.tell(session, notice, our_clock.now())
    session.commit()
    assert first is not None
    becomes(session, rows(session, first.message_id)[0], DeliveryState.ACCEPTED)
    notice.published_at = None
    following.call_back_untrue(session, notice, our_clock.now())
    notice.published_at = our_clock.now() - DAY
    clock.shift(timedelta(minutes=1))
    assert following.tell(session, notice, our_clock.now()) is not None
    session.commit()
    assert missed(session, EACH) == {}
