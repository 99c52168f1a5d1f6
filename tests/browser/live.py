"""The site as a keeper runs it: real processes, on a free port of this machine."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from tests.running_site import free_port

CODE = re.compile(r"Type code\s+(\S+)")
READY = {"start": ("web_process_started", "worker_started"), "serve": ("web_process_started",)}
PATIENCE_SECONDS = 60


class LiveSite:
    """`hrsite start` or `hrsite serve` in processes of its own; keeps every line it prints."""

    def __init__(self, command: str, data: Path, **settings: str) -> None:
        self.data, self.port = data, int(settings.get("PORT") or free_port())
        self.url = f"http://localhost:{self.port}"
        own = {
            "HRSITE_MODE": "development",
            "DATA_DIR": str(data),
            "BASE_URL": self.url,
            "PORT": str(self.port),
            "TIME_ZONE": "America/Toronto",
            "SITE_NAME": "Steady Ground",
            "COACH_NAME": "Jordan Hale",
            "SIGNUP_MIN_SECONDS": "0",
            "SIGNUP_FREE_A_DAY": "1000",
            "UNDO_MINUTES": "0",
        }
        self.lines: list[str] = []
        self._printed = threading.Condition()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "hrsite.cli", command],
            env={**os.environ, **own, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._listen, daemon=True).start()

    def wait_for(self, *words: str) -> str:
        """Wait until the processes have printed all of these; what they printed so far."""

        def has_come() -> bool:
            return all(any(word in line for line in self.lines) for word in words)

        with self._printed:
            came = self._printed.wait_for(
                lambda: has_come() or self.process.poll() is not None, PATIENCE_SECONDS
            )
            said = "".join(self.lines)
        assert came, f"waited in vain for {words}; it said:\n{said}"
        assert has_come(), f"it ended before {words}; it said:\n{said}"
        return said

    def end(self) -> int:
        """Ctrl-C; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        code = self.process.wait(timeout=PATIENCE_SECONDS)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code

    def _listen(self) -> None:
        stream = self.process.stdout
        if stream is None:
            return
        with contextlib.suppress(ValueError):  # Closed when the site ends.
            for line in stream:
                with self._printed:
                    self.lines.append(line)
                    self._printed.notify_all()
        with self._printed:
            self._printed.notify_all()


@contextlib.contextmanager
def live_site(command: str, data: Path, **settings: str) -> Iterator[LiveSite]:
    """Run the site until the block ends."""
    site = LiveSite(command, data, **settings)
    try:
        site.wait_for(*READY[command])
        yield site
    finally:
        site.end()
