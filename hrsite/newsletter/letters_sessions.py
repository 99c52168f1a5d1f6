"""Letters about a session, in both wordings, each with its calendar file."""

from dataclasses import replace
from datetime import datetime

from flask import current_app

from hrsite.newsletter import letters
from hrsite.notices import calendar_files, calendars
from hrsite.notices.models import SessionNotice
from hrsite.outbox.compose import Letter


def first(told: SessionNotice, now: datetime) -> tuple[Letter, Letter]:
    """What a notice says, whole and plain."""
    whole = letters.notice(told, current_app.config["BASE_URL"])
    plain = letters.discreet_notice(told, whole.mark, now)
    return _with_calendar(whole, told, now), _with_calendar(plain, told, now, is_discreet=True)


def _with_calendar(
    letter: Letter, told: SessionNotice, now: datetime, *, is_discreet: bool = False
) -> Letter:
    """The letter with the file of the notice beside it, if it has a time."""
    found = calendars.of_notice(told, now, is_discreet=is_discreet)
    return replace(letter, calendar=calendar_files.written(found).decode()) if found else letter
