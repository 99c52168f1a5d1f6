"""How the whole list stands: people counted once each, today and on the days before."""

import contextlib
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, case, exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.newsletter.audience import is_awake, is_blocked
from hrsite.newsletter.models import Subscriber, Subscription, SubscriptionState
from hrsite.newsletter.models_people import DailyTally


@dataclass(frozen=True)
class Standing:
    """How many people there are, each in one place."""

    getting: int = 0
    paused: int = 0
    waiting: int = 0
    left: int = 0
    # Mail to the address came back, or its owner complained: nothing is written to it.
    closed: int = 0

    @property
    def all(self) -> int:
        """Everybody of whom we hold an address."""
        return sum(asdict(self).values())


@dataclass(frozen=True)
class DayStanding:
    """How it stood at the end of a day."""

    day: date
    standing: Standing


def now_standing(session: Session, now: datetime) -> Standing:
    """Counted from the rows, as they are."""

    def has(state: SubscriptionState) -> ColumnElement[bool]:
        return exists().where(
            Subscription.subscriber_id == Subscriber.id, Subscription.state == state
        )

    has_confirmed = has(SubscriptionState.CONFIRMED)
    place = case(
        (is_blocked(), "closed"),
        (has_confirmed & ~is_awake(now), "paused"),
        (has_confirmed, "getting"),
        (has(SubscriptionState.UNCONFIRMED), "waiting"),
        else_="left",
    )
    rows = session.execute(
        select(place.label("place"), func.count())
        .select_from(Subscriber)
        .join(Subscriber.recipient)
        .group_by("place")
    )
    return Standing(**dict(iter(rows)))


def keep(session: Session, now: datetime) -> None:
    """Write down how it stands today. Again on the same day, the later one holds."""
    counts = {
        f"{name}_count": number for name, number in asdict(now_standing(session, now)).items()
    }
    # Another worker may write the same line at this moment: one of the two is enough.
    with contextlib.suppress(IntegrityError), session.begin_nested():
        session.merge(DailyTally(day=_today(now), **counts))


def days(session: Session, now: datetime) -> list[DayStanding]:
    """Each day that was kept, oldest first, and today as it is now."""
    today = _today(now)
    kept = session.scalars(
        select(DailyTally).where(DailyTally.day < today).order_by(DailyTally.day)
    )
    past = [DayStanding(one.day, _of(one)) for one in kept]
    return [*past, DayStanding(today, now_standing(session, now))]


def thinned(told: list[DayStanding], most: int) -> list[DayStanding]:
    """As many days as a chart has room for, evenly apart, counted back from the last."""
    step = -(-len(told) // most)
    return told[::-1][::step][::-1]


def _of(kept: DailyTally) -> Standing:
    return Standing(
        kept.getting_count,
        kept.paused_count,
        kept.waiting_count,
        kept.left_count,
        kept.closed_count,
    )


def _today(now: datetime) -> date:
    return clock.local(now).date()
