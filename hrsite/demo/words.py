"""What the demo's coach says of her site, her help lines, and the pages she has written."""

import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.pages.models import Page
from hrsite.settings.models import HelpLine, Way
from hrsite.settings.reading import words
from hrsite.texts import markdown

CONTENT = Path(__file__).parent / "content"
PAGES = ("about", "what-to-expect")


def fill(session: Session, now: datetime) -> None:
    """Say it all."""
    facts = tomllib.loads((CONTENT / "site.toml").read_text())
    lines = facts.pop("help_lines")
    row = words(session)
    for name, said in facts.items():
        setattr(row, name, said.strip())
    row.help_is_hers = True
    session.add_all(_help_line(line, place, now) for place, line in enumerate(lines, 1))
    session.add_all(_page(slug, place, now) for place, slug in enumerate(PAGES, 1))


def read(path: Path) -> tuple[dict[str, Any], str]:
    """The facts at the head of a file, and the words below them."""
    _, head, body = path.read_text().split("+++\n", 2)
    return tomllib.loads(head), body


def _help_line(facts: dict[str, Any], place: int, now: datetime) -> HelpLine:
    checked_on = clock.local(now).date() - timedelta(days=facts.pop("checked_days_ago"))
    facts["way"] = Way(facts["way"])
    return HelpLine(**facts, position=place, checked_on=checked_on)


def _page(slug: str, place: int, now: datetime) -> Page:
    facts, body = read(CONTENT / f"{slug}.md")
    return Page(
        slug=slug,
        title=facts["title"],
        menu_name=facts.get("menu_name", ""),
        position=place,
        body_html=markdown.from_markdown(body),
        updated_at=now,
    )
