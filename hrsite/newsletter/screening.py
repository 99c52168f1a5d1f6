"""Is a public form from a person on our page? Decides, and acts on nothing. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

# Of a second these make a dozen days.
MOST_DOUBLINGS = 20


class Verdict(StrEnum):
    """What to do with a form that came in."""

    FINE = "fine"
    # Answered with the same page as any other, and forgotten.
    MACHINE = "machine"
    # Open for too long: shown again, with what was typed still in it.
    STALE = "stale"


def is_foreign(fetch_site: str | None, origin: str | None, our_origin: str) -> bool:
    """Did another site's page send this? (Fetch Metadata; RFC 6454 for Origin.)

    Browsers that send neither header are let in: the form changes nothing that its own letter
    does not ask about again.
    """
    if fetch_site is not None:
        return fetch_site not in ("same-origin", "none")
    # Our own referrer policy makes some browsers send "null" from our own pages.
    return origin is not None and origin not in (our_origin, "null")


def wait(over: int, first: timedelta, longest: timedelta) -> timedelta:
    """How long the answer waits to somebody who has asked so often beyond what is free.

    Twice as long each time, up to the longest.
    """
    return timedelta(0) if over < 0 else min(longest, first * 2 ** min(over, MOST_DOUBLINGS))


def judge(
    rendered_at: datetime | None,
    now: datetime,
    honeypot: str,
    least: timedelta,
    most: timedelta,
) -> Verdict:
    """Judge a form by the moment it was rendered and by the field no person can see."""
    if honeypot:
        return Verdict.MACHINE
    if rendered_at is None or now - rendered_at > most:
        return Verdict.STALE
    return Verdict.MACHINE if now - rendered_at < least else Verdict.FINE
