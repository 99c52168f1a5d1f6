"""How far each Issue has come, in a line; and what is about to become one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import furniture
from hrsite.newsletter import issues
from hrsite.newsletter.models import Issue
from hrsite.notices.models import SessionNotice
from hrsite.outbox import history
from hrsite.outbox.models import OutboxMessage
from hrsite.outbox.progress import Numbers
from hrsite.posts.models import Post


@dataclass(frozen=True)
class IssueSummary:
    """How far an Issue has come, for a line on the desk."""

    issue_id: int
    accepted_count: int
    total_count: int
    waiting_count: int
    line: str


class Coming(NamedTuple):
    """An article or notice whose time has come, and whose letter is not written down yet."""

    title: str
    post_id: int | None
    notice_id: int | None


def summaries(session: Session, post_ids: Iterable[int], now: datetime) -> dict[int, IssueSummary]:
    """For each of these articles that was sent to readers, how its Issue went."""
    found = session.scalars(select(Issue).where(Issue.post_id.in_(list(post_ids)))).all()
    told = summarise(session, found, now)
    return {issue.post_id: told[issue.id] for issue in found if issue.post_id is not None}


def summarise(session: Session, shown: Iterable[Issue], now: datetime) -> dict[int, IssueSummary]:
    """By Issue id, how far each has come."""
    found = {issue.id: issue.message_id for issue in shown}
    numbers = history.numbers(session, found.values())
    ahead = _ahead(session, found.values(), now)
    return {
        issue_id: _summary(issue_id, numbers[message_id], ahead.get(message_id), now)
        for issue_id, message_id in found.items()
    }


def coming(session: Session, now: datetime) -> list[Coming]:
    """What is to become an Issue, as soon as a worker comes to it."""
    due = issues.due(session, now)
    titles = {
        issues.Due(kind, id): title
        for kind in (Post, SessionNotice)
        for id, title in session.execute(
            select(kind.id, kind.title).where(kind.id.in_([one.id for one in due]))
        )
    }
    return [
        Coming(
            titles[one],
            one.id if one.kind is Post else None,
            one.id if one.kind is SessionNotice else None,
        )
        for one in due
    ]


def _ahead(session: Session, message_ids: Iterable[int], now: datetime) -> dict[int, datetime]:
    """Of these messages, when those begin that have not begun, or go on later."""
    rows = session.execute(
        select(OutboxMessage.id, OutboxMessage.starts_at).where(
            OutboxMessage.id.in_(list(message_ids)),
            OutboxMessage.starts_at > now,
            OutboxMessage.paused_at.is_(None),
        )
    )
    return {row.id: row.starts_at for row in rows}


def _summary(
    issue_id: int, numbers: Numbers, starts_at: datetime | None, now: datetime
) -> IssueSummary:
    line = "Nobody was on the list"
    if numbers.created:
        line = ", ".join([f"{numbers.accepted:,} of {numbers.created:,} accepted", *_rest(numbers)])
    if numbers.waiting and starts_at is not None:
        goes = "goes on" if numbers.answered else "starts"
        line = f"Mail {goes} {furniture.moment_ahead(starts_at, now)}: {line}"
    return IssueSummary(issue_id, numbers.accepted, numbers.created, numbers.waiting, line)


def _rest(numbers: Numbers) -> list[str]:
    """All who are not among the accepted: together they make up the list."""
    named = (
        (numbers.waiting, "waiting"),
        (numbers.refused, "refused"),
        (numbers.uncertain, "not known"),
        (numbers.withdrawn, "taken back"),
        (numbers.suppressed, "blocked"),
        (numbers.expired, "too late"),
    )
    return [f"{number:,} {word}" for number, word in named if number]
