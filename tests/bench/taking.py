"""The sink as the bench holds it: what shall come, what has come, and whether that is right."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.bench.processes import Child, Cost

_LINK = re.compile(r"/unsubscribe/([\w-]+)")


@dataclass(frozen=True)
class Taken:
    """What a measurement cost the sender, and what it was for the sink."""

    cost: Cost
    # The share of the time in which the sink was at work: near 1, it is the sink we measure.
    busy: float
    cpu_seconds: float
    octets: int
    faults: tuple[str, ...] = ()


class Taking:
    """A sink process, and the checks on what it counted."""

    def __init__(self, log: Path, core: int | None) -> None:
        self.child = Child("tests.bench.sink", log, {}, core)
        self.port = int(self.child.first["port"])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        trouble: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.child.__exit__(kind, trouble, trace)

    def take(
        self,
        hand_over: Callable[[], Cost],
        latency_ms: int = 0,
        chunking: bool = False,
        distinct: int | None = None,
        own_links: bool = False,
    ) -> Taken:
        """Let a sender loose on a sink with clean counters; `distinct` recipients shall come."""
        self.child.ask(latency=latency_ms / 1000, chunking=chunking)
        cost = hand_over()
        counts = self.child.ask(count=True)
        faults = []
        if counts["letters"] != cost.letters:
            faults.append(f"{cost.letters} letters were handed over, {counts['letters']} came")
        if distinct is not None and counts["recipients"] != distinct:
            faults.append(f"{counts['recipients']} recipients instead of {distinct}")
        if own_links:
            faults += wrong_letters(counts["samples"])
        each = counts["octets"] // max(1, counts["letters"])
        busy = counts["cpu_seconds"] / max(1e-9, counts["seconds"])
        return Taken(cost, busy, counts["cpu_seconds"], each, tuple(faults))


def wrong_letters(samples: list[tuple[str, str]]) -> list[str]:
    """Each letter looked at must be for its recipient, and hold one way to leave, its own."""
    faults = [] if samples else ["no letter was looked at"]
    seen: set[str] = set()
    for command, octets in samples:
        recipient = command[command.index("<") + 1 : command.index(">")]
        # Quoted-printable breaks lines with "=", headers with a blank.
        whole = octets.replace("=\r\n", "").replace("\r\n ", " ")
        links = set(_LINK.findall(whole))
        if f"To: {recipient}\r\n" not in octets.replace("<", "").replace(">", ""):
            faults.append(f"the letter for {recipient} is for somebody else")
        if len(links) != 1 or links & seen:
            faults.append(f"the letter for {recipient} holds links {sorted(links)}")
        seen |= links
    return faults
