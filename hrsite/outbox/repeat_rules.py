"""How often a letter that was in the air when the line broke goes once more, and for how long.

Nobody can know whether it arrived (RFC 1047). A mail service that takes a letter with a number it
knows for no second one makes that harmless: then there is no reason not to ask it again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from flask import current_app

# How long to leave such a copy alone.
UNCERTAIN_PAUSE = timedelta(minutes=15)
# How long a mail service knows a number again: Resend promises 24 hours. Counted from when the
# message was written down, which no copy of it comes before; and a worker that has taken a copy
# in hand may still take its time.
KEY_LASTS = timedelta(hours=23)


class RepeatRule(NamedTuple):
    """How often a copy is handed over once more by itself, and for how long after its message was
    written down (None: as long as the message is in time).
    """

    most: int
    lasts: timedelta | None = None

    @property
    def asks_her(self) -> bool:
        """Does what is not repeated by itself, or not any more, wait for the coach?"""
        return self != ONCE

    def is_over(self, written_at: datetime, at: datetime) -> bool:
        """Is it too late, by then, to repeat anything of this message?"""
        return self.lasts is not None and written_at + self.lasts <= at

    def date_of(self, written_at: datetime, now: datetime) -> datetime:
        """The Date of a letter that goes now.

        A service may refuse a letter whose number it knows when the letter itself is another. So
        as long as there may be repeats they say what the first one said: when it was complete
        (RFC 5322 3.6.1).
        """
        return now if self.lasts is None or self.is_over(written_at, now) else written_at


ONCE, HOLD, KEYED = RepeatRule(1), RepeatRule(0), RepeatRule(4, KEY_LASTS)
# As many as no worker plans by itself: the coach has decided.
DECIDED = KEYED.most + 1


def rule(*, is_asked_for: bool = False) -> RepeatRule:
    """The one that the settings choose.

    `is_asked_for`: for a letter that somebody asked for herself. A second one to confirm harms
    nobody, without the first she waits in vain, and no page of the desk offers to decide.
    """
    if current_app.config["IDEMPOTENCY_HEADER"]:
        return KEYED
    is_repeated = is_asked_for or current_app.config["UNCERTAIN"] == "repeat"
    return ONCE if is_repeated else HOLD
