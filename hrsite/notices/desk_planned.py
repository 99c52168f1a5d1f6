"""What becomes of a notice's own letter, in the words of the desk: gone, planned, or none."""

from datetime import datetime

from hrsite import furniture
from hrsite.extensions import db
from hrsite.newsletter import finding, knowing, planned
from hrsite.newsletter.knowing import Known
from hrsite.newsletter.models import FollowUp
from hrsite.notices import telling
from hrsite.notices.models import SessionNotice


def standing(notice: SessionNotice, now: datetime) -> str:
    """One word for its letter: gone, written, unpublished, cancelled, planned, lost or none.

    Who was told of a change knows what its own letter said, though that one was called back.
    """
    if finding.issue_of(db.session(), notice) is not None:
        known = knowing.last_known(db.session(), notice.id)
        return "gone" if known is not None and known.has_begun else "written"
    if notice.published_at is None:
        return "unpublished"
    if notice.cancelled_at is not None:
        return "cancelled"
    if not notice.send_to_readers:
        return "none"
    return "lost" if planned.is_lost(notice, now) else "planned"


def words_of(known: Known) -> str:
    """What became of the last letter that was written, in a sentence or two."""
    on, about = furniture.day(known.issue.created_at), known.issue.follow_up
    which = "Its letter" if about is None else "The letter about its change"
    if not known.has_begun:
        return f"{which} was written on {on}. Nobody has got it."
    if known.issue.message.accepted_count == 0:
        return f"{which} went out on {on}. Some readers may have it."
    if about is None:
        return f"Readers got it by email on {on}."
    if about == FollowUp.CALLED_OFF:
        return f"Readers were told by email on {on} that it was cancelled."
    return f"Readers were told of its change by email on {on}."


def now_lost(notice: SessionNotice, now: datetime) -> str:
    """That it cannot go as it was planned, if that is so; and what she can do."""
    if notice.cancelled_at is not None or not planned.waits(db.session(), notice):
        return ""
    if not planned.is_lost(notice, now):
        return ""
    words = f"Its letter {planned.lost_words(notice, now)}"
    if telling.is_too_late(notice, now):
        return words
    return f"{words} You can choose another time under “Readers and calendars”."


def as_planned(notice: SessionNotice, now: datetime) -> str:
    """That it goes when it was to go, if it waits and can."""
    if planned.is_lost(notice, now) or not planned.waits(db.session(), notice):
        return ""
    return f"Its letter goes to readers on {_moment(notice, now)}, as planned."


def called_off(notice: SessionNotice, now: datetime) -> str:
    """That it does not go, if it waits: said before all is cancelled."""
    if not planned.waits(db.session(), notice):
        return ""
    return f"Its letter, planned for {_moment(notice, now)}, does not go out."


def _moment(notice: SessionNotice, now: datetime) -> str:
    return furniture.moment(planned.planned_at(notice, now))
