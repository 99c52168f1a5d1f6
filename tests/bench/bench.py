"""What every part of a run shares: options, sink, sites, cores, and the faults that were seen."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.bench.options import Options
from tests.bench.processes import Child, Cost
from tests.bench.sites import Sites
from tests.bench.taking import Taken, Taking


@dataclass
class Bench:
    """A run that is under way."""

    options: Options
    folder: Path
    faults: list[str] = field(default_factory=list)
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        self.log = self.folder / "bench.log"
        self.log.touch()
        self.sites = Sites(self.folder, self.log, self.options.distinct)
        self.sink = self.new_sink(self.sink_core)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        trouble: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    @property
    def sink_core(self) -> int | None:
        """The core that the sink has for itself, where there are two."""
        cores = sorted(os.sched_getaffinity(0))
        return cores[-1] if self.options.is_pinned and len(cores) > 1 else None

    @property
    def sender_core(self) -> int | None:
        """The core of whoever hands letters over."""
        cores = sorted(os.sched_getaffinity(0))
        return cores[0] if self.options.is_pinned and len(cores) > 1 else None

    def new_sink(self, core: int | None) -> Taking:
        """A sink that ends with the run."""
        return self._stack.enter_context(Taking(self.log, core))

    def child(self, module: str) -> Child:
        """A process on the senders' core."""
        return Child(module, self.log, {}, self.sender_core)

    def cost_of(self, child: Child, do: str, **order: Any) -> Cost:
        """What an order cost a child."""
        return Cost(**child.ask(do=do, **order))

    def note(self, what: str, taken: Taken) -> None:
        """Keep the faults of a measurement: a fast wrong answer is none."""
        self.faults += [f"{what}: {fault}" for fault in taken.faults]
