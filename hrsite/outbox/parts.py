"""Writes down who gets a message, part by part: nobody else can write meanwhile."""

from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Insert,
    Integer,
    Select,
    SQLColumnExpression,
    case,
    func,
    insert,
    literal,
    null,
    select,
)
from sqlalchemy.orm import Session

from hrsite.columns import LARGEST_ID, UTCDateTime
from hrsite.outbox import tally, turns
from hrsite.outbox.models import Delivery, DeliveryState, OutboxMessage
from hrsite.prepared import Prepared, given

# So many people are looked at in the first transaction. The next ones are as large as their time
# allows: on SQLite all who want to write wait for it, on PostgreSQL who wants this very message,
# such as the coach who presses "Stop".
AT_ONCE, MOST = 1_000, 50_000
PART_SECONDS = {"sqlite": 0.05, "postgresql": 0.2}
# Fewer than this take hardly less time, for a commit costs what it costs: on a busy machine the
# parts would only become more.
FEWEST = 4_000

_AFTER, _UPTO = given("after", Integer), given("upto", Integer)


class Part(NamedTuple):
    """A part of a list: the number it begins behind, and its last; none at the end of the list."""

    after: int
    upto: int | None

    @property
    def told(self) -> dict[str, int]:
        """What a statement with `in_part` wants to know."""
        return {"after": self.after, "upto": LARGEST_ID if self.upto is None else self.upto}


def in_part(number: SQLColumnExpression[int]) -> tuple[ColumnElement[bool], ...]:
    """Is this number in the part that is told with the call?"""
    return number > _AFTER, number <= _UPTO


def next_size(session: Session, most: int, seconds: float) -> int:
    """How many people to look at in the next part, when so many took so long."""
    fitting = most * PART_SECONDS[session.get_bind().dialect.name] / max(seconds, 0.001)
    return int(max(FEWEST, min(MOST, 2 * most, fitting)))


class ListWriter:
    """Writes down one copy for each of some people. Made once, it spells its statements once."""

    def __init__(self, numbers: Select[int], people: Select[int, bool, bool]) -> None:
        """`numbers` are those of everybody who may be chosen, read from an index.

        `people` gives `recipient_id`, by which it goes on, `is_discreet` and `is_closed`.
        """
        (number,) = numbers.selected_columns
        behind = numbers.where(number > _AFTER).order_by(number)
        self._last = Prepared(lambda: behind.offset(given("skipped", Integer)).limit(1))
        self._copies = Prepared(partial(_copies, people))

    def next_part(self, session: Session, message: OutboxMessage, most: int) -> Part:
        """The next part of a list, as large as it may be: nobody else can write meanwhile."""
        turns.before_a_list(session)
        after = message.audience_cursor or 0
        found = self._last.rows(session, after=after, skipped=most - 1)
        return Part(after, found[0][0] if found else None)

    def put(
        self, session: Session, message: OutboxMessage, part: Part, now: datetime, **told: Any
    ) -> int:
        """Write down one copy for each of the people in a part; the count.

        One INSERT … SELECT, never a loop over people. The list is complete when
        `message.expanded_at` is set. A suppressed address gets its row too, so that the numbers
        add up and the coach can see who was left out. `told` is what else `people` wants to know.
        """
        count = self._copies.change(
            session,
            message_id=message.id,
            now=now,
            starts_at=message.starts_at,
            **part.told,
            **told,
        )
        ((suppressed_count,),) = _SUPPRESSED.rows(session, message_id=message.id, **part.told)
        tally.created(session, message.id, count, suppressed_count)
        message.audience_cursor = part.upto
        if part.upto is None:
            message.expanded_at = now
        return count


def _copies(people: Select[int, bool, bool]) -> Insert:
    person, moment = people.selected_columns, given("now", UTCDateTime)
    queued, suppressed = DeliveryState.QUEUED.value, DeliveryState.SUPPRESSED.value
    rows = people.with_only_columns(
        given("message_id", Integer),
        person.recipient_id,
        person.is_discreet,
        case((person.is_closed, suppressed), else_=queued),
        moment,
        case((person.is_closed, null()), else_=given("starts_at", UTCDateTime)),
        literal(0),
        literal(0),
        literal(0),
    )
    columns = [
        "message_id", "recipient_id", "is_discreet", "state", "changed_at",
        "next_at", "attempt_count", "repeat_count", "fence",
    ]  # fmt: skip
    chosen = rows.where(*in_part(person.recipient_id)).order_by(person.recipient_id)
    return insert(Delivery).from_select(columns, chosen)


def _suppressed() -> Select[int]:
    """The copies to closed addresses of one part, which are few.

    Of this part alone: one of an earlier part may be gone again, for its reader was erased.
    """
    return select(func.count()).where(
        Delivery.message_id == given("message_id", Integer),
        Delivery.state == DeliveryState.SUPPRESSED,
        *in_part(Delivery.recipient_id),
    )


_SUPPRESSED = Prepared(_suppressed)
