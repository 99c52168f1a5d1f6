"""What a run measures, and for how long: read from the environment."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """Everything that can be chosen; the README of it is `from_environment`."""

    # How many articles the site has.
    sizes: tuple[int, ...] = (100, 10_000, 100_000)
    pages: tuple[str, ...] = ("post", "home", "archive", "topic", "search")
    # An article is asked for in each of them; other pages in the first alone.
    forms: tuple[str, ...] = ("plain", "gzip", "brotli", "304")
    # After a silence the first answer takes as long as hundreds of others: of one second that would
    # be the last percent.
    seconds: float = 4.0
    rounds: int = 3
    connections: int = 32
    # Give the server one core and the load another.
    is_pinned: bool = True
    # Look for nginx and wrk in Debian's packages, where the machine has none.
    may_bring: bool = True
    folder: Path = field(default_factory=lambda: Path(tempfile.gettempdir()))


def from_environment(given: Mapping[str, str] = os.environ) -> Options:
    """Read the options.

    QUICK=1 takes a minute or two. POSTS="100 10000" are sizes of the site, PAGES="post search" what
    is asked for; SECONDS and ROUNDS are of each measurement, whose median counts; BRING=0 fetches
    no package.
    """
    is_quick = given.get("QUICK", "") not in ("", "0")
    sizes = given.get("POSTS") or ("100 10000" if is_quick else "100 10000 100000")
    return Options(
        sizes=tuple(int(word) for word in sizes.split()),
        pages=tuple((given.get("PAGES") or "post home archive topic search").split()),
        seconds=float(given.get("SECONDS") or (1.0 if is_quick else 4.0)),
        rounds=int(given.get("ROUNDS") or (1 if is_quick else 3)),
        connections=int(given.get("CONNECTIONS") or 32),
        is_pinned=given.get("PIN", "1") != "0",
        may_bring=given.get("BRING", "1") != "0",
    )
