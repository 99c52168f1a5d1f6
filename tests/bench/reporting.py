"""How a child of the bench talks with the bench: orders come in as JSON lines, answers go out."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from tests.bench.processes import peak_octets


class Stopwatch:
    """Time and processor time of what happens inside a `with`."""

    def __enter__(self) -> Self:
        self._cpu, self._began = _cpu_seconds(), time.perf_counter()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        trouble: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.seconds = time.perf_counter() - self._began
        self.cpu_seconds = _cpu_seconds() - self._cpu

    def cost(self, letters: int) -> dict[str, Any]:
        """The parts of a processes.Cost."""
        return {
            "letters": letters,
            "seconds": self.seconds,
            "cpu_seconds": self.cpu_seconds,
            "peak_octets": peak_octets(),
        }


def obey(orders: dict[str, Callable[..., dict[str, Any]]], **first: Any) -> None:
    """Carry out each order by its "do" until there are no more; everything else goes to stderr."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    if core := os.environ.get("CORE"):
        os.sched_setaffinity(0, {int(core)})
    print(json.dumps(first), file=answers, flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        print(json.dumps(orders[order.pop("do")](**order)), file=answers, flush=True)


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
