"""A site with so many articles, filled in a process of its own, and its server as in production."""

from __future__ import annotations

import secrets
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from tests.bench.many_posts import TOPICS, slug_of
from tests.bench.processes import PROJECT, Broken, plain_environment
from tests.bench.web.running import Server

HOST = "coach.example"
# What wrk asks for. Few articles of the demo do without the word that is searched.
PAGES = {
    "post": "/posts/article-{count}",
    "home": "/",
    "archive": "/posts/",
    "topic": f"/topics/{slug_of(TOPICS[0])}",
    "search": "/search?q=people",
}


class Site:
    """Its settings and its data; servers of it come and go."""

    def __init__(self, folder: Path, count: int, log: Path) -> None:
        self.count, self.log = count, log
        self.data = folder / f"site-{count}"
        self.data.mkdir()
        key = secrets.token_urlsafe(32)
        self.settings = {
            "HRSITE_MODE": "production",
            "DATA_DIR": str(self.data),
            "BASE_URL": f"https://{HOST}",
            "SECRET_KEY": key,
            "ADDRESS_KEY": key,
            "SITE_NAME": "A site to measure",
        }
        self._run("-m", "tests.bench.many_posts", "--count", str(count))

    def path(self, page: str) -> str:
        """Where a page of it is."""
        return PAGES[page].format(count=self.count)

    def block(self, server: Server) -> str:
        """What `hrsite nginx` prints for a server of it."""
        return self._run("-m", "hrsite.cli", "nginx", environment=server.environment)

    def server(self, core: int | None, **changes: str) -> Server:
        """`hrsite serve`, as one starts it by hand or from systemd."""
        command = [sys.executable, "-m", "hrsite.cli", "serve"]
        return Server(command, self.settings | changes, HOST, core, self.log)

    def _run(self, *words: str, environment: Mapping[str, str] = MappingProxyType({})) -> str:
        done = subprocess.run(
            [sys.executable, *words],
            cwd=PROJECT,
            env=plain_environment() | self.settings | dict(environment),
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise Broken(done.stderr[-3000:])
        return done.stdout
