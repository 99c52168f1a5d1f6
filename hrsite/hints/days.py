"""A weekday that does not match its date ("Thursday 5 June"), in English. Pure."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from hrsite.hints.hint import Hint, Place

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# fmt: off
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)
# fmt: on
# A date without a year is the one next to today.
HALF_A_YEAR = timedelta(days=182)

_DAY = r"(?P<weekday>Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?P<rest>day)?\.?"
_MONTH = r"(?P<month>Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?"
_NUMBER = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:,?\s+(?P<year>\d{4}))?"
_GAP = r"(?:,?\s+(?:the\s+)?)"
_DATES = tuple(
    re.compile(rf"\b{_DAY}{_GAP}{rest}{_YEAR}\b", re.IGNORECASE)
    for rest in (rf"{_NUMBER}\s+(?:of\s+)?{_MONTH}", rf"{_MONTH}\s+{_NUMBER}")
)


def day_hints(box: str, prose: str, today: date) -> Iterator[Hint]:
    """Each weekday beside a date on which it is another day."""
    for pattern in _DATES:
        for match in pattern.finditer(prose):
            day = _date_of(match, today)
            if day is None:
                yield _hint(box, match, "There is no such day. Please check it.", None)
            elif not WEEKDAYS[day.weekday()].lower().startswith(match["weekday"].lower()[:3]):
                right = WEEKDAYS[day.weekday()]
                why = f"{day.day} {MONTHS[day.month - 1]} {day.year} is a {right}."
                yield _hint(box, match, why, right)


def _hint(box: str, match: re.Match[str], why: str, right: str | None) -> Hint:
    end = match.end("rest") if match["rest"] else match.end("weekday")
    choices = () if right is None else (right if match["rest"] else right[:3],)
    place = Place(match.start("weekday"), end, choices)
    return Hint("day", box, " ".join(match[0].split()), why, choices, (place,))


def _date_of(match: re.Match[str], today: date) -> date | None:
    """The date that is meant, or None when no calendar has it."""
    month = next(
        n for n, name in enumerate(MONTHS, 1) if name[:3].lower() == match["month"][:3].lower()
    )
    years = [int(match["year"])] if match["year"] else [today.year, today.year + 1, today.year - 1]
    found = []
    for year in years:
        try:
            found.append(date(year, month, int(match["day"])))
        except ValueError:
            continue
    near = [day for day in found if abs(day - today) <= HALF_A_YEAR]
    return next(iter(near or found), None)
