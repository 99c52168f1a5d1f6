"""What the desk calls each result of a letter, and each act of a reader."""

from datetime import date, datetime
from typing import NamedTuple

from hrsite import clock
from hrsite.furniture import clock_time, moment
from hrsite.newsletter.consent import NOT_OURS, TOPIC_LABELS
from hrsite.newsletter.models import ConsentEvent
from hrsite.newsletter.uncertain import SLOW
from hrsite.outbox.models import Delivery, DeliveryState
from hrsite.outbox.refusals import reason


class Result(NamedTuple):
    """A result as a row of a table: its name, what it means, and whether its people are listed."""

    label: str
    meaning: str
    is_listed: bool = True


# In the order in which they stand on a page. "Waiting" takes in all that has no result yet.
RESULTS = {
    DeliveryState.ACCEPTED: Result("Accepted", "Your mail service took the letter.", False),
    DeliveryState.QUEUED: Result("Waiting", "Written down, and not handed over yet.", False),
    DeliveryState.DEFERRED: Result(
        "Will be tried again", "Your mail service said: not now. Nothing for you to do."
    ),
    DeliveryState.REFUSED: Result("Refused", "Your mail service, or theirs, would not take it."),
    DeliveryState.UNCERTAIN: Result(
        "Not known", "The line broke before the answer came. It may have arrived."
    ),
    DeliveryState.WITHDRAWN: Result(
        "Not handed over: taken back",
        "They left or paused, you dropped it, or what it said was no longer true.",
    ),
    DeliveryState.SUPPRESSED: Result(
        "Not handed over: blocked",
        "Mail to this address came back before, or was marked as unwanted.",
    ),
    DeliveryState.EXPIRED: Result("Too late", "It could not be handed over in time."),
}
LISTED = tuple(state.value for state, result in RESULTS.items() if result.is_listed)
# Whoever did these things had the words of the form before them.
READ_WORDS = ("asked", "confirmed", "chosen")
EVENT_WORDS = {
    "asked": "Asked for letters",
    "brought": "Came with a list you brought in",
    "confirmed": "Said yes by the letter's link",
    "chosen": "Chose it",
    "unsubscribed": "Left",
    "moved": "Moved their letters to this address",
    "returned": "Came back within the hour",
    "each": "Chose each article at once",
    "weekly": "Chose the weekly letter",
    "monthly": "Chose the monthly letter",
    "reminders": "Asked for reminders of sessions",
    "no_reminders": "Wants no more reminders",
    "plain": "Chose plain letters",
    "whole": "Chose whole letters again",
    "paused": "Paused all letters",
    "went_on": "Ended the pause",
}
# How the coach may have heard that somebody wants letters.
TOLD_WORDS = {
    "in_person": "in person",
    "phone": "by phone",
    "paper": "on paper",
    "message": "in a message",
}
HOW_WORDS = {
    "form": "with the form on the site",
    "letter": "with the link in a letter",
    "settings": "on their settings page",
    "header": "with their mail program’s button",
    "complaint": "by marking a letter as unwanted",
    "service": "by telling your mail service, not us",
}


class Evidence(NamedTuple):
    """An act of consent for the coach to read: what, how, and in which words."""

    what: str
    how: str
    said_on: date | None
    words_version: str


def evidence(event: ConsentEvent) -> Evidence:
    """One act of consent in words. Words have a version only where somebody read them."""
    what = EVENT_WORDS.get(event.kind, event.kind)
    if event.topic:
        what += f": {TOPIC_LABELS[event.topic].lower()}"
    how = HOW_WORDS.get(event.how, "")
    if event.how in TOLD_WORDS:
        how = f"told you {TOLD_WORDS[event.how]}"
    elif event.brought_list is not None:
        how = "the list you brought in said so"
        if event.kind == "asked":
            how = "you brought in their address, and a letter asked them"
        elif event.kind == "brought":
            how = f"said yes elsewhere ({event.brought_list.said_where})"
    is_read = event.kind in READ_WORDS and event.words_version != NOT_OURS
    return Evidence(what, how, event.said_on, event.words_version if is_read else "")


def on_its_way(count: int, until: datetime | None, now: datetime) -> str:
    """Of letters that left and have no answer. Without a worker nobody can tell by when."""
    is_one = count == 1
    words = f"{count:,} may be on {'its' if is_one else 'their'} way."
    return words + _result_by("It" if is_one else "They", until, now)


def _result_by(which: str, until: datetime | None, now: datetime) -> str:
    if until is None or until <= now:
        return ""
    return f" {which} should have a result by {clock_time(until)}, if only “Not known”."


def fate(copy: Delivery, block: str, worker_trouble: str | None) -> str:
    """What became of one copy, and why, in a sentence or two about one person.

    `block` is why their address is closed now, or empty.
    """
    at, again = moment(copy.changed_at), moment(copy.next_at) if copy.next_at else ""
    match copy.state:
        case DeliveryState.ACCEPTED:
            return (
                f"Accepted on {at}: your mail service took it. We cannot know whether it reached"
                " the inbox. It may lie among the unwanted mail."
            )
        case DeliveryState.REFUSED:
            return f"Refused on {at}. {reason(copy.reply_code, copy.reply_text or '')}"
        case DeliveryState.DEFERRED:
            waits = f"Put off by the mail service. It is tried again from {again}."
            return f"{waits} {_what_holds(copy, worker_trouble)}".strip()
        case DeliveryState.UNCERTAIN:
            rest = (
                f"It is handed over once more, from {again}."
                if again
                else "It is not repeated by itself."
            )
            return f"Not known: the line broke before the answer came. It may have arrived. {rest}"
        case DeliveryState.WITHDRAWN:
            return (
                f"Taken back on {at}, before its turn: they left or paused, even if they came back"
                " since, you dropped it, or what it said was no longer true."
            )
        case DeliveryState.SUPPRESSED:
            return f"Not handed over: the address was blocked. {block}".strip()
        case DeliveryState.EXPIRED:
            return "Too late: it could not be handed over in time."
        case DeliveryState.SENDING:
            now = clock.now()
            if copy.changed_at > now - SLOW:
                return "Being handed over to your mail service now."
            return "It may be on its way." + _result_by("It", copy.lease_until, now)
        case _:
            return f"Waiting for its turn. {_what_holds(copy, worker_trouble)}".strip()


def _what_holds(copy: Delivery, worker_trouble: str | None) -> str:
    """Why a copy that waits is not on its way, if anything holds it."""
    message = copy.message
    if message.paused_at is not None:
        return f"The Issue has stopped: {message.pause_reason or 'it was paused.'}"
    return worker_trouble or ""
