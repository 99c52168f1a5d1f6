"""Programs out of Debian's packages, unpacked below .cache: nothing is installed."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path


class NotBrought(Exception):
    """Why a program is not here."""


@dataclass(frozen=True)
class Unpacked:
    """A program in a place of its own, and where its libraries are."""

    place: Path
    program: Path
    package: str

    @property
    def libraries(self) -> str:
        """The folders of its libraries: some keep their own in a folder of the package's name."""
        lib = self.place / "usr" / "lib"
        return ":".join(map(str, [lib / self.package, *sorted(lib.glob("*-linux-gnu"))]))

    @property
    def environment(self) -> dict[str, str]:
        """What it needs to be told."""
        return {"LD_LIBRARY_PATH": self.libraries}

    def missing(self) -> list[str]:
        """Libraries that are not on this machine."""
        said = run(None, "ldd", str(self.program), environment=self.environment)
        return [line.split()[0] for line in said.splitlines() if "not found" in line]


def bring(place: Path, program: str, package: str) -> Unpacked:
    """Download and unpack a package, and the libraries it lacks. Raises NotBrought."""
    found = Unpacked(place, place / program, package)
    try:
        if not found.program.exists():
            unpack(place, package)
            if found.missing():
                unpack(place, *libraries_of(package))
        missing = found.missing()
    except (OSError, subprocess.CalledProcessError) as trouble:
        said = getattr(trouble, "stderr", "") or str(trouble)
        raise NotBrought(f"apt-get could not bring it: {said.strip()[-200:]}") from trouble
    if missing:
        raise NotBrought(f"libraries are missing: {', '.join(missing)}")
    return found


def unpack(place: Path, *packages: str) -> None:
    """Fetch packages, and lay out what is in them."""
    place.mkdir(parents=True, exist_ok=True)
    run(place, "apt-get", "download", *packages)
    for package in place.glob("*.deb"):
        run(place, "dpkg", "-x", str(package), ".")
        package.unlink()


def libraries_of(package: str) -> list[str]:
    """What a package depends on, near and far, as far as it is a library."""
    said = run(
        None, "apt-cache", "depends", "--recurse", "--no-recommends", "--no-suggests",
        "--no-enhances", "--no-conflicts", "--no-breaks", "--no-replaces", package,
    )  # fmt: skip
    names = {line for line in said.splitlines() if line.startswith("lib")}
    return sorted(names - {"libc6"})


def run(place: Path | None, *command: str, environment: dict[str, str] | None = None) -> str:
    """What a command said. Raises CalledProcessError, with its own complaint."""
    done = subprocess.run(
        command,
        cwd=place,
        env=os.environ | (environment or {}),
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout
