"""Sites to measure: a fresh copy of a seeded one each time, on SQLite or PostgreSQL."""

from __future__ import annotations

import os
import secrets
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from tests import databases
from tests.bench import letter
from tests.bench.processes import Child

SENDER = "tests.bench.hrsite_sender"


@dataclass
class Sites:
    """Seeds each kind and size once, and hands out copies as a child's environment."""

    folder: Path
    log: Path
    distinct: int
    _seeded: dict[tuple[str, int], str] = field(default_factory=dict)
    _count: int = 0
    _key: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    def fresh(self, kind: str, readers: int) -> dict[str, str]:
        """The settings of a site with so many readers and nothing written down yet."""
        template = self._template(kind, readers)
        self._count += 1
        name = f"bench_{self._count}"
        if kind == "postgresql":
            url = databases.create_database(name, template)
            databases.write_back()
            return self._settings(name, url)
        file = self._data(name) / "hrsite.db"
        shutil.copyfile(template, file)
        _write_back(file)
        return self._settings(name, f"sqlite:///{file}")

    def drop(self, settings: dict[str, str]) -> None:
        """Give a copy's room back."""
        folder = Path(settings["DATA_DIR"])
        if settings["DATABASE_URL"].startswith("postgresql"):
            databases.drop_database(folder.name)
        shutil.rmtree(folder)

    def _template(self, kind: str, readers: int) -> str:
        if (kind, readers) not in self._seeded:
            name = f"seeded_{readers}"
            data = self._data(name)
            if kind == "postgresql":
                url, template = databases.create_database(name), name
            else:
                template = str(data / "hrsite.db")
                url = f"sqlite:///{template}"
            with Child(SENDER, self.log, self._settings(name, url)) as child:
                child.ask(do="seed", distinct=min(self.distinct, readers), readers=readers)
            self._seeded[kind, readers] = template
        return self._seeded[kind, readers]

    def _data(self, name: str) -> Path:
        data = self.folder / name
        data.mkdir(exist_ok=True)
        return data

    def _settings(self, name: str, url: str) -> dict[str, str]:
        return {
            "HRSITE_MODE": "production",
            "DATA_DIR": str(self._data(name)),
            "DATABASE_URL": url,
            "BASE_URL": letter.SITE,
            "SECRET_KEY": self._key,
            "ADDRESS_KEY": self._key,
            "MAIL_SENDER": letter.SENDER,
            "MAIL_SERVER": "127.0.0.1",
            "MAIL_USE_TLS": "false",
            "UNCERTAIN": "hold",
        }


def _write_back(file: Path) -> None:
    """Put a copy on the disk, which the first commit of what is measured would have to wait for."""
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())
