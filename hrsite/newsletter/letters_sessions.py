"""Letters about a session, in both wordings, each with its calendar file."""

from dataclasses import replace
from datetime import datetime

from flask import current_app
from sqlalchemy.orm import Session

from hrsite.furniture import moment
from hrsite.newsletter import letters, telltales
from hrsite.notices import calendar_files, calendars
from hrsite.notices.models import SessionNotice
from hrsite.notices.telling import News
from hrsite.outbox.compose import Letter

REMINDER = "Reminder"
# As long as an Issue's title may be.
LONGEST_TITLE = 200


def issue_title(word: str, told: SessionNotice) -> str:
    """How an Issue that follows another is called on the desk: Moved, Cancelled, Reminder."""
    return f"{word}: {told.title}"[:LONGEST_TITLE]


def first(session: Session, told: SessionNotice, now: datetime) -> tuple[Letter, Letter]:
    """What a notice says, whole and plain."""
    return _both(session, told, letters.NO_LEAD, now)


def changed(
    session: Session, told: SessionNotice, news: News, now: datetime
) -> tuple[Letter, Letter]:
    """The same for who had it, with what has changed on top."""
    return _both(session, told, letters.Lead(news.word, news.sentences, news.is_over), now)


def reminder(
    session: Session, told: SessionNotice, begins_at: datetime, now: datetime
) -> tuple[Letter, Letter]:
    """The same a day before, for who wants that."""
    sentence = f"It begins {moment(begins_at, told.zone_name)}."
    return _both(session, told, letters.Lead(REMINDER, (sentence,)), now)


def _both(
    session: Session, told: SessionNotice, lead: letters.Lead, now: datetime
) -> tuple[Letter, Letter]:
    whole = letters.notice(told, current_app.config["BASE_URL"], lead)
    plain = letters.discreet_notice(told, whole.mark, now, lead, telltales.ours(session))
    return _with_calendar(whole, told, now), _with_calendar(plain, told, now, is_discreet=True)


def _with_calendar(
    letter: Letter, told: SessionNotice, now: datetime, *, is_discreet: bool = False
) -> Letter:
    """The letter with the file of the notice beside it, if it has a time."""
    found = calendars.of_notice(told, now, is_discreet=is_discreet)
    return replace(letter, calendar=calendar_files.written(found).decode()) if found else letter
