"""Of copies whose rows are gone: how many there were, and how they ended."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from hrsite.columns import is_one_of
from hrsite.outbox.models import DeliveryState, OutboxMessage
from hrsite.outbox.models_forgetting import ForgottenCopies

# So long each copy is kept: who got which letter, and what came back. Then only numbers.
COPIES_KEPT_FOR = timedelta(days=90)
# What stands in place of a state, for copies that came back.
CAME_BACK = "came_back"


def counts(session: Session, what: str, message_ids: Iterable[int]) -> dict[int, Counter[str]]:
    """By message, how many forgotten copies ended so, for which reasons."""
    rows = session.scalars(
        select(ForgottenCopies).where(
            is_one_of(ForgottenCopies.message_id, message_ids), ForgottenCopies.what == what
        )
    )
    found: dict[int, Counter[str]] = {}
    for row in rows:
        found.setdefault(row.message_id, Counter())[row.reason] = row.count
    return found


def was_any(states: Iterable[DeliveryState]) -> ColumnElement[bool]:
    """Had a message copies in one of these states that are forgotten?"""
    return exists().where(
        ForgottenCopies.message_id == OutboxMessage.id, ForgottenCopies.what.in_(list(states))
    )
