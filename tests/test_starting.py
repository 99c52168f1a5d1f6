"""What a process reads when it starts: not what only rare work needs."""

import os
import subprocess
import sys
from pathlib import Path

from hrsite.config import PROJECT

# Each takes a megabyte or more, or long to read, and most processes never need it.
RARELY_NEEDED = {
    "PIL", "alembic", "cryptography.x509", "icalendar", "mrml", "psycopg", "redis",
    "snowballstemmer",
}  # fmt: skip


def test_what_is_rarely_needed_is_not_read_at_the_start(tmp_path: Path) -> None:
    settings = {"HRSITE_MODE": "development", "DATA_DIR": str(tmp_path), "HRSITE_ENV_FILE": "none"}
    done = subprocess.run(
        [sys.executable, "-c", "import sys, wsgi, hrsite.cli; print(*sys.modules)"],
        cwd=PROJECT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=True,
    )
    read = set(done.stdout.split())
    assert {"hrsite.worker", "hrsite.outbox.views"} <= read
    assert RARELY_NEEDED.isdisjoint(read)
