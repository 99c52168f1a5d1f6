"""What time alone decides: dead leases, late letters, messages at their end; and giving up."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import ColumnElement, case, exists, false, literal, or_, select, true, update
from sqlalchemy.orm import Session

from hrsite.columns import UTCDateTime, is_one_of
from hrsite.outbox import presence, repeat_rules
from hrsite.outbox.changing import Rule, change
from hrsite.outbox.models import (
    SIMPLY_WAITING,
    TRANSACTIONAL,
    Delivery,
    DeliveryState,
    OutboxMessage,
)
from hrsite.outbox.models_workers import Worker
from hrsite.outbox.repeat_rules import RepeatRule

DUE_STATES = (*SIMPLY_WAITING, DeliveryState.UNCERTAIN)
UNCERTAIN = DeliveryState.UNCERTAIN


def settle(session: Session, now: datetime, commit: Callable[[], None]) -> None:
    """Write down what time alone has decided: dead leases, late letters, messages at their end.

    `commit` is the caller's, after each step: copies come before their numbers, and after those no
    more copies (turns.py).
    """
    for step in (
        _give_up_dead_leases,
        _free_claims_of_the_gone,
        _hold_planned_repeats,
        _give_up_the_late,
        _mark_the_settled,
    ):
        step(session, now)
        commit()


def _give_up_the_late(session: Session, now: datetime) -> None:
    # A pause stops the clock too, but for a letter whose session begins regardless.
    late = select(OutboxMessage.id).where(
        OutboxMessage.settled_at.is_(None),
        OutboxMessage.not_after <= now,
        or_(OutboxMessage.paused_at.is_(None), OutboxMessage.is_timely),
    )
    drop(session, DeliveryState.EXPIRED, now, Delivery.message_id.in_(late))


def drop(session: Session, state: DeliveryState, now: datetime, *which: ColumnElement[bool]) -> int:
    """Try these copies no more, whichever of them still wait; the count.

    A copy that was in the air once may have arrived. It stays "uncertain", whatever the reason:
    only the plan to repeat it goes.
    """
    values = {"changed_at": now, "next_at": None, "owner": None}
    is_planned = Delivery.next_at.is_not(None)
    return change(session, DUE_STATES, dropped(state), values, is_planned, *which).total()


def dropped(state: DeliveryState) -> Rule:
    """What becomes of a copy that is tried no more."""
    return lambda before, may_have_arrived: UNCERTAIN if may_have_arrived else state


def _unsettled() -> ColumnElement[bool]:
    """Without this the index would be of no use: it begins with the message."""
    return Delivery.message_id.in_(
        select(OutboxMessage.id).where(OutboxMessage.settled_at.is_(None))
    )


def _give_up_dead_leases(session: Session, now: datetime) -> None:
    """A permit whose owner is gone: nobody knows whether its letter arrived."""
    # Without a next_at its reader has left meanwhile, and nothing is repeated.
    at = now + repeat_rules.UNCERTAIN_PAUSE
    again = Delivery.next_at.is_not(None) & _may_be_repeated(at)
    values = {
        "changed_at": now,
        "owner": None,
        "next_at": case((again, literal(at, UTCDateTime))),
        "repeat_count": Delivery.repeat_count + case((again, 1), else_=0),
    }
    dead = _unsettled(), Delivery.lease_until < now
    change(session, (DeliveryState.SENDING,), dropped(UNCERTAIN), values, *dead)


def _may_be_repeated(at: datetime) -> ColumnElement[bool]:
    """What recording.py asks of one copy in the air, asked of the rows."""
    return or_(
        *(
            which & (Delivery.repeat_count < rule.most) & ~_is_past_repeating(rule, at)
            for which, rule in _rules()
        )
    )


def _rules() -> list[tuple[ColumnElement[bool], RepeatRule]]:
    """Which copies are repeated by which rule."""
    asked_for = Delivery.message_id.in_(
        select(OutboxMessage.id).where(
            OutboxMessage.settled_at.is_(None), OutboxMessage.stream == TRANSACTIONAL
        )
    )
    return [
        (asked_for, repeat_rules.rule(is_asked_for=True)),
        (~asked_for, repeat_rules.rule()),
    ]


def _is_past_repeating(rule: RepeatRule, at: datetime) -> ColumnElement[bool]:
    """RepeatRule.is_over, asked of the rows."""
    if rule.lasts is None:
        return false()
    old = select(OutboxMessage.id).where(OutboxMessage.created_at <= at - rule.lasts)
    return Delivery.message_id.in_(old)


def _hold_planned_repeats(session: Session, now: datetime) -> None:
    """Of what may have arrived nothing is repeated by itself any more: the coach decides now.

    Nor what was planned before anybody said so, or was put off since, though a worker has it in
    hand and has no permit yet. What she has asked for goes.
    """
    held = [
        which & (_is_past_repeating(rule, now) if rule.most else true())
        for which, rule in _rules()
        if rule.asks_her
    ]
    if not held:
        return
    planned = [
        _unsettled(),
        # None of those that were never handed over, of which there may be a million.
        Delivery.state.in_((UNCERTAIN, DeliveryState.DEFERRED)),
        Delivery.repeat_count.between(1, repeat_rules.DECIDED - 1),
        or_(*held),
    ]
    drop(session, UNCERTAIN, now, *planned)


def _free_claims_of_the_gone(session: Session, now: datetime) -> None:
    """What a worker had claimed that is here no more: nothing of it went out, so it is due.

    A worker that is only slow loses them too, and its permits with them: the fence sees to that.
    """
    here = select(Worker.name).where(
        Worker.seen_at > now - presence.SILENCE, Worker.ended_at.is_(None)
    )
    _free(session, now, Delivery.owner.is_not(None), Delivery.owner.not_in(here))


def free_claims_of_former(session: Session, name: str, now: datetime) -> None:
    """What a worker had claimed that had the name of one which starts just now, and was killed.

    A container gives the next worker its host name and its number. Should there be two at once
    with one name, the other one loses its claims like one that is slow.
    """
    _free(session, now, Delivery.owner == name)


def _free(session: Session, now: datetime, *whose: ColumnElement[bool]) -> None:
    claimed = _unsettled(), Delivery.state.in_(DUE_STATES), Delivery.next_at > now, *whose
    found = select(Delivery.id).where(*claimed).order_by(Delivery.id).with_for_update()
    if ids := session.scalars(found).all():
        session.execute(
            update(Delivery)
            .where(is_one_of(Delivery.id, ids))
            .values(owner=None, lease_until=None, next_at=now)
            .execution_options(synchronize_session=False)
        )


def free_claims_of(session: Session, recipient_id: int, now: datetime) -> None:
    """Take a person's copies out of workers' hands that have not gone: they read her address and
    links when they claimed them, and those are others now.

    Also those whose claim another transaction is about to commit: what is asked of the row when
    it is ours stands in the values, not in the question.
    """
    is_claimed = Delivery.owner.is_not(None)
    session.execute(
        update(Delivery)
        .where(
            Delivery.recipient_id == recipient_id,
            Delivery.state.in_(DUE_STATES),
            Delivery.next_at.is_not(None),
        )
        .values(
            owner=None,
            lease_until=None,
            next_at=case((is_claimed, literal(now, UTCDateTime)), else_=Delivery.next_at),
        )
        .execution_options(synchronize_session=False)
    )


def _mark_the_settled(session: Session, now: datetime) -> None:
    """Messages of which nothing waits any more: no worker needs to look at them again.

    Asked once more when they are locked: the coach may have set some of them going meanwhile. One
    that somebody else has locked is left to the next look: who takes a message back locks it first
    and its copies then, of which we hold some already.
    """
    is_waiting = exists().where(
        Delivery.message_id == OutboxMessage.id,
        Delivery.state.in_((DeliveryState.SENDING, *DUE_STATES)),
        or_(Delivery.state == DeliveryState.SENDING, Delivery.next_at.is_not(None)),
    )
    is_at_its_end = (
        OutboxMessage.settled_at.is_(None),
        OutboxMessage.expanded_at.is_not(None),
        ~is_waiting,
    )
    ended = select(OutboxMessage.id).where(*is_at_its_end).order_by(OutboxMessage.id)
    ids = session.scalars(ended.with_for_update(skip_locked=True, key_share=True)).all()
    if ids:
        session.execute(
            update(OutboxMessage)
            .where(is_one_of(OutboxMessage.id, ids), *is_at_its_end)
            .values(settled_at=now)
            .execution_options(synchronize_session=False)
        )
