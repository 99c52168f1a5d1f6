"""Letters to one person alone that wait when she leaves or pauses: they do not come any more.

What tells her that her letters shall go elsewhere still comes: somebody else may have pressed.
"""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from hrsite.newsletter import letters
from hrsite.newsletter.models import Subscriber
from hrsite.outbox import enqueue
from hrsite.outbox.models import Delivery, OutboxMessage

# Their keys begin so.
_ASKING = ("confirm/", "reminder/", letters.LIST)


def welcome(session: Session, subscriber: Subscriber, now: datetime) -> None:
    """The welcome letter: it is not written, or called back."""
    subscriber.welcome_at = None
    _call_back(session, subscriber, (letters.WELCOME,), now)


def all_to_her(session: Session, subscriber: Subscriber, now: datetime) -> None:
    """That one, and every letter that asks for her yes: nothing waits for one any more."""
    subscriber.welcome_at = None
    _call_back(session, subscriber, (letters.WELCOME, *_ASKING), now)


def _call_back(
    session: Session, subscriber: Subscriber, beginnings: tuple[str, ...], now: datetime
) -> None:
    # By her copies, and not by a key with her address: she may have come from another one.
    hers = aliased(Delivery)
    messages = (
        select(hers.message_id)
        .join(OutboxMessage, OutboxMessage.id == hers.message_id)
        .where(
            hers.recipient_id == subscriber.id,
            or_(*(OutboxMessage.key.startswith(begin, autoescape=True) for begin in beginnings)),
        )
    )
    enqueue.withdraw_of(session, subscriber.address_key, messages, now)
