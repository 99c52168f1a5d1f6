"""What the columns of another program's list mean, and whom it holds. Pure.

Wix, Mailchimp, Substack and Ghost name their columns each in their own way; only the address, the
day somebody said yes, and whether they have left or paused are taken. Names and all else are not
kept.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from hrsite import addresses
from hrsite.newsletter.listreading import Record, Unreadable, records
from hrsite.newsletter.listwriting import unguarded
from hrsite.newsletter.models import Cadence, Topic

ADDRESS = (
    "email", "email address", "email 1", "emailaddress", "e mail", "e mail address", "mail",
    "subscriber email", "primary email", "email 1 value", "email id", "courriel",
    "adresse email", "adresse e mail", "adresse courriel",
)  # fmt: skip
SAID_ON = (
    "said yes on", "confirm time", "optin time", "opt in time", "created at", "created",
    "subscribed at", "subscription date", "subscribed on", "signup date", "sign up date",
    "signed up", "signed up on", "signed up at", "sign up", "signup",
    "date added", "date", "start date", "email consent date",
)  # fmt: skip
STATE = (
    "state", "status", "email subscriber status", "subscriber status", "email status",
    "subscription status", "subscribed to emails", "subscribed", "email marketing status",
)  # fmt: skip
# A word in one of these means that the person has left, or that mail came back.
LEFT_WHEN = ("unsub time", "clean time", "unsubscribed at", "unsubscribe date", "deleted at")
TURNED_OFF = ("email disabled", "email opt out", "opt out")
LETTERS, CADENCE, PAUSED_UNTIL = ("letters",), ("how often",), ("paused until",)
GONE = {
    "unsubscribed", "unsubscribe", "left", "closed", "cleaned", "bounced", "complained", "spam",
    "never subscribed", "non subscribed", "not subscribed", "nonsubscribed", "false", "no", "0",
    "inactive", "disabled", "blocked", "deleted", "archived",
}  # fmt: skip
NOT_SURE = {"not confirmed", "unconfirmed", "pending", "pending confirmation"}
PAUSED = "paused"
# Three months: nobody can pause for longer. So long it is, when the list does not say.
LONGEST_PAUSE = timedelta(days=92)
YES = {"true", "yes", "1", "on"}
_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
EARLIEST = date(1990, 1, 1)
# Of a name no more is read: anybody may have written the file.
LONGEST_NAME = 100
NO_ADDRESS = "There is no address in this row."
NO_COLUMN = "No column of this file holds email addresses. Its first row should say “Email”."


@dataclass(frozen=True)
class Person:
    """Somebody on a list: what of them is taken."""

    line: int
    address: addresses.Address
    said_on: date | None = None
    topics: tuple[Topic, ...] | None = None
    cadence: Cadence | None = None
    # Nothing is to be written to them before this day is over.
    paused_until: date | None = None
    # The list itself says that they left, or never said yes; or that they have not confirmed.
    is_gone: bool = False
    is_unsure: bool = False


@dataclass
class Reading:
    """A whole list: its people, the lines that are none and why, and those that name one again."""

    people: list[Person] = field(default_factory=list)
    bad: list[tuple[int, str]] = field(default_factory=list)
    twice: list[int] = field(default_factory=list)


def read(octets: bytes, today: date) -> Reading:
    """Everybody on a list. Raises Unreadable."""
    rows = list(records(octets))
    if not rows:
        raise Unreadable("This file is empty.")
    columns, rows = _columns(rows)
    reading, at = Reading(), dict[str, int]()
    for row in rows:
        try:
            person = _person(row, columns, today)
        except addresses.BadAddress as trouble:
            reading.bad.append((row.line, str(trouble)))
            continue
        place = at.setdefault(person.address.key, len(reading.people))
        if place == len(reading.people):
            reading.people.append(person)
        else:
            reading.twice.append(row.line)
            # Who has left in one row has left.
            if person.is_gone:
                reading.people[place] = replace(reading.people[place], is_gone=True)
    return reading


def _columns(rows: list[Record]) -> tuple[dict[str, int], list[Record]]:
    """Where each thing stands, by the names in the first row or by the addresses below it."""
    names = [_name(cell) for cell in rows[0].cells]
    found = {
        kind: min((known.index(name), place) for place, name in enumerate(names) if name in known)[
            1
        ]
        for kind, known in _KNOWN.items()
        if set(names) & set(known)
    }
    is_headed = not any(_is_address(cell) for cell in rows[0].cells)
    if is_headed and "address" in found:
        return found, rows[1:]
    width = max(len(row.cells) for row in rows)
    counts = [sum(_is_address(_cell(row, place)) for row in rows[:50]) for place in range(width)]
    if not max(counts):
        raise Unreadable(NO_COLUMN)
    found = found if is_headed else {}
    return found | {"address": counts.index(max(counts))}, rows[1:] if is_headed else rows


_KNOWN = {
    "address": ADDRESS,
    "said_on": SAID_ON,
    "state": STATE,
    "left_when": LEFT_WHEN,
    "turned_off": TURNED_OFF,
    "letters": LETTERS,
    "cadence": CADENCE,
    "paused_until": PAUSED_UNTIL,
}


def _person(row: Record, columns: dict[str, int], today: date) -> Person:
    said = {kind: unguarded(_cell(row, place)) for kind, place in columns.items()}
    if not said["address"]:
        raise addresses.BadAddress(NO_ADDRESS)
    state = _name(said.get("state", ""))
    letters = said.get("letters", "").lower()
    topics = tuple(topic for topic in Topic if topic.value in re.split(r"[ ,;+]+", letters))
    cadence = said.get("cadence", "").lower()
    return Person(
        line=row.line,
        address=addresses.check(said["address"]),
        said_on=_day(said.get("said_on", ""), today),
        topics=topics or None,
        cadence=Cadence(cadence) if cadence in set(Cadence) else None,
        paused_until=_pause(state, said.get("paused_until", ""), today),
        is_gone=state in GONE
        or bool(said.get("left_when"))
        or said.get("turned_off", "").lower() in YES,
        is_unsure=state in NOT_SURE,
    )


def _pause(state: str, cell: str, today: date) -> date | None:
    """Until when somebody has paused; nothing when they have not, or it is over."""
    until = _day(cell, date.max)
    if until is None:
        return today + LONGEST_PAUSE if state == PAUSED else None
    return min(until, today + LONGEST_PAUSE) if until >= today else None


def _cell(row: Record, place: int) -> str:
    return row.cells[place] if place < len(row.cells) else ""


def _is_address(cell: str) -> bool:
    try:
        addresses.check(unguarded(cell))
    except addresses.BadAddress:
        return False
    return True


def _name(cell: str) -> str:
    """A column's name as we compare it: "Created At (UTC+0)" is "created at"."""
    plain = re.sub(r"\([^()]*\)", " ", cell[:LONGEST_NAME].casefold())
    return " ".join(re.sub(r"[_\W]+", " ", plain).split())


def _day(cell: str, latest: date) -> date | None:
    """A day as machines write it. 03/04/2026 could be two days, and is none."""
    found = _DAY.match(cell)
    if found is None:
        return None
    try:
        day = date(*(int(part) for part in found.groups()))
    except ValueError:
        return None
    return day if EARLIEST <= day <= latest else None
