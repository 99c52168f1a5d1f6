"""May these addresses be put on the list by somebody else than their owners?

Whoever has left, or whose address is closed, comes back by their own yes alone: so one answer
serves the form for one person and the list of thousands.
"""

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite.newsletter.models import ConsentEvent, Subscriber, Subscription, SubscriptionState
from hrsite.outbox.models import Recipient, Suppression

# So many keys go into one question to the database.
AT_ONCE = 500


class Verdict(StrEnum):
    """What an address is to the list."""

    NEW = "new"
    WAITING = "waiting"
    HERE = "here"
    LEFT = "left"
    CLOSED = "closed"


def verdict(session: Session, address_key: str) -> Verdict:
    """What one address is to the list."""
    return verdicts(session, [address_key])[address_key]


def verdicts(session: Session, address_keys: Sequence[str]) -> dict[str, Verdict]:
    """What each of these addresses is to the list."""
    found: dict[str, Verdict] = {}
    for start in range(0, len(address_keys), AT_ONCE):
        found |= _some(session, address_keys[start : start + AT_ONCE])
    return found


def _some(session: Session, keys: Sequence[str]) -> dict[str, Verdict]:
    closed = set(
        session.scalars(select(Suppression.address_key).where(Suppression.address_key.in_(keys)))
    )
    states: dict[str, set[SubscriptionState | None]] = {}
    rows = session.execute(
        select(Recipient.address_key, Subscription.state)
        .select_from(Recipient)
        .join(Subscriber)
        .outerjoin(Subscription)
        .where(Recipient.address_key.in_(keys))
    )
    for key, state in rows:
        states.setdefault(key, set()).add(state)
    # Letters go to another address since: that this one was left is still known.
    left = set(
        session.scalars(
            select(ConsentEvent.address_key).where(
                ConsentEvent.address_key.in_(keys), ConsentEvent.kind == "unsubscribed"
            )
        )
    )
    return {key: _judged(key in closed, states.get(key), key in left) for key in keys}


def _judged(
    is_closed: bool, states: set[SubscriptionState | None] | None, has_left: bool
) -> Verdict:
    if is_closed:
        return Verdict.CLOSED
    if states is None:
        return Verdict.LEFT if has_left else Verdict.NEW
    if SubscriptionState.CONFIRMED in states:
        return Verdict.HERE
    return Verdict.WAITING if SubscriptionState.UNCONFIRMED in states else Verdict.LEFT
