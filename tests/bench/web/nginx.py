"""nginx with the same bytes as files: what a page costs a server that does nothing else."""

from __future__ import annotations

import getpass
import os
from pathlib import Path

from tests.bench.web.programs import Program
from tests.bench.web.running import Server
from tests.bench.web.sites import HOST

# As its own documentation tunes it for files. Without the module for brotli it sends the .br file
# to whoever asks, which costs it less.
CONF = """
daemon off; master_process on; worker_processes 1; pid {folder}/nginx.pid; error_log stderr warn;
{user}
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 1000000000;
  open_file_cache max=100 inactive=600s; open_file_cache_valid 600s;
  default_type "text/html; charset=utf-8"; types {{ }}
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{
    listen 127.0.0.1:{port}; server_name {host}; root {folder}/files; index index.html;
    location / {{ gzip_static on; gzip_vary on; }}
    location /br/ {{ alias {folder}/brotli/; add_header Content-Encoding br; }}
  }}
}}
"""


class Nginx(Server):
    """nginx, with a folder of files."""

    def __init__(self, program: Program, folder: Path, core: int | None, log: Path) -> None:
        self.folder = folder
        conf = folder / "nginx.conf"
        command = [program.path, "-p", folder, "-c", conf, "-e", "stderr"]
        super().__init__(command, program.environment, HOST, core, log)
        for name in ("files", "brotli"):
            (folder / name).mkdir(parents=True)
        # Started by root it would read as somebody who may not look into this folder.
        user = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""
        conf.write_text(CONF.format(folder=folder, port=self.port, host=HOST, user=user))
        (folder / "files" / "index.html").write_text("Here.")

    def put(self, name: str, plain: bytes, gzip: bytes, brotli: bytes) -> None:
        """The forms of a page, each a file."""
        (self.folder / "files" / name).write_bytes(plain)
        (self.folder / "files" / f"{name}.gz").write_bytes(gzip)
        (self.folder / "brotli" / name).write_bytes(brotli)
