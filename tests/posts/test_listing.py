"""What the public may see of articles."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.extensions import db
from hrsite.posts import listing
from hrsite.posts.models import Post, Tag
from tests.factories import make_picture, make_post, make_tag


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """Every statement that goes to the database meanwhile."""
    said: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def walk(session: Session, tag: Tag | None = None, size: int = 12) -> list[list[Post]]:
    """All pages, by their own links."""
    now, before, pages = clock.now(), None, []
    while True:
        posts, before = listing.page_of(session, now, before, tag, size)
        pages.append(list(posts))
        if before is None:
            return pages


def test_drafts_and_scheduled_articles_are_in_no_list(session: Session) -> None:
    now, tag = clock.now(), make_tag(session)
    seen = make_post(session, tags=[tag])
    for date in (None, now + timedelta(seconds=1)):
        make_post(session, published_at=date, slug=f"hidden-{date is None}", tags=[tag])

    assert listing.recent(session, now, 10) == [seen]
    assert listing.in_full(session, now, 10) == [seen]
    assert listing.page_of(session, now, None) == ([seen], None)
    assert listing.page_of(session, now, None, tag) == ([seen], None)
    assert listing.by_slug(session, "hidden-True", now) is None
    assert listing.by_slug(session, "hidden-False", now) is None
    assert listing.tags_with_counts(session, now) == [(tag, 1)]


def test_a_topic_with_nothing_to_read_does_not_show(session: Session) -> None:
    tag = make_tag(session)
    make_post(session, published_at=None, tags=[tag])

    assert listing.tags_with_counts(session, clock.now()) == []
    assert listing.tag_by_slug(session, tag.slug, clock.now()) is None


def test_every_article_is_on_one_page_even_when_dates_are_equal(session: Session) -> None:
    now = clock.now()
    for number in range(30):
        # Six dates, each for five articles, so that pages end within a date.
        make_post(session, published_at=now - timedelta(days=number * 7 % 6))

    pages = walk(session)

    assert [len(page) for page in pages] == [12, 12, 6]
    shown = [post for page in pages for post in page]
    assert len({post.id for post in shown}) == 30
    assert shown == sorted(shown, key=lambda post: (post.published_at, post.id), reverse=True)


def test_pages_that_come_out_even_have_no_empty_last_page(session: Session) -> None:
    for _ in range(6):
        make_post(session)

    assert [len(page) for page in walk(session, size=3)] == [3, 3]


def test_an_article_published_meanwhile_repeats_nothing_on_the_next_page(session: Session) -> None:
    for _ in range(4):
        make_post(session)
    first, before = listing.page_of(session, clock.now(), None, size=2)
    make_post(session, published_at=clock.now())

    second, _ = listing.page_of(session, clock.now(), before, size=2)

    assert not set(first) & set(second)


def test_the_place_of_a_hidden_article_is_no_place_to_go_on_from(session: Session) -> None:
    draft = make_post(session, published_at=None)
    ahead = make_post(session, published_at=clock.now() + timedelta(days=1))

    for post_id in (draft.id, ahead.id, 999_999):
        with pytest.raises(listing.NoSuchPage):
            listing.page_of(session, clock.now(), post_id)


def test_a_topic_s_pages_hold_that_topic_alone(session: Session) -> None:
    sleep, talk = make_tag(session, "Sleep"), make_tag(session, "Talk")
    both = [make_post(session, tags=[sleep, talk]) for _ in range(3)]
    make_post(session, tags=[talk])

    assert [post for page in walk(session, sleep, 2) for post in page] == both[::-1]
    assert listing.tags_with_counts(session, clock.now()) == [(sleep, 3), (talk, 4)]


def test_the_article_that_is_read_is_not_among_recent_posts(session: Session) -> None:
    older, newer = make_post(session), make_post(session)

    assert listing.recent(session, clock.now(), 4, besides=newer) == [older]
    assert listing.recent(session, clock.now(), 4, besides=Post()) == [newer, older]


def test_a_list_asks_as_many_questions_for_twelve_articles_as_for_one(session: Session) -> None:
    def questions() -> int:
        session.expunge_all()
        with counted_queries() as said:
            posts, _ = listing.page_of(session, clock.now(), None)
            assert all(post.picture.name and post.tags[0].name for post in posts)
        return len(said)

    tag, picture = make_tag(session), make_picture(session)
    make_post(session, tags=[tag], picture=picture)
    few = questions()
    tag, picture = session.merge(tag), session.merge(picture)
    for _ in range(11):
        make_post(session, tags=[tag], picture=picture)

    assert questions() == few
