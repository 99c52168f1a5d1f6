"""Lines of who helps right now: write, order, take away, and say that they are still right."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hrsite.settings.models import THE_SITE, HelpLine, SiteWords, Way

# A wrong number in a bad hour is worse than none, so each is checked four times a year.
CHECK_AFTER = timedelta(days=90)
MOST_LINES = 6


class LineGone(Exception):
    """The line was taken away meanwhile."""


class StaleLine(Exception):
    """The line was changed since this form was opened. `theirs` is how it stands now."""

    def __init__(self, theirs: HelpLine) -> None:
        super().__init__(theirs.id)
        self.theirs = theirs


class TooManyLines(Exception):
    """Whoever has to choose among many finds none."""


@dataclass(frozen=True)
class LineWords:
    """A line as it is written."""

    who: str
    number: str
    way: Way
    url: str
    hours: str
    checked_on: date


def lines(session: Session) -> Sequence[HelpLine]:
    """All of them, in the order readers see."""
    return session.scalars(select(HelpLine).order_by(HelpLine.position, HelpLine.id)).all()


def to_check(session: Session, today: date) -> Sequence[HelpLine]:
    """Those that nobody has made sure of for too long, the longest first."""
    return session.scalars(
        select(HelpLine)
        .where(HelpLine.checked_on <= today - CHECK_AFTER)
        .order_by(HelpLine.checked_on, HelpLine.id)
    ).all()


def hold(session: Session, line_id: int, version: int | None = None) -> HelpLine:
    """A line, closed to other writers until the transaction ends. Raises LineGone, StaleLine."""
    line = session.get(HelpLine, line_id, populate_existing=True, with_for_update=True)
    if line is None:
        raise LineGone(line_id)
    if version is not None and line.version != version:
        raise StaleLine(line)
    return line


def add(session: Session, said: LineWords) -> HelpLine:
    """A new line, below the others. Raises TooManyLines."""
    count, last = session.execute(select(func.count(), func.max(HelpLine.position))).one()
    if count >= MOST_LINES:
        raise TooManyLines
    line = HelpLine(**asdict(said), position=(last or 0) + 1)
    session.add(line)
    session.flush()
    decide(session, is_hers=True)
    return line


def decide(session: Session, is_hers: bool) -> None:
    """From now on the lines are hers, even none; or the server's, until she writes one."""
    words = session.get(SiteWords, THE_SITE)
    if words is not None:
        words.help_is_hers = is_hers


def change(session: Session, line_id: int, said: LineWords, version: int | None) -> HelpLine:
    """Other words for a line. Raises LineGone, StaleLine."""
    line = hold(session, line_id, version)
    for name, value in asdict(said).items():
        setattr(line, name, value)
    line.version += 1
    return line


def still_right(session: Session, line_id: int, version: int | None, today: date) -> HelpLine:
    """She has made sure of it today. Raises LineGone, and StaleLine: she saw another line."""
    line = hold(session, line_id, version)
    line.checked_on = today
    return line


def move(session: Session, line_id: int, is_up: bool) -> None:
    """One place up or down. At an end it stays. Raises LineGone."""
    hold(session, line_id)
    order = [line.id for line in lines(session)]
    at = order.index(line_id)
    to = max(0, min(len(order) - 1, at - 1 if is_up else at + 1))
    order.insert(to, order.pop(at))
    for line in lines(session):
        line.position = order.index(line.id) + 1


def remove(session: Session, line_id: int) -> HelpLine:
    """Take a line away; what it said. Raises LineGone."""
    line = hold(session, line_id)
    session.delete(line)
    decide(session, is_hers=True)
    return line
