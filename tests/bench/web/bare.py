"""The server that hrsite runs on, with a few lines of Python in its place: the most it can do."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces

from hrsite.serving import THREADS
from tests.bench.web.running import Server
from tests.bench.web.sites import HOST

CODINGS = ("identity", "gzip", "br")
TAG = '"bare"'
FOLDER = "BARE_FOLDER"

_answers: dict[str, tuple[list[tuple[str, str]], list[bytes]]] = {}


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """One page in three forms, with no more than its type, its length and its tag."""
    if environ.get("HTTP_IF_NONE_MATCH") == TAG:
        start_response("304 Not Modified", [("ETag", TAG)])
        return []
    headers, body = _answers[environ.get("HTTP_ACCEPT_ENCODING", "identity")]
    start_response("200 OK", headers)
    return body


class Bare(Server):
    """That server, with a page in each coding as a file of its folder."""

    def __init__(self, folder: Path, core: int | None, log: Path) -> None:
        command = [sys.executable, "-m", "tests.bench.web.bare"]
        super().__init__(command, {FOLDER: str(folder)}, HOST, core, log)


def get_ready() -> Any:
    """Read the files; then it can answer."""
    for coding in CODINGS:
        body = Path(os.environ[FOLDER], coding).read_bytes()
        headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))]
        headers += [("ETag", TAG)] + [("Content-Encoding", coding)] * (coding != "identity")
        _answers[coding] = headers, [body]
    return application


if __name__ == "__main__":
    Granian(
        "tests.bench.web.bare:application",
        port=int(os.environ["PORT"]),
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        blocking_threads=THREADS,
        log_access=False,
    ).serve(target_loader=get_ready, wrap_loader=False)
