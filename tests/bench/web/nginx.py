"""nginx with the same bytes as files: what a page costs a server that does nothing else.

And nginx in front of hrsite, with the server block that `hrsite nginx` prints.
"""

from __future__ import annotations

import getpass
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.bench.web.programs import Program
from tests.bench.web.running import Server
from tests.bench.web.sites import HOST

MAIN = """
daemon off; master_process on; worker_processes 1; pid {folder}/nginx.pid; error_log stderr warn;
{user}
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 1000000000;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  {server}
}}
"""
# Without the module for brotli it sends the .br file to whoever asks, which costs it less.
FILES = """
  default_type "text/html; charset=utf-8"; types {{ }}
  server {{
    listen 127.0.0.1:{port}; server_name {host}; root {files}; index index.html;
    {held}
    location / {{ gzip_static on; gzip_vary on; }}
    location /br/ {{ alias {files}/brotli/; add_header Content-Encoding br; }}
  }}
"""
# It holds files open, and looks whether they are still the same every ten minutes: faster than a
# site could be that shows a change at once.
HELD = "open_file_cache max=100 inactive=600s; open_file_cache_valid 600s;"
# Of a block for everybody: where it listens, and the certificate, which only its keeper has.
_OF_THE_KEEPER = re.compile(r"^ *(listen \[|ssl_).*\n", re.M)
_LISTEN = re.compile(r"listen (443 ssl|80);")


class Nginx(Server):
    """nginx, with a folder of files, which it opens for each answer, or `holds` open."""

    def __init__(
        self,
        program: Program,
        folder: Path,
        core: int | None,
        log: Path,
        *,
        files: Path,
        holds: bool,
    ) -> None:
        super().__init__(*_run(program, folder), HOST, core, log)
        folder.mkdir()
        held = HELD if holds else ""
        _write(folder, FILES.format(files=files, port=self.port, host=HOST, held=held))


class Both(NamedTuple):
    """What hrsite stands beside: nginx as it comes, and nginx that looks at no file twice."""

    files: Path
    disk: Nginx
    held: Nginx

    def put(self, name: str, plain: bytes, gzip: bytes, brotli: bytes) -> None:
        """The forms of a page, each a file."""
        (self.files / name).write_bytes(plain)
        (self.files / f"{name}.gz").write_bytes(gzip)
        (self.files / "brotli" / name).write_bytes(brotli)


@contextmanager
def both(program: Program, folder: Path, core: int | None, log: Path) -> Iterator[Both]:
    """Run both, with the same files."""
    files = folder / "files"
    (files / "brotli").mkdir(parents=True)
    (files / "index.html").write_text("Here.")
    disk = Nginx(program, folder / "disk", core, log, files=files, holds=False)
    held = Nginx(program, folder / "held", core, log, files=files, holds=True)
    with disk, held:
        yield Both(files, disk, held)


class InFront(Server):
    """nginx in front of a site, as its keeper would set it up."""

    def __init__(
        self, program: Program, folder: Path, core: int | None, log: Path, block: str
    ) -> None:
        super().__init__(*_run(program, folder), HOST, core, log)
        folder.mkdir()
        block = _OF_THE_KEEPER.sub("", block)
        _write(folder, _LISTEN.sub(f"listen 127.0.0.1:{self.port};", block))


def _run(program: Program, folder: Path) -> tuple[list[str | Path], dict[str, str]]:
    command = [program.path, "-p", folder, "-c", folder / "nginx.conf", "-e", "stderr"]
    return command, program.environment


def _write(folder: Path, server: str) -> None:
    # Started by root it would read as somebody who may not look into this folder.
    user = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, user=user, server=server))
