"""What a web server in front of the site finds, and who keeps it true."""

from pathlib import Path

from flask import Flask

from hrsite.ready.filing import Filing


def filing(app: Flask) -> Filing:
    made: Filing = app.extensions["front_door"].filing
    return made


def in_front(folder: Path, path: str) -> str | None:
    """What a server in front answers with."""
    found = list((folder / "current").glob(f"localhost/*/{path[1:]}.html"))
    return found[0].read_text() if found else None
