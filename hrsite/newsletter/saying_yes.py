"""The day on which each person said yes: what they told, and else when they pressed the button."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.newsletter.models import ConsentEvent, Subscription, SubscriptionState, Topic

# Who asked has not said yes so far; but the day on which she told the coach is kept with it.
YES = ("confirmed", "brought", "chosen")


class _Said(NamedTuple):
    """Of one person and topic since she last left it: the days she told of, and of her presses."""

    told: list[date]
    pressed: list[date]


class Days(dict[tuple[str, Topic | None], _Said]):
    """By person and topic."""


def days(session: Session, address_keys: Collection[str]) -> Days:
    """Of these people, in one query; what was said before somebody left counts no more."""
    found, before = Days(), Days()
    events = session.scalars(
        select(ConsentEvent)
        .where(ConsentEvent.address_key.in_(address_keys))
        .order_by(ConsentEvent.id)
    )
    for event in events:
        place = event.address_key, event.topic
        if event.kind == "unsubscribed":
            before[place] = found.pop(place, _Said([], []))
        elif event.kind == "returned":  # Within the hour: as if she had not left.
            found[place] = before.pop(place, _Said([], []))
        elif event.kind in YES or event.said_on is not None:
            said = found.setdefault(place, _Said([], []))
            if event.said_on is not None:
                said.told.append(event.said_on)
            elif event.kind in YES:
                said.pressed.append(clock.local(event.happened_at).date())
    return found


def earliest(address_key: str, held: Iterable[Subscription], found: Days) -> date | None:
    """On which day this person said yes to what she gets; None when she gets nothing."""
    confirmed = [one for one in held if one.state == SubscriptionState.CONFIRMED]
    said = [found.get((address_key, one.topic), _Said([], [])) for one in confirmed]
    told = [day for one in said for day in one.told]
    pressed = [day for one in said for day in one.pressed]
    # Where no such proof is left: the day since which she gets them.
    kept = [clock.local(one.changed_at).date() for one in confirmed]
    return min(told or pressed or kept, default=None)
