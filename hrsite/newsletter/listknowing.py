"""What the columns of another program's list mean, and whom it holds. Pure.

Wix, Mailchimp, Substack, Ghost and Buttondown name their columns each in their own way; only the
address, the day somebody said yes, and whether they have left or paused are taken. Names and all
else are not kept.
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
    "date added", "date", "start date", "email consent date", "creation date",
)  # fmt: skip
# Of these a file may have several, and each of them counts.
STATE = (
    "state", "status", "email subscriber status", "subscriber status", "email status",
    "subscription status", "subscribed to emails", "subscribed", "email marketing status",
    "email permission status", "subscriber type", "opt in", "opted in", "email opt in",
    "accepts marketing", "accepts email marketing", "email marketing consent", "marketing consent",
    "active", "is active", "is subscribed", "confirmed", "is confirmed",
)  # fmt: skip
# Of whatever kind somebody is: only a word that says they left, or never said yes, counts there.
KIND = ("type",)
# Anything but a no in a column that begins so means that the person has left, or mail came back.
_LEFT = re.compile(
    r"(?:email )?(?:unsub|opt(?:ed)? out|disabled|block ?list|black ?list|suppress)"
    r"|(?:clean time|deleted at|bounced(?: at)?|complained(?: at)?)$"
)
# In such a column stands something else.
_NO_ANSWER = re.compile(r"\b(?:link|url)\b")
LETTERS, CADENCE, PAUSED_UNTIL = ("letters",), ("how often",), ("paused until",)
PLAIN, REMINDERS = ("plain letters",), ("reminders",)
LEFT = {
    "unsubscribed", "unsubscribe", "left", "closed", "complained", "complaint", "spam complaint",
    "canceled", "cancelled", "opted out", "opt out", "removed", "blocklisted", "blacklisted",
}  # fmt: skip
GONE = LEFT | {
    "cleaned", "bounced", "spam", "junk", "never subscribed", "non subscribed", "not subscribed",
    "nonsubscribed", "false", "f", "no", "n", "0", "off", "inactive", "disabled", "blocked",
    "deleted", "archived", "invalid", "suppressed", "hard bounced", "hard bounce", "soft bounced",
    "soft bounce", "undeliverable", "rejected", "denied", "declined", "spammy",
}  # fmt: skip
NOT_YET = {"unactivated", "unconfirmed", "not confirmed", "pending"}
PAUSED = "paused"
# Any other word, such as one in another language, may mean that they have left: they are asked.
FINE = {
    "", "subscribed", "subscriber", "active", "confirmed", "gets letters", PAUSED, "true", "t",
    "yes", "y", "1", "on", "enabled", "valid", "opted in", "opt in", "single opt in",
    "double opt in", "express", "implied", "regular", "premium", "free", "paid", "comped",
    "complimentary", "gift", "trial",
}  # fmt: skip
# Three months: nobody can pause for longer. So long it is, when the list does not say.
LONGEST_PAUSE = timedelta(days=92)
NO = {"", "false", "f", "no", "n", "0", "off", "never", "none", "null", "n a"}
_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
EARLIEST = date(1990, 1, 1)
# Somebody's spreadsheet may begin with so many rows of other words.
MOST_TITLES = 10
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
    is_discreet: bool = False
    wants_reminders: bool = False
    # The list itself says that they left, or never said yes; or that they have not confirmed.
    is_gone: bool = False
    # Of these: they got letters, and have left.
    has_left: bool = False
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
                has_left = person.has_left or reading.people[place].has_left
                reading.people[place] = replace(
                    reading.people[place], is_gone=True, has_left=has_left
                )
    return reading


def _columns(rows: list[Record]) -> tuple[dict[str, list[int]], list[Record]]:
    """Where each thing stands, by the names in the first row or by the addresses below it."""
    rows = rows[_title_count(rows) :]
    names = [_name(cell) for cell in rows[0].cells]
    found = {kind: at for kind, known in _KNOWN.items() if (at := _places(names, known))}
    found["left"] = [place for place, name in enumerate(names) if _says_who_left(name)]
    is_headed = not any(_is_address(cell) for cell in rows[0].cells)
    if is_headed and "address" in found:
        return found, rows[1:]
    width = max(len(row.cells) for row in rows)
    counts = [sum(_is_address(_cell(row, place)) for row in rows[:50]) for place in range(width)]
    if not max(counts):
        raise Unreadable(NO_COLUMN)
    found = found if is_headed else {}
    return found | {"address": [counts.index(max(counts))]}, rows[1:] if is_headed else rows


def _title_count(rows: list[Record]) -> int:
    """How many rows stand above the names of the columns, such as what the list is called."""
    for count, row in enumerate(rows[:MOST_TITLES]):
        if any(_is_address(cell) for cell in row.cells):
            break
        if any(_name(cell) in ADDRESS for cell in row.cells):
            return count
    return 0


def _places(names: list[str], known: dict[str, int]) -> list[int]:
    """The columns with these names, the one that says it best first."""
    places = [at for at, name in enumerate(names) if name in known]
    return sorted(places, key=lambda at: known[names[at]])


def _says_who_left(name: str) -> bool:
    return bool(_LEFT.match(name)) and not _NO_ANSWER.search(name)


_KNOWN = {
    kind: {name: rank for rank, name in enumerate(names)}
    for kind, names in {
        "address": ADDRESS,
        "said_on": SAID_ON,
        "state": STATE,
        "kind": KIND,
        "letters": LETTERS,
        "cadence": CADENCE,
        "paused_until": PAUSED_UNTIL,
        "plain": PLAIN,
        "reminders": REMINDERS,
    }.items()
}


def _person(row: Record, columns: dict[str, list[int]], today: date) -> Person:
    cells = {
        kind: [unguarded(_cell(row, place)) for place in places]
        for kind, places in columns.items()
        if places
    }
    said = {kind: found[0] for kind, found in cells.items()}
    if not said["address"]:
        raise addresses.BadAddress(NO_ADDRESS)
    states = {_state(cell) for cell in cells.get("state", ())}
    states |= {_name(cell) for cell in cells.get("kind", ())} & (GONE | NOT_YET)
    is_out = any(_name(cell) not in NO for cell in cells.get("left", ()))
    letters = said.get("letters", "").lower()
    topics = tuple(topic for topic in Topic if topic.value in re.split(r"[ ,;+]+", letters))
    cadence = said.get("cadence", "").lower()
    return Person(
        line=row.line,
        address=addresses.check(said["address"]),
        said_on=_day(said.get("said_on", ""), today),
        topics=topics or None,
        cadence=Cadence(cadence) if cadence in set(Cadence) else None,
        paused_until=_pause(PAUSED in states, said.get("paused_until", ""), today),
        is_discreet=_name(said.get("plain", "")) not in NO,
        wants_reminders=_name(said.get("reminders", "")) not in NO,
        is_gone=bool(states & GONE) or is_out,
        has_left=bool(states & LEFT) or is_out,
        is_unsure=not states <= FINE,
    )


def _state(cell: str) -> str:
    """The word; a day, which is when they subscribed, is as good as a yes."""
    return "yes" if _day(cell, date.max) else _name(cell)


def _pause(has_paused: bool, cell: str, today: date) -> date | None:
    """Until when somebody has paused; nothing when they have not, or it is over."""
    until = _day(cell, date.max)
    if until is None:
        return today + LONGEST_PAUSE if has_paused else None
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
