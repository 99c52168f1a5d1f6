"""What needs the coach: the first lines of her desk."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite.newsletter.models import Issue
from hrsite.notices import listing as notices_listing
from hrsite.outbox import history, mailboxes, presence, returned
from hrsite.pages import listing
from hrsite.posts import shelf

# "Until further notice" is easily forgotten.
NOTICE_AGE = timedelta(days=90)


class Need(NamedTuple):
    """What is wanted, which page of the desk helps, and what its link says."""

    text: str
    endpoint: str
    values: dict[str, Any]
    label: str


def needs(session: Session, now: datetime) -> list[Need]:
    """Everything that waits for the coach, the most pressing first."""
    return [
        *_paused_letters(session),
        *_no_worker(session, now),
        *_returned_mail(session, now),
        *_old_notices(session, now),
        *_missing_pages(session),
        *_first_article(session, now),
    ]


def _paused_letters(session: Session) -> list[Need]:
    paused = {message.id: message for message in history.paused(session)}
    if not paused:
        return []
    issues = session.scalars(select(Issue).where(Issue.message_id.in_(paused)))
    found = []
    for issue in issues:
        message = paused.pop(issue.message_id)
        text = f"“{issue.title}” has stopped on its way to readers."
        text, label = f"{text} {message.pause_reason or 'It was paused.'}", "Look at it"
        if message.pause_kind == "late":
            text = f"“{issue.title}”: {message.pause_reason}"
            label = "Send now, set a time, or drop it"
        found.append(Need(text, "newsletter_desk.issue", {"issue_id": issue.id}, label))
    if paused:
        text = "Some letters have stopped on their way."
        found.append(Need(text, "outbox_desk.index", {}, "See the letters"))
    return found


def _no_worker(session: Session, now: datetime) -> list[Need]:
    trouble = presence.look(session, now).trouble(now)
    if trouble is None:
        return []
    text = f"{trouble} Nothing is lost: letters wait, and go out when it runs again."
    return [Need(text, "outbox_desk.index", {}, "See the letters")]


def _returned_mail(session: Session, now: datetime) -> list[Need]:
    names = [mailbox.name for mailbox in mailboxes.configured(current_app.config)]
    found = []
    if troubles := returned.troubles(session, names, now):
        text = f"Returned letters cannot be read for more than an hour. {' '.join(troubles)}"
        found.append(Need(text, "outbox_desk.index", {}, "See the letters"))
    if returned.links_to_open(session):
        text = (
            "Your mail service waits for a yes before it tells which letters came back."
            " Ask whoever keeps this site to run: hrsite doctor"
        )
        found.append(Need(text, "outbox_desk.index", {}, "See the letters"))
    return found


def _old_notices(session: Session, now: datetime) -> list[Need]:
    return [
        Need(
            f"“{notice.title}” has stood for a long time. Is it still true?",
            "notices_desk.edit",
            {"id": notice.id},
            "Read it again",
        )
        for notice in notices_listing.upcoming(session, now)
        if notice.until_further_notice and now - notice.updated_at > NOTICE_AGE
    ]


def _missing_pages(session: Session) -> list[Need]:
    there = {page.slug for page in listing.in_menu(session)}
    return [
        Need(
            f"The {title} page is not written yet. Readers want to know who you are.",
            "pages_desk.edit",
            {"slug": slug},
            "Write it",
        )
        for slug, title in listing.KNOWN_SLUGS.items()
        if slug not in there
    ]


def _first_article(session: Session, now: datetime) -> list[Need]:
    if (
        shelf.drafts(session, 1)
        or shelf.scheduled(session, now)
        or shelf.published(session, now, 1)
    ):
        return []
    return [Need("There are no articles yet.", "posts_desk.new", {}, "Write the first one")]
