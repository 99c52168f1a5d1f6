"""`hrsite demo` as a person starts it: real processes, a real port, a folder of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

LONGEST_SECONDS = 40


@dataclass
class Running:
    """A demo that runs: its first process, its port, what it said at the start."""

    process: subprocess.Popen[str]
    port: int
    said: str

    def get(self, path: str) -> str:
        """What a browser gets."""
        address = f"http://localhost:{self.port}{path}"
        with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - our own site
            return str(answer.read().decode())

    def children(self) -> dict[str, int]:
        """Its two processes, by the name of their command."""
        found = {}
        for number in offspring(self.process.pid):
            words = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
            if b"hrsite.cli" in words:
                found[words[words.index(b"hrsite.cli") + 1].decode()] = number
        return found

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Tell it to end; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(LONGEST_SECONDS)


def offspring(number: int) -> list[int]:
    """The processes another one started, and theirs."""
    try:
        own = Path(f"/proc/{number}/task/{number}/children").read_text().split()
    except FileNotFoundError:
        return []
    return [one for child in own for one in (int(child), *offspring(int(child)))]


def are_gone(numbers: list[int]) -> bool:
    """Has every one of these processes ended?"""
    return not any(Path(f"/proc/{number}").exists() for number in numbers)


def until(is_so: Callable[[], bool]) -> bool:
    """Look again and again until it is so; False when it never was."""
    deadline = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.05)
    return False


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def demo(folder: Path, elsewhere: Path, port: int | None = None) -> Iterator[Running]:
    """Start it from some other folder, and see it gone at the end whatever happened."""
    port = port or free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "hrsite.cli", "demo", "--port", str(port), "--folder", folder],
        cwd=elsewhere,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    started: list[int] = []
    try:
        said = "".join(iter(process.stdout.readline, "  Ctrl-C ends it.\n"))
        running = Running(process, port, said)
        assert until(lambda: _answers(running))
        assert until(lambda: set(running.children()) == {"serve", "worker"})
        started = offspring(process.pid)
        yield running
    finally:
        process.kill()
        for number in started:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        process.wait()
        process.stdout.close()


def _answers(running: Running) -> bool:
    try:
        return "</html>" in running.get("/about")
    except (URLError, OSError):
        return False
