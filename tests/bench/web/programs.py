"""The programs hrsite is measured with: nginx beside it, and wrk, which asks both for pages."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench import debian
from tests.bench.processes import PROJECT

PLACE = PROJECT / ".cache" / "web"
WHERE = {"nginx": "usr/sbin/nginx", "wrk": "usr/bin/wrk"}


@dataclass(frozen=True)
class Program:
    """A program that is here, and what must be in its environment."""

    path: Path
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Programs:
    """Both of them."""

    nginx: Program
    wrk: Program


class Missing(Exception):
    """Which of them is not here, and how to bring it."""


def find(*, may_bring: bool) -> Programs:
    """Both programs: the machine's own, or unpacked from Debian's packages. Raises Missing."""
    return Programs(**{name: _find(name, may_bring=may_bring) for name in WHERE})


def here(name: str) -> Program:
    """A program that is on this machine or was unpacked already. Raises Missing."""
    return _find(name, may_bring=False)


def _find(name: str, *, may_bring: bool) -> Program:
    # Debian keeps servers where not everybody's PATH looks.
    if found := shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin"):
        return Program(Path(found))
    how = "Install both with: apt install nginx wrk. Or make check-nginx unpacks them in .cache"
    if not may_bring and not (PLACE / WHERE[name]).exists():
        raise Missing(f"{name} is not here. {how}")
    try:
        unpacked = debian.bring(PLACE, WHERE[name], name)
    except debian.NotBrought as trouble:
        raise Missing(f"{name} is not here; {trouble}. {how}") from trouble
    return Program(unpacked.program, unpacked.environment)


if __name__ == "__main__":
    try:
        find(may_bring=True)
    except Missing as trouble:
        sys.exit(str(trouble))
