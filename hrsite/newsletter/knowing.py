"""Which letter about a session its readers know last: its own, or one about a change of it.

A reminder is none of these: it goes to those who ask for it, and tells of one day.
"""

from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from hrsite.newsletter.models import FollowUp, Issue
from hrsite.outbox import forgotten
from hrsite.outbox.changing import IS_OR_MAY_BE_THERE
from hrsite.outbox.models import MAY_HAVE_IT, Delivery, OutboxMessage


class Known(NamedTuple):
    """The last of these letters that anybody may have; where nobody has one, the last written."""

    issue: Issue
    has_begun: bool
    # A newer one that waits, and that nobody has so far.
    ahead: Issue | None = None


def is_for_all() -> ColumnElement[bool]:
    """Is it for all who get its letters, and no reminder?"""
    return or_(Issue.follow_up.is_(None), Issue.follow_up != FollowUp.REMINDER)


def last_known(session: Session, notice_id: int) -> Known | None:
    """Of the letters about a session; None when none was written."""
    has_copies = exists().where(Delivery.message_id == OutboxMessage.id, IS_OR_MAY_BE_THERE)
    rows = session.execute(
        select(Issue, or_(has_copies, forgotten.was_any(MAY_HAVE_IT)))
        .join(Issue.message)
        .where(Issue.about_id == notice_id, is_for_all())
        .order_by(Issue.id.desc())
    ).all()
    if not rows:
        return None
    newest = rows[0][0]
    known = next((issue for issue, has_begun in rows if has_begun), None)
    if known is None or known is newest:
        return Known(newest, known is not None)
    # One that was called back has nothing left, though no worker has looked at it since.
    is_over = newest.message.expanded_at is not None and newest.message.waiting_count == 0
    waits = newest.dropped_at is None and not is_over
    return Known(known, True, newest if waits else None)
