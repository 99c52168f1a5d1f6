"""Save a session notice, publish it, take it back. The only writer of its published_at."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite.notices import planning, revising
from hrsite.notices.models import SessionNotice
from hrsite.notices.planning import Plan
from hrsite.posts.naming import draft_slug, is_draft_slug, published_slug
from hrsite.texts.markup import clean, tidy_text

FALLBACK_SLUG = "notice"


class StaleNotice(Exception):
    """The notice was saved elsewhere since this form was opened. `theirs` is how it stands."""

    def __init__(self, theirs: SessionNotice) -> None:
        super().__init__(theirs.id)
        self.theirs = theirs


class NoticeGone(Exception):
    """There is no such notice any more."""


class BinnedNotice(Exception):
    """It is in the bin, and must be put back before it can go out."""


class NoticeOver(Exception):
    """The session it speaks of has ended: publishing it would help nobody."""


@dataclass(frozen=True)
class NoticeWords:
    """What the coach has written."""

    title: str
    body_html: str = ""
    plan: Plan = Plan()
    place: str = ""
    how_to_join: str = ""
    for_whom: str = ""


def hold(session: Session, notice_id: int, version: int | None = None) -> SessionNotice:
    """The notice as it stands, closed to other writers until the transaction ends.

    Raises NoticeGone, and StaleNotice when a `version` is given and the notice has another.
    """
    notice = session.get(SessionNotice, notice_id, populate_existing=True, with_for_update=True)
    if notice is None:
        raise NoticeGone(notice_id)
    if version is not None and notice.version != version:
        raise StaleNotice(notice)
    return notice


def made_by(session: Session, form_key: str) -> SessionNotice | None:
    """The notice that this opening of the form has made already."""
    made = select(SessionNotice).where(SessionNotice.form_key == form_key)
    return session.scalar(made) if form_key else None


def save(
    session: Session,
    notice: SessionNotice | None,
    words: NoticeWords,
    version: int | None,
    now: datetime,
    form_key: str = "",
) -> SessionNotice:
    """Write the words down: as a new draft, or into `notice` whatever its state.

    Raises NoticeGone, or StaleNotice; then nothing is written.
    """
    if notice is None:
        notice = _new(words.plan, now, form_key)
        session.add(notice)
    else:
        notice = hold(session, notice.id, version)
        revising.keep(session, notice)
    with session.no_autoflush:
        notice.title = tidy_text(words.title).strip()
        notice.body_html = clean(words.body_html)
        place = tidy_text(words.place).strip()
        planning.set_plan(notice, words.plan, now)
        if place != (notice.place or ""):
            planning.raise_sequence(notice)
        notice.place = place
        notice.for_whom = tidy_text(words.for_whom).strip()
        notice.how_to_join = tidy_text(words.how_to_join).strip()
        if not notice.slug or is_draft_slug(notice.slug):
            notice.slug = draft_slug(
                session, SessionNotice.slug, notice.title, FALLBACK_SLUG, notice.slug
            )
        notice.updated_at = now
        notice.version += 1
    session.flush()
    revising.keep(session, notice)
    return notice


def _new(plan: Plan, now: datetime, form_key: str) -> SessionNotice:
    return SessionNotice(
        slug="",
        rhythm=plan.rhythm,
        zone_name=plan.zone_name,
        sequence=0,
        created_at=now,
        version=0,
        form_key=form_key or None,
    )


def publish(notice: SessionNotice, with_email: bool, now: datetime) -> None:
    """Put it on the site now, and ask for it to go to readers, or not.

    One that is there already keeps its first date. Raises NoticeOver and BinnedNotice.
    """
    if notice.deleted_at is not None:
        raise BinnedNotice(notice.id)
    if notice.is_past(now):
        raise NoticeOver(notice.id)
    if notice.published_at is None or notice.published_at > now:
        notice.published_at = now
    notice.slug = published_slug(notice.slug)
    if with_email and not notice.send_to_readers:
        notice.send_to_readers, notice.send_at = True, now


def plan_letter(notice: SessionNotice, at: datetime) -> None:
    """Let it go to readers at a moment; on the site it may be already."""
    notice.send_to_readers, notice.send_at = True, at


def withdraw(notice: SessionNotice, now: datetime) -> None:
    """Take it off the site: it is no longer true, or was a mistake."""
    notice.published_at = None
    call_off(notice)
    notice.updated_at = now


def call_off(notice: SessionNotice) -> None:
    """It goes to no readers after all; on the site it stays."""
    notice.send_to_readers = False
    notice.send_at = None


def throw_away(notice: SessionNotice, now: datetime) -> None:
    """Into the bin: off the site, its address kept for it."""
    if notice.deleted_at is None:
        is_seen = notice.published_at is not None and notice.published_at <= now
        notice.was_published_at = notice.published_at if is_seen else None
        withdraw(notice, now)
        notice.deleted_at = now


def put_back(notice: SessionNotice, is_for_readers: bool) -> None:
    """Out of the bin: as a draft, or for readers with the date it had. No letter goes out by it."""
    if notice.deleted_at is not None:
        notice.published_at = notice.was_published_at if is_for_readers else None
        notice.deleted_at = notice.was_published_at = None
