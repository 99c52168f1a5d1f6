"""What has changed about a session, in sentences; and until when it helps to be told."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from hrsite import furniture
from hrsite.notices import occurring
from hrsite.notices.models import SessionNotice
from hrsite.notices.occurring import Occurrence

# Nobody can use a notice in the last minutes before its session.
NOTICE_MARGIN = timedelta(minutes=15)
# What holds until further notice is told for so long.
A_DAY = timedelta(days=1)
# So many changed days are told one by one.
MOST_DAYS = 10


@dataclass(frozen=True)
class News:
    """A change of a session. Each sentence tells an onlooker a time, and no more."""

    # One word before the title: Cancelled, Moved or Changed.
    word: str
    sentences: tuple[str, ...]
    not_after: datetime

    @property
    def is_over(self) -> bool:
        """Does nothing of it take place any more?"""
        return self.word == "Cancelled"


def letter_until(notice: SessionNotice) -> datetime | None:
    """Until when its own letter helps anybody; None while no session of it is the last."""
    is_endless = notice.until_further_notice or (notice.is_series and notice.last_on is None)
    if is_endless and notice.cancelled_at is None:
        return None
    last = occurring.last_of(notice)
    # Of what does not take place no letter ever helped.
    return notice.created_at if last is None else last.starts_at - NOTICE_MARGIN


def is_too_late(notice: SessionNotice, at: datetime) -> bool:
    """Would its own letter help nobody any more at a moment?"""
    until = letter_until(notice)
    return until is not None and until <= at


def why_too_late(notice: SessionNotice, at: datetime) -> str:
    """Why its own letter would help nobody at that moment: a sentence without its end."""
    last = occurring.last_of(notice)
    if last is None:
        return "It is cancelled" if notice.cancelled_at else "None of its sessions takes place"
    what = "Its last session" if notice.is_series else "It"
    return f"{what} begins too soon for a letter" if last.starts_at > at else f"{what} has begun"


def news_of(notice: SessionNotice, now: datetime) -> News | None:
    """What has changed; None when its time is past."""
    if notice.until_further_notice:
        return News("Changed", ("Please read it again. Something has changed.",), now + A_DAY)
    coming = occurring.some(notice, now, MOST_DAYS)
    if not coming:
        return None
    first = next((one for one in coming if one.starts_at > now), coming[0])
    if notice.cancelled_at is not None:
        first = _first_still_awaited(notice, now) or first
        words = "It will not take place" if not notice.is_series else "No more of these take place"
        sentence = (
            f"{words}. {_began(notice)} {furniture.moment(first.starts_at, notice.zone_name)}."
        )
        return News("Cancelled", (sentence,), first.starts_at)
    if notice.moved_from_at is not None and notice.is_moved(now):
        return News("Moved", (_moved(notice, first),), first.starts_at - NOTICE_MARGIN)
    changed = [one for one in coming if one.state != "on"]
    if changed:
        ahead = [moment for one in changed if (moment := _useful_until(one)) > now]
        sentences = tuple(_day(one, notice) for one in changed)
        return News("Changed", sentences, min(ahead, default=now))
    sentence = f"Please look at the time and the place again. It begins {_at(first, notice)}."
    return News("Changed", (sentence,), first.starts_at - NOTICE_MARGIN)


def _first_still_awaited(notice: SessionNotice, now: datetime) -> Occurrence | None:
    """The next day that was to take place until all were called off."""
    called_off = {one.planned_on for one in notice.changed_days if one.cancelled_at is not None}
    coming = (
        one
        for one in occurring.occurrences(notice, now, told_only=False)
        if one.starts_at > now and one.planned_on not in called_off
    )
    # One that was moved may come after its neighbours.
    near = islice(coming, 1 + len(notice.changed_days))
    return min(near, key=lambda one: one.starts_at, default=None)


def _began(notice: SessionNotice) -> str:
    return "The next one was to begin" if notice.is_series else "It was to begin"


def _moved(notice: SessionNotice, first: Occurrence) -> str:
    former = furniture.moment(notice.moved_from_at or first.starts_at, notice.zone_name)
    return f"{_began(notice)} {former}. Now it begins {_at(first, notice)}."


def _day(one: Occurrence, notice: SessionNotice) -> str:
    former = furniture.moment(one.moved_from_at or one.starts_at, notice.zone_name)
    if one.is_cancelled:
        return f"The one on {former} is cancelled."
    return f"The one on {former} has moved. It begins {_at(one, notice)}."


def _useful_until(one: Occurrence) -> datetime:
    return one.starts_at if one.is_cancelled else one.starts_at - NOTICE_MARGIN


def _at(one: Occurrence, notice: SessionNotice) -> str:
    return furniture.moment(one.starts_at, notice.zone_name)
