"""Save an article, publish it, take it back, bin it. The only writer of published_at."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import earlier, tokens, unsaved
from hrsite.posts import revising
from hrsite.posts.models import Post
from hrsite.posts.naming import DRAFT_SIGN, draft_slug, is_draft_slug, published_slug
from hrsite.posts.tagging import tags_named
from hrsite.redirects import moving
from hrsite.slugs import slug_of
from hrsite.texts.markup import clean, tidy_text

FALLBACK_SLUG = "article"
ROOM = "/posts/"


class StalePost(Exception):
    """The article was saved elsewhere since this form was opened. `theirs` is how it stands now."""

    def __init__(self, theirs: Post) -> None:
        super().__init__(theirs.id)
        self.theirs = theirs


class PostGone(Exception):
    """The article was deleted meanwhile."""


class SlugTaken(Exception):
    """Another article has this address."""


class NoSlug(Exception):
    """There is no letter in it that an address can have."""


class EmptyPost(Exception):
    """There is no text to publish."""


class BinnedPost(Exception):
    """It is in the bin, and must be put back before it can go out."""


class OnSite(Exception):
    """Readers see it on the site: it cannot go out by email only any more."""


@dataclass(frozen=True)
class Standing:
    """For how long it is true, when it was read again, and what is said before the words."""

    content_note: str = ""
    current_until: datetime | None = None
    reviewed_at: datetime | None = None


@dataclass(frozen=True)
class PostWords:
    """What the coach has written. The text is HTML from anywhere; saving cleans it."""

    title: str
    summary: str = ""
    body_html: str = ""
    topics: tuple[str, ...] = ()
    author_name: str = ""
    language: str = ""
    # None: as it was.
    standing: Standing | None = None


def hold(session: Session, post_id: int, version: int | None = None) -> Post:
    """The article as it stands, closed to other writers until the transaction ends.

    Raises PostGone, and StalePost when a `version` is given and the article has another.
    """
    post = session.get(Post, post_id, populate_existing=True, with_for_update={"of": Post})
    if post is None:
        raise PostGone(post_id)
    if version is not None and post.version != version:
        raise StalePost(post)
    return post


def made_by(session: Session, form_key: str) -> Post | None:
    """The article that this opening of the form has made already."""
    return session.scalar(select(Post).where(Post.form_key == form_key)) if form_key else None


def save(
    session: Session,
    post: Post | None,
    words: PostWords,
    version: int | None,
    now: datetime,
    form_key: str = "",
) -> Post:
    """Write the words down: as a new draft, or into `post` whatever its state.

    What it said before is kept, and what it says now too.

    Readers see the new words of a published article at once. `version` is the one the words were
    written on. Raises PostGone, or StalePost; then nothing is written.
    """
    if post is None:
        post = Post(slug="", created_at=now, version=0, form_key=form_key or None)
        session.add(post)
    else:
        post = hold(session, post.id, version)
        revising.keep(session, post)
    with session.no_autoflush:
        post.title = tidy_text(words.title).strip()
        post.summary = tidy_text(words.summary).strip()
        post.body_html = clean(words.body_html)
        post.author_name = words.author_name or post.author_name or ""
        post.language = words.language or post.language or ""
        if words.standing is not None:
            post.content_note = tidy_text(words.standing.content_note).strip()
            post.current_until = words.standing.current_until
            post.reviewed_at = words.standing.reviewed_at
        if not post.slug or is_draft_slug(post.slug):
            post.slug = _draft_address(session, post)
        post.updated_at = now
        post.version += 1
    session.flush()
    post.tags = tags_named(session, words.topics)
    revising.keep(session, post)
    return post


def _draft_address(session: Session, post: Post) -> str:
    # A new article at the old address of another would take its readers away.
    wanted = ROOM + slug_of(post.title, set(), FALLBACK_SLUG)
    led_from = moving.last_parts(session, wanted, ROOM)
    return draft_slug(session, Post.slug, post.title, FALLBACK_SLUG, post.slug, led_from)


def publish(post: Post, at: datetime | None, with_email: bool, now: datetime) -> None:
    """Put it on the site at a moment, or now; and ask for it to go to readers, or not.

    What readers see already keeps its first date, and its address never changes again. Whether
    readers got it before is not known here: an Issue is made once for each article.
    Raises EmptyPost and BinnedPost.
    """
    _check(post)
    was_mailed = post.was_mailed_unlisted(now)
    if not post.is_published(now):
        post.published_at = at or now
    post.slug = published_slug(post.slug)
    post.press_count += 1
    if not was_mailed:  # Its plan to go out by email only is no more.
        post.unlisted_at = None
    if with_email or not was_mailed:
        post.send_to_readers = with_email
        post.send_at = (at or now) if with_email else None


def email_only(post: Post, at: datetime | None, now: datetime) -> None:
    """Let it go to readers at a moment, or now, and not stand on the site.

    Its letter has the one address where it can be read. Raises EmptyPost, BinnedPost and OnSite.
    """
    _check(post)
    if post.is_published(now):
        raise OnSite(post.id)
    post.published_at = None
    post.press_count += 1
    post.unlisted_token = post.unlisted_token or tokens.new_token()
    post.send_to_readers = True
    post.unlisted_at = post.send_at = at or now


def _check(post: Post) -> None:
    if post.deleted_at is not None:
        raise BinnedPost(post.id)
    if not post.has_text:
        raise EmptyPost(post.id)


def rename(session: Session, post: Post, wanted: str, now: datetime) -> None:
    """Give a published article another address; the old one leads on to it.

    Raises SlugTaken and NoSlug.
    """
    slug, old = slug_of(wanted, set(), ""), post.slug
    if not slug:
        raise NoSlug(wanted)
    if slug == old:
        return
    theirs = select(Post.id).where(Post.slug.in_((slug, DRAFT_SIGN + slug)), Post.id != post.id)
    if session.scalar(theirs) is not None:
        raise SlugTaken(slug)
    post.slug, post.version = slug, post.version + 1
    moving.free(session, ROOM + slug)
    if not is_draft_slug(old):
        moving.lead(session, ROOM + old, ROOM + slug, now)


def withdraw(post: Post, now: datetime) -> None:
    """Take it off the site, or out of the plan: it is a draft again, at the same address.

    One that went out by email only, and is planned for the site, is as it was before that plan.
    """
    is_back_to_letter = post.is_unlisted(now) and post.is_scheduled(now)
    post.published_at = None
    post.press_count += 1
    post.updated_at = now
    if not is_back_to_letter:
        post.unlisted_at = None
        call_off(post)


def call_off(post: Post) -> None:
    """It goes to no readers after all; on the site it stays. Nobody has its letter."""
    post.send_to_readers = False
    post.send_at = post.unlisted_at = None


def miss_hour(post: Post) -> None:
    """Its hour came and there is no text: it goes to no readers until she says when."""
    post.send_to_readers = False
    post.press_count += 1


def throw_away(post: Post, now: datetime) -> None:
    """Into the bin: off the site, out of every plan, its address kept for it."""
    if post.deleted_at is None:
        post.was_published_at = post.published_at if post.is_published(now) else None
        unlisted_at = post.unlisted_at if post.is_unlisted(now) else None
        withdraw(post, now)
        call_off(post)
        # Its address in letters opens nothing while it lies in the bin.
        post.unlisted_at, post.deleted_at = unlisted_at, now


def put_back(post: Post, is_for_readers: bool) -> None:
    """Out of the bin: as a draft, or for readers with the date it had. No letter goes out by it."""
    if post.deleted_at is not None:
        post.published_at = post.was_published_at if is_for_readers else None
        post.unlisted_at = post.unlisted_at if is_for_readers else None
        post.deleted_at = post.was_published_at = None


def delete(session: Session, post: Post) -> None:
    """Let go of it. One that went to readers cannot go: the database keeps it for its Issue."""
    unsaved.forget_of(session, Post.__tablename__, post.id)
    earlier.forget_of(session, Post.__tablename__, post.id)
    session.delete(post)
    session.flush()
