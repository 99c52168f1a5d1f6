"""wrk asks a server for one page over and over: how many answers a second, how late the last."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from typing import NamedTuple

from tests.bench.processes import Broken
from tests.bench.web.programs import Program
from tests.bench.web.running import Server, pinned

UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}
_RATE = re.compile(r"^Requests/sec:\s+([0-9.]+)$", re.M)
_P99 = re.compile(r"^\s+99%\s+([0-9.]+)(us|ms|s|m)\s*$", re.M)
_FAULT = re.compile(r"^\s*((?:Socket errors|Non-2xx or 3xx responses): .*)$", re.M)


class Read(NamedTuple):
    """What wrk has told."""

    a_second: float
    p99_ms: float
    fault: str


@dataclass(frozen=True)
class Load:
    """How wrk is run, each time."""

    wrk: Program
    connections: int
    seconds: float
    core: int | None

    def on(self, server: Server, path: str, **headers: str) -> Read:
        """Ask a server for a page, keep-alive, as often as it answers."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        given = {"Host": server.host} | named
        # wrk knows whole seconds only, and at least one.
        seconds = max(1, round(self.seconds))
        command = [
            *pinned(self.core), str(self.wrk.path), "--threads", "1",
            "--connections", str(self.connections), "--duration", f"{seconds}s", "--latency",
            *(word for name, value in given.items() for word in ("--header", f"{name}: {value}")),
            f"http://127.0.0.1:{server.port}{path}",
        ]  # fmt: skip
        done = subprocess.run(
            command, env=server.environment | self.wrk.environment, capture_output=True, text=True
        )
        return read(done.stdout + done.stderr)


def read(said: str) -> Read:
    """The numbers in wrk's own words. Raises Broken when there are none."""
    rate, late, fault = _RATE.search(said), _P99.search(said), _FAULT.search(said)
    if rate is None or late is None:
        raise Broken(f"wrk said nothing that can be understood: {said[-500:]}")
    return Read(float(rate[1]), float(late[1]) * UNITS[late[2]], fault[1] if fault else "")
