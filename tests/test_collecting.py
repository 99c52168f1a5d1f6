"""The code is read once, and the collector of unused objects looks at it no more."""

import os
import subprocess
import sys
from pathlib import Path

from hrsite.config import PROJECT

ASKED = "import gc, wsgi; print(gc.get_freeze_count(), len(gc.get_objects()))"


def test_a_server_process_spares_what_it_has_read(tmp_path: Path) -> None:
    settings = {"HRSITE_MODE": "development", "DATA_DIR": str(tmp_path), "HRSITE_ENV_FILE": "none"}
    done = subprocess.run(
        [sys.executable, "-c", ASKED],
        cwd=PROJECT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=True,
    )
    spared, looked_at = map(int, done.stdout.split())
    assert spared > 50 * looked_at
