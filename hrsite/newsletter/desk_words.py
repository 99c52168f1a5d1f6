"""What the desk calls each result of a letter, and each act of a reader."""

from typing import NamedTuple

from hrsite.outbox.models import DeliveryState


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
        "Not handed over: taken back", "They left or paused, or you dropped it."
    ),
    DeliveryState.SUPPRESSED: Result(
        "Not handed over: blocked", "Mail to this address came back before."
    ),
    DeliveryState.EXPIRED: Result("Too late", "It could not be handed over in time."),
}
LISTED = tuple(state.value for state, result in RESULTS.items() if result.is_listed)
EVENT_WORDS = {
    "asked": "Asked for letters",
    "confirmed": "Said yes by the letter's link",
    "chosen": "Chose it on the settings page",
    "unsubscribed": "Left",
    "returned": "Came back within the hour",
    "each": "Chose each article at once",
    "weekly": "Chose the weekly letter",
    "monthly": "Chose the monthly letter",
    "paused": "Paused all letters",
    "went_on": "Ended the pause",
}
