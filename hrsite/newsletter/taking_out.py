"""The whole list as a CSV file, row by row, in columns that our own reader of lists takes back."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.newsletter import saying_yes
from hrsite.newsletter.audience import is_blocked
from hrsite.newsletter.listwriting import row
from hrsite.newsletter.models import Subscriber, SubscriptionState

# Excel takes a file for UTF-8 only when it begins with this mark.
BOM = "\ufeff"
COLUMNS = (
    "Email",
    "State",
    "Letters",
    "How often",
    "Said yes on",
    "Paused until",
    "Plain letters",
    "Reminders",
)
# So many people are opened at a time; nothing stays locked between two parts.
PART = 500


def parts(session: Session, separator: str, now: datetime) -> Iterator[str]:
    """The file, part by part."""
    yield BOM + row(COLUMNS, separator)
    last = 0
    while True:
        is_closed = is_blocked()
        found = session.execute(
            select(Subscriber, is_closed)
            .join(Subscriber.recipient)
            .where(Subscriber.id > last)
            .order_by(Subscriber.id)
            .limit(PART)
        ).all()
        said = saying_yes.days(session, [one.address_key for one, _ in found])
        lines = "".join(row(_cells(one, closed, said, now), separator) for one, closed in found)
        if found:
            last = found[-1][0].id
        session.rollback()
        session.expunge_all()
        if not found:
            return
        yield lines


def _cells(
    person: Subscriber, is_closed: bool, said: saying_yes.Days, now: datetime
) -> tuple[str, ...]:
    confirmed = [held for held in person.subscriptions if held.state == SubscriptionState.CONFIRMED]
    waiting = [held for held in person.subscriptions if held.state == SubscriptionState.UNCONFIRMED]
    if is_closed:
        state = "closed"
    elif confirmed:
        state = "paused" if person.is_paused(now) else "gets letters"
    else:
        state = "not confirmed" if waiting else "left"
    shown = confirmed or waiting
    return (
        person.address,
        state,
        " ".join(sorted(held.topic.value for held in shown)),
        person.cadence.value,
        _said_yes_on(person, said),
        _day(person.paused_until) if state == "paused" else "",
        "yes" if person.is_discreet else "",
        "yes" if person.wants_reminders else "",
    )


def _said_yes_on(person: Subscriber, said: saying_yes.Days) -> str:
    day = saying_yes.earliest(person.address_key, person.subscriptions, said)
    return day.isoformat() if day else ""


def _day(moment: datetime | None) -> str:
    return clock.local(moment).date().isoformat() if moment else ""
