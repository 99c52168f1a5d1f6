"""Servers as processes of their own, on a core of their own: started, looked at, ended."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPMessage
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from tests.bench.processes import KILOBYTE, PROJECT, Broken, plain_environment
from tests.running_site import free_port, offspring

LONGEST_SECONDS = 60
POLL_SECONDS = 0.005


class Answer(NamedTuple):
    """What a server said."""

    status: int
    headers: HTTPMessage
    body: bytes


class Server:
    """A server that runs until the end of a `with`. It takes its port in its environment."""

    def __init__(
        self,
        command: Sequence[str | Path],
        environment: Mapping[str, str],
        host: str,
        core: int | None,
        log: Path,
    ) -> None:
        self.command = [*pinned(core), *map(str, command)]
        self.host, self.log, self.port = host, log, free_port()
        self.environment = plain_environment() | dict(environment) | {"PORT": str(self.port)}

    def __enter__(self) -> Self:
        began = time.perf_counter()
        with self.log.open("ab") as file:
            self.process = subprocess.Popen(
                self.command,
                cwd=PROJECT,
                env=self.environment,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )
        self.wait_for_page(began)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        trouble: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(LONGEST_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def wait_for_page(self, began: float) -> None:
        """Ask until the first page comes. `first_page_seconds` then says how long it took."""
        waiting = threading.Event()
        while time.perf_counter() - began < LONGEST_SECONDS:
            with suppress(OSError, HTTPException):
                if self.get("/").status == 200:
                    self.first_page_seconds = time.perf_counter() - began
                    return
            if self.process.poll() is not None:
                break
            waiting.wait(POLL_SECONDS)
        self.process.kill()
        self.process.wait()
        raise Broken(self.log.read_text("utf-8", "replace")[-3000:])

    def get(self, path: str, **headers: str) -> Answer:
        """One answer, on a connection of its own."""
        line = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            line.request("GET", path, headers={"Host": self.host} | named)
            answer = line.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            line.close()

    def memory(self) -> list[int]:
        """The octets that each of its processes holds, the largest first."""
        held = [_resident(number) for number in (self.process.pid, *offspring(self.process.pid))]
        return sorted(held, reverse=True)


def pinned(core: int | None) -> list[str]:
    """What stands before a command that shall keep to one core."""
    taskset = shutil.which("taskset")
    return [] if core is None or taskset is None else [taskset, "--cpu-list", str(core)]


def _resident(number: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{number}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * KILOBYTE
    return 0
