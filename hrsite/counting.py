"""Counts how often each article is opened: in memory, and never who opened it.

A reading leaves one number, by article and day. There is no cookie, no address, no time of day, no
browser's name. Somebody else writes the numbers down every few seconds (posts/views_counting.py).
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from threading import Lock
from zoneinfo import ZoneInfo

from hrsite import clock, recalling

# An article's row number and a day on the coach's calendar.
Tally = Counter[tuple[int, date]]

# A yes or no each.
NAMES_RECALLED = 2_000
# What front_door hands to counters for an article: see pagecache.count_as.
ARTICLE = "article:"
# What programs say of themselves. Whoever pretends to be a browser is counted as one.
_MACHINE = re.compile(
    r"(?<!cu)bot(?:\b|_)|crawl|spider|slurp|https?://|preview|facebookexternalhit|whatsapp|telegram"
    r"|curl|wget|python|java/|go-http|libwww|okhttp|axios|node-fetch|headless|lighthouse|monitor"
    r"|uptime|scan|check|archiver|feed|rss",
    re.IGNORECASE,
)
# Browsers that fetch a page before anybody has asked for it say so, each in its own way.
_AHEAD = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ")


def is_a_reader(environ: Mapping[str, object]) -> bool:
    """Does a person open the page, as far as the request says?"""
    said = str(environ.get("HTTP_USER_AGENT", ""))
    if not said or _is_a_machine(said):
        return False
    for name in _AHEAD:
        if name in environ and "pre" in str(environ[name]).lower():
            return False
    return environ.get("HTTP_SEC_FETCH_DEST", "document") == "document"


# Browsers call themselves what many others do, and to look through such a name takes twenty times
# as long as the whole answer. The name itself is not kept.
@recalling.by_text(NAMES_RECALLED)
def _is_a_machine(said: str) -> bool:
    return _MACHINE.search(said) is not None


class ViewCounter:
    """The numbers of this process that are not written down yet. Any thread may call it."""

    def __init__(self, zone: Callable[[], ZoneInfo]) -> None:
        self._zone = zone
        self._lock = Lock()
        self._tally: Tally = Counter()
        # A minute, and the day it belongs to: days end with a minute, in every zone.
        self._today: tuple[int, date] = (0, date.min)

    def note(self, words: str, environ: Mapping[str, object]) -> bool:
        """A page was answered. True when that counts."""
        number = words.removeprefix(ARTICLE)
        if number == words or not is_a_reader(environ):
            return False
        day = self._day()
        with self._lock:
            self._tally[int(number), day] += 1
        return True

    def _day(self) -> date:
        minute, day = self._today
        now = int(clock.seconds()) // 60
        if minute != now:
            day = clock.now().astimezone(self._zone()).date()
            self._today = now, day
        return day

    def take(self) -> Tally:
        """Hand the numbers over, and begin anew."""
        with self._lock:
            taken, self._tally = self._tally, Counter()
        return taken

    def put_back(self, tally: Tally) -> None:
        """They could not be written down: keep them for the next time."""
        with self._lock:
            self._tally.update(tally)
