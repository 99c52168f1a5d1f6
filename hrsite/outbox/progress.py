"""How far one message has come: its phase, numbers that add up, and how long it may still take."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, Self

from hrsite.outbox.models import MessageTally, OutboxMessage

# The list is being written down; nothing goes out yet, and can be taken back; somebody or
# something stopped it; it goes out; everybody has a result.
Phase = Literal["listing", "ahead", "paused", "under_way", "done"]

# A guess from less than this would jump about, and one for longer than a day says nothing.
SHORTEST_LOOK = timedelta(seconds=4)
LONGEST_LOOK = timedelta(minutes=2)
FEWEST_LETTERS = 3
LONGEST_GUESS = timedelta(days=1)


class Numbers(NamedTuple):
    """How many copies there are, and how many have which result."""

    created: int
    accepted: int
    refused: int
    uncertain: int
    withdrawn: int
    suppressed: int
    expired: int

    @property
    def settled(self) -> int:
        """How many have a result."""
        return sum(self[1:])

    @property
    def answered(self) -> int:
        """How many the mail service has seen, or may have."""
        return self.accepted + self.refused + self.uncertain

    @property
    def waiting(self) -> int:
        """How many have none yet."""
        return self.created - self.settled

    @classmethod
    def of(cls, tally: MessageTally) -> Self:
        """What the ledger keeps beside a message."""
        return cls(*(getattr(tally, f"{name}_count") for name in cls._fields))


class Mark(NamedTuple):
    """How many had a result at a moment: two marks make a speed."""

    at: datetime
    settled: int


@dataclass(frozen=True)
class Progress:
    """A message at one moment."""

    phase: Phase
    numbers: Numbers
    left: timedelta | None = None

    @property
    def is_moving(self) -> bool:
        """Will it look different in a moment, without anybody's doing?"""
        return self.phase in ("listing", "ahead", "under_way")


def progress_of(message: OutboxMessage, now: datetime, before: Mark | None = None) -> Progress:
    """Where a message stands; with an earlier mark, also how long the rest may take."""
    numbers = Numbers.of(message.tally)
    phase = _phase(message, numbers, now)
    left = time_left(numbers, before, now) if phase == "under_way" else None
    return Progress(phase, numbers, left)


def _phase(message: OutboxMessage, numbers: Numbers, now: datetime) -> Phase:
    is_listed = message.expanded_at is not None
    if is_listed and not numbers.waiting:
        return "done"
    if message.paused_at is not None:
        return "paused"
    if not is_listed:
        return "listing"  # Also before its time: how many they are is not known yet.
    return "ahead" if message.starts_at > now else "under_way"


def time_left(numbers: Numbers, before: Mark | None, now: datetime) -> timedelta | None:
    """A guess by the speed since a mark; None when it would be no more than a guess."""
    if before is None:
        return None
    took, gained = now - before.at, numbers.settled - before.settled
    if not SHORTEST_LOOK <= took <= 2 * LONGEST_LOOK or gained < FEWEST_LETTERS:
        return None
    left = took * (numbers.waiting / gained)
    return left if left <= LONGEST_GUESS else None


def next_mark(numbers: Numbers, before: Mark | None, now: datetime) -> Mark:
    """Where the next look measures from: long enough ago to be steady, short enough to be true."""
    if before is None or not timedelta() <= now - before.at <= LONGEST_LOOK:
        return Mark(now, numbers.settled)
    return before


def sentence(progress: Progress, starts: str = "") -> str:
    """All of it in one sentence. `starts` is when the first letter goes, in words."""
    numbers = progress.numbers
    if progress.phase == "listing":
        return f"The list of readers is being written down: {numbers.created:,} so far."
    if progress.phase == "ahead":
        if numbers.answered:
            return f"Mail goes on {starts}. {_so_far(numbers)}."
        # Whoever left or was erased meanwhile is no longer written to.
        readers = "reader" if numbers.waiting == 1 else "readers"
        return f"Mail starts {starts}, to {numbers.waiting:,} {readers}."
    if not numbers.created:
        return "Nobody was on the list."
    said = _so_far(numbers)
    if progress.left is not None:
        said += f", about {_roughly(progress.left)} left"
    return said + _others(numbers) + "."


def _so_far(numbers: Numbers) -> str:
    said = f"{numbers.accepted:,} of {numbers.created:,} accepted"
    return said + (f", {numbers.waiting:,} waiting" if numbers.waiting else "")


def _others(numbers: Numbers) -> str:
    """What else came of it, as far as it needs the coach's eye."""
    named = ((numbers.refused, "refused"), (numbers.uncertain, "not known"))
    return "".join(f", {number:,} {word}" for number, word in named if number)


def _roughly(left: timedelta) -> str:
    minutes = left.total_seconds() / 60
    if minutes < 1.5:
        return "a minute"
    if minutes < 90:
        return f"{minutes:.0f} minutes"
    return f"{minutes / 60:.0f} hours"
