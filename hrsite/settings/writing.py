"""Save what the coach says of her site. Pages show it at once, and letters from then on."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from hrsite.settings.models import THE_SITE, SiteWords


class StaleSite(Exception):
    """It was saved elsewhere since this form was opened. `theirs` is how it stands now."""

    def __init__(self, theirs: SiteWords) -> None:
        super().__init__(theirs.version)
        self.theirs = theirs


@dataclass(frozen=True)
class Said:
    """All that she says on the page of her site's words."""

    site_name: str
    tagline: str
    coach_name: str
    about_line: str
    book_url: str
    book_text: str
    book_words: str
    exit_url: str
    exit_is_shown: bool
    views_are_shown: bool
    cards_name_articles: bool
    time_zone: str | None
    postal_address: str
    reply_to: str
    discreet_name: str
    accent: str | None


def hold(session: Session, version: int | None = None) -> SiteWords:
    """The row, closed to other writers until the transaction ends.

    Raises StaleSite when a `version` is given and the row has another.
    """
    row = session.get(
        SiteWords, THE_SITE, populate_existing=True, with_for_update={"of": SiteWords}
    )
    if row is None:  # Somebody has emptied the table; a site without words still has a page.
        row = SiteWords(id=THE_SITE, version=0)
        session.add(row)
        session.flush()
    if version is not None and row.version != version:
        raise StaleSite(row)
    return row


def name_coach(session: Session, name: str, now: datetime) -> None:
    """The name she gives at set-up is the one readers see, unless one was saved before."""
    row = hold(session)
    if not row.coach_name:
        row.coach_name, row.updated_at = name, now
        row.version += 1


def save(session: Session, said: Said, version: int | None, now: datetime) -> SiteWords:
    """Write down what she says. From then on the environment is not asked. Raises StaleSite."""
    row = hold(session, version)
    for name, value in asdict(said).items():
        setattr(row, name, value)
    row.updated_at = now
    row.version += 1
    session.flush()
    return row
