"""The numbers kept beside each message, and whether they still add up.

created = accepted + refused + uncertain + withdrawn + suppressed + expired + waiting. Whoever
changes a copy's state tells this module in the same transaction, so no page has to count rows.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, String, case, func, select, type_coerce, union_all, update
from sqlalchemy.orm import Session

from hrsite.outbox.models import Delivery, DeliveryState, MessageTally
from hrsite.outbox.models_forgetting import ForgottenCopies

# The states that have a number of their own; the others are "waiting", the rest.
COUNTED = (
    DeliveryState.ACCEPTED,
    DeliveryState.REFUSED,
    DeliveryState.UNCERTAIN,
    DeliveryState.WITHDRAWN,
    DeliveryState.SUPPRESSED,
    DeliveryState.EXPIRED,
)
_ALL = "created"
_NAMES = (_ALL, *(state.value for state in COUNTED))
States = Mapping[DeliveryState, int]
Counts = Counter[DeliveryState]


def created(session: Session, message_id: int, count: int, suppressed_count: int = 0) -> None:
    """So many copies of a message were written down, some of them never to be handed over."""
    _add(session, message_id, {"created_count": count, "suppressed_count": suppressed_count})


def moved(session: Session, message_id: int, before: States, after: States) -> None:
    """So many copies of a message had these states before, and have those after."""
    change = {
        f"{state.value}_count": after.get(state, 0) - before.get(state, 0) for state in COUNTED
    }
    _add(session, message_id, change)


def check(session: Session) -> dict[int, str]:
    """Compare every kept number with the rows: what is wrong in words, by message.

    In one question, which sees one moment: between two of them letters go on.
    """
    wrong = {}
    for message_id, *numbers in session.execute(_told_and_true()):
        told, true = numbers[: len(_NAMES)], [int(number) for number in numbers[len(_NAMES) :]]
        parted = [one for one in zip(_NAMES, told, true, strict=True) if one[1] != one[2]]
        if parted:
            said = (
                f"{kept} {name} are told, {counted} there are" for name, kept, counted in parted
            )
            wrong[message_id] = "; ".join(said)
    return wrong


def _told_and_true() -> Select[*tuple[Any, ...]]:
    """By message, each number as it is kept, and then each as it is: with what is forgotten."""
    state = type_coerce(Delivery.state, String).label("what")
    copies = select(Delivery.message_id, state, func.count().label("amount"))
    gone = select(ForgottenCopies.message_id, ForgottenCopies.what, ForgottenCopies.count)
    both = union_all(
        copies.group_by(Delivery.message_id, Delivery.state),
        gone.where(ForgottenCopies.what.in_(list(DeliveryState))),
    ).subquery()
    amounts = [
        case((both.c.what == name, both.c.amount), else_=0) if name != _ALL else both.c.amount
        for name in _NAMES
    ]
    sums = [func.sum(amount).label(name) for name, amount in zip(_NAMES, amounts, strict=True)]
    true = select(both.c.message_id, *sums).group_by(both.c.message_id).subquery()
    return (
        select(
            MessageTally.message_id,
            *[getattr(MessageTally, f"{name}_count") for name in _NAMES],
            *[func.coalesce(true.c[name], 0) for name in _NAMES],
        )
        .outerjoin(true, true.c.message_id == MessageTally.message_id)
        .order_by(MessageTally.message_id)
    )


def _add(session: Session, message_id: int, change: Mapping[str, int]) -> None:
    values: dict[str, Any] = {
        name: getattr(MessageTally, name) + count for name, count in change.items() if count
    }
    if values:
        session.execute(
            update(MessageTally).where(MessageTally.message_id == message_id).values(values)
        )
