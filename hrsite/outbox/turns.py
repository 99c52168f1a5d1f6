"""Who writes a list down and who leaves it take turns, so that each sees what the other has done.

On PostgreSQL both would else go on at once: her copy is not there yet when she calls hers back, and
she has not left yet where the list is read. SQLite lets one write at a time.

Who needs several of these takes them in one order, so that no two wait for each other for good:
the article or notice that a letter tells of, the turn, messages, their copies, their numbers. Who
takes a turn takes it once, and the stricter one if it is to write a list down.

Of a message all but its key is locked. PostgreSQL asks for that once more, late and out of this
order, when a transaction changes the numbers beside it a second time, or notes what came back.
"""

from collections.abc import Iterable

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from hrsite.columns import is_one_of, number_list
from hrsite.outbox.models import Delivery, MessageTally, OutboxMessage
from hrsite.prepared import Prepared, given

# Ours among the locks of this database, like MIGRATING and COUNTING elsewhere.
LISTS = 7_264_103


def before_a_list(session: Session) -> None:
    """Until this transaction ends, nobody changes what is on a list. Lock no message before."""
    _lock(session, "pg_advisory_xact_lock")


def before_a_change(session: Session) -> None:
    """Until this transaction ends, no list is written down. Others may leave as well.

    Lock no message before.
    """
    _lock(session, "pg_advisory_xact_lock_shared")


def hold_messages(session: Session, which: Select[int]) -> None:
    """Until this transaction ends, nobody else stops these or sets them going."""
    if _is_shared(session):
        session.execute(which.order_by(OutboxMessage.id).with_for_update(key_share=True))


def hold_message(session: Session, message: OutboxMessage) -> None:
    """The same of one, as it is now."""
    session.refresh(message, with_for_update={"key_share": True})


def hold_copies(session: Session, ids: Iterable[int], message_ids: Iterable[int] = ()) -> None:
    """All the copies that this transaction is about to change, and the numbers of their messages.

    Of one message it takes the numbers when it changes them: only of several is there an order.
    """
    if not _is_shared(session):
        return
    _COPIES.rows(session, ids=number_list(ids))
    several = set(message_ids)
    if len(several) > 1:
        _NUMBERS.rows(session, ids=number_list(several))


def _copies() -> Select[int]:
    these = select(Delivery.id).where(is_one_of(Delivery.id, given("ids")))
    return these.order_by(Delivery.id).with_for_update()


def _numbers() -> Select[int]:
    beside = select(MessageTally.message_id).where(is_one_of(MessageTally.message_id, given("ids")))
    return beside.order_by(MessageTally.message_id).with_for_update()


_COPIES, _NUMBERS = Prepared(_copies), Prepared(_numbers)


def _lock(session: Session, name: str) -> None:
    if _is_shared(session):
        session.execute(select(getattr(func, name)(LISTS)))


def _is_shared(session: Session) -> bool:
    """May somebody else write at the same time?"""
    return session.get_bind().dialect.name == "postgresql"
