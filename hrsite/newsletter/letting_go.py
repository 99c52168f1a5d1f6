"""Addresses that nothing speaks of any more: no letter, and nobody on the list. By night they go.

Who never confirmed, whose list was undone, who was asked at another address or got a test: when
the last letter to them is forgotten, not even the keyed hash of where it went has a reason to stay.
"""

from collections.abc import Callable

from sqlalchemy import ColumnElement, delete, exists, func, select
from sqlalchemy.orm import Session

from hrsite.columns import is_one_of
from hrsite.newsletter.models import Subscriber
from hrsite.outbox.models import Delivery, Recipient

# So many numbers in a transaction: on SQLite everybody who writes waits for it.
PART = 5_000


def let_go(session: Session, commit: Callable[[], None], should_stop: Callable[[], bool]) -> None:
    """Remove every address that nothing speaks of. `commit` is the caller's, after each part."""
    last = session.scalar(select(func.max(Recipient.id))) or 0
    for after in range(0, last, PART):
        if should_stop():
            return
        _let_go_part(session, Recipient.id > after, Recipient.id <= after + PART)
        commit()


def _let_go_part(session: Session, *which: ColumnElement[bool]) -> None:
    loose = (
        ~exists().where(Subscriber.id == Recipient.id),
        ~exists().where(Delivery.recipient_id == Recipient.id),
    )
    found = select(Recipient.id).where(*which, *loose)
    ids = session.scalars(found.with_for_update(skip_locked=True, of=Recipient)).all()
    if ids:
        # Asked once more: somebody may have written there between the look and the lock.
        session.execute(
            delete(Recipient)
            .where(is_one_of(Recipient.id, ids), *loose)
            .execution_options(synchronize_session=False)
        )
