"""`hrsite demo` as a person starts it: real processes, a real port, a folder of its own."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

LONGEST_SECONDS = 40
# Of what a demo says before its processes speak.
LAST_LINE = "  Ctrl-C ends it.\n"


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
        """Its two processes, by the name of their command; `serve` has others of its own."""
        found = {}
        for number in children_of(self.process.pid):
            words = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
            if b"hrsite.working" in words:  # What `hrsite worker` becomes.
                found["worker"] = number
            elif b"hrsite.cli" in words:
                found[words[words.index(b"hrsite.cli") + 1].decode()] = number
        return found

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Tell it to end; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(LONGEST_SECONDS)


def children_of(number: int) -> list[int]:
    """The processes another one started."""
    try:
        return [
            int(one) for one in Path(f"/proc/{number}/task/{number}/children").read_text().split()
        ]
    except FileNotFoundError:
        return []


def offspring(number: int) -> list[int]:
    """The processes another one started, and theirs."""
    return [one for child in children_of(number) for one in (child, *offspring(child))]


def are_gone(numbers: list[int]) -> bool:
    """Has every one of these processes ended? One that nobody has asked after yet has, too."""
    return all(_state_of(number) in ("", "Z") for number in numbers)


def _state_of(number: int) -> str:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(") ")[2][:1]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def until(is_so: Callable[[], bool]) -> bool:
    """Look again and again until it is so; False when it never was."""
    deadline = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < deadline:
        if is_so():
            return True
        threading.Event().wait(0.05)
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
    started: set[int] = set()
    try:
        said = "".join(iter(process.stdout.readline, LAST_LINE))
        running = Running(process, port, said)
        # Whoever comes as soon as it says where it is finds no closed door.
        assert answers(f"http://localhost:{port}", LONGEST_SECONDS)
        assert until(lambda: set(running.children()) == {"serve", "worker"})
        started |= set(offspring(process.pid))
        yield running
    finally:
        started |= {one for number in (process.pid, *started) for one in offspring(number)}
        process.kill()
        for number in started:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        process.wait()
        process.stdout.close()


def answers(url: str, seconds: float = 10) -> bool:
    """Does a site answer there, with a page of its own or with any other answer?"""
    try:
        page = urllib.request.urlopen(url + "/signup", timeout=seconds)  # noqa: S310 - our own site
        with page as answer:
            return b"</html>" in answer.read()
    except (URLError, OSError):
        return False
