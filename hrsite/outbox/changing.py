"""Many copies change at once, and their numbers with them, whoever else writes at that moment.

SQLite lets one write at a time. On PostgreSQL a copy may change between the moment it is counted
and the moment it is changed; so there both happen in one statement, on rows that it has locked.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select, update
from sqlalchemy.orm import Session

from hrsite.outbox import tally
from hrsite.outbox.models import MAY_HAVE_IT, Delivery, DeliveryState

MAY_HAVE_ARRIVED = Delivery.repeat_count > 0
# Has its reader it, or may have it? Maybe also a copy that was in the air when the line broke and
# whose repeat was put off or refused. The states come first, for those stand in an index.
_PUT_OFF = (DeliveryState.DEFERRED, DeliveryState.REFUSED)
IS_OR_MAY_BE_THERE = Delivery.state.in_((*MAY_HAVE_IT, *_PUT_OFF)) & or_(
    Delivery.state.in_(MAY_HAVE_IT), MAY_HAVE_ARRIVED
)
# What becomes of a copy in a state, by whether it may have arrived.
Rule = Callable[[DeliveryState, bool], DeliveryState]


def change(
    session: Session,
    states: Sequence[DeliveryState],
    rule: Rule,
    values: dict[str, Any],
    *which: ColumnElement[bool],
) -> Counter[DeliveryState]:
    """Change these copies, as far as they are in these states, and tell the tally.

    How many were in which state. All that a copy may become meanwhile must be among the states,
    so that none slips through while another worker writes down what became of it.
    """
    meant = (Delivery.state.in_(states), *which)
    before: Counter[DeliveryState] = Counter()
    moves: defaultdict[int, tuple[tally.Counts, tally.Counts]]
    moves = defaultdict(lambda: (Counter(), Counter()))
    whole = {"state": _after(states, rule), **values}
    for message_id, state, may_have_arrived, count in _changed(session, meant, whole):
        before[state] += count
        was, became = moves[message_id]
        was[state] += count
        became[rule(state, may_have_arrived)] += count
    # In one order, so that of two who change copies of the same messages one waits, and not both.
    for message_id, (was, became) in sorted(moves.items()):
        tally.moved(session, message_id, was, became)
    return before


def _after(states: Iterable[DeliveryState], rule: Rule) -> ColumnElement[str]:
    """The rule, asked of the rows."""
    kinds = product(states, ((MAY_HAVE_ARRIVED, True), (~MAY_HAVE_ARRIVED, False)))
    return case(
        *(
            ((Delivery.state == state) & is_so, rule(state, may_have_arrived).value)
            for state, (is_so, may_have_arrived) in kinds
        )
    )


def _changed(
    session: Session, meant: tuple[ColumnElement[bool], ...], values: dict[str, Any]
) -> list[Any]:
    """Change them; by message, state and whether it may have arrived, how many they were."""
    session.flush()
    locked = select(
        Delivery.id, Delivery.message_id, Delivery.state, MAY_HAVE_ARRIVED.label("may_have_arrived")
    ).where(*meant)
    found = locked.order_by(Delivery.id).with_for_update().cte("found")
    kinds = (found.c.message_id, found.c.state, found.c.may_have_arrived)
    counted = select(*kinds, func.count()).group_by(*kinds)
    changed = update(Delivery).values(values)
    if session.get_bind().dialect.name == "postgresql":
        together = counted.add_cte(changed.where(Delivery.id == found.c.id).cte("changed"))
        return list(session.execute(together).all())
    rows = list(session.execute(counted).all())
    if rows:
        session.execute(changed.where(*meant).execution_options(synchronize_session=False))
    return rows
