"""Who returned a letter, or says that they have it, has taken it: of a copy without an answer."""

from __future__ import annotations

from sqlalchemy.orm import Session

from hrsite.outbox import tally
from hrsite.outbox.models import SIMPLY_WAITING, Delivery, DeliveryState

# After a backup was put back a copy may even wait that went out long ago.
WITHOUT_ANSWER = (
    *SIMPLY_WAITING,
    DeliveryState.SENDING,
    DeliveryState.UNCERTAIN,
)
HAS_NO_ANSWER = Delivery.state.in_(WITHOUT_ANSWER)
TOLD_LATER = "Told later: your mail service had taken it."


def call_accepted(session: Session, copy: Delivery) -> bool:
    """Call a copy accepted of which there is no answer; False when there is one.

    `copy` must be the very one that it was told of. It is not handed over again, and an answer
    that a worker still waits for is void. When it was last changed stays as it is: that is nearer
    to when it went than now.
    """
    copy = session.get_one(Delivery, copy.id, populate_existing=True, with_for_update=True)
    if copy.state not in WITHOUT_ANSWER:
        return False
    tally.moved(session, copy.message_id, {copy.state: 1}, {DeliveryState.ACCEPTED: 1})
    copy.state, copy.next_at, copy.owner = DeliveryState.ACCEPTED, None, None
    copy.fence += 1
    copy.reply_code, copy.reply_text = None, TOLD_LATER
    return True
