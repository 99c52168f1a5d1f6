"""What the public may see of articles."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite import clock as site_clock
from hrsite.described import ShownPicture
from hrsite.extensions import db
from hrsite.posts import listing, paging
from hrsite.posts.listing import ListedTag
from hrsite.posts.models import Post, Tag
from hrsite.posts.months import Month
from tests.factories import make_picture, make_post, make_tag
from tests.statements import noted_statements

FIRST = paging.FIRST_PAGE


def topic(tag: Tag) -> ListedTag:
    return ListedTag(tag.id, tag.name, tag.slug)


def numbers(posts: Iterable[Post]) -> list[int]:
    return [post.id for post in posts]


def walk(
    session: Session, within: ListedTag | Month | None = None, size: int = 12
) -> list[list[int]]:
    """All pages by their own links, from the newest to the oldest; and the same ones back."""
    now, pages, page = clock.now(), [], paging.page_of(db.engine, clock.now(), FIRST, within, size)
    pages = [list(page.numbers)]
    assert page.newer is None
    while page.older:
        page = paging.page_of(db.engine, now, page.older, within, size)
        pages.append(list(page.numbers))
    back = [list(page.numbers)]
    while page.newer:
        page = paging.page_of(db.engine, now, page.newer, within, size)
        back.append(list(page.numbers))
    assert (back[-1], sum(map(len, back))) == (pages[0], sum(map(len, pages)))
    assert sorted(n for page in back for n in page) == sorted(n for page in pages for n in page)
    return pages


def test_drafts_and_scheduled_articles_are_in_no_list(session: Session) -> None:
    now, tag = clock.now(), make_tag(session)
    seen = make_post(session, tags=[tag])
    for date in (None, now + timedelta(seconds=1)):
        make_post(session, published_at=date, slug=f"hidden-{date is None}", tags=[tag])

    assert listing.recent(session, now, 10) == [seen]
    assert listing.in_full(session, now, 10) == [seen]
    assert listing.newest(db.engine, now, 10) == [seen.id]
    everything = [post.id for post in session.scalars(select(Post))]
    assert numbers(listing.numbered(session, now, everything)) == [seen.id]
    for within in (None, topic(tag), Month.of(now, clock.zone())):
        assert paging.page_of(db.engine, now, FIRST, within) == ([seen.id], None, None)
    assert listing.by_slug(db.engine, "hidden-True", now) is None
    assert listing.by_slug(db.engine, "hidden-False", now) is None
    assert listing.tags_with_counts(session, now) == [(topic(tag), 1)]


def test_an_article_is_told_as_its_row_has_it(session: Session) -> None:
    tags = [make_tag(session, name) for name in ("Talk", "Sleep")]
    illustrated = make_post(session, picture=make_picture(session), tags=tags)
    bare = make_post(session)
    for post in (illustrated, bare):
        told = listing.by_slug(db.engine, post.slug, clock.now())
        assert told is not None
        for name in set(listing.ShownPost._fields) - {"picture", "tags"}:
            assert getattr(told, name) == getattr(post, name), name
        assert list(told.tags) == [topic(tag) for tag in sorted(post.tags, key=lambda t: t.name)]
        wanted = post.picture and ShownPicture(
            post.picture.name, post.picture.alt, post.picture.width, post.picture.height
        )
        assert told.picture == wanted


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
    shown = [session.get_one(Post, number) for page in pages for number in page]
    assert len(set(numbers(shown))) == 30
    assert shown == sorted(shown, key=lambda post: (post.published_at, post.id), reverse=True)


def test_pages_that_come_out_even_have_no_empty_last_page(session: Session) -> None:
    for _ in range(6):
        make_post(session)

    assert [len(page) for page in walk(session, size=3)] == [3, 3]


def test_an_article_published_meanwhile_repeats_nothing_on_the_next_page(session: Session) -> None:
    for _ in range(4):
        make_post(session)
    first = paging.page_of(db.engine, clock.now(), size=2)
    make_post(session, published_at=clock.now())
    assert first.older is not None

    second = paging.page_of(db.engine, clock.now(), first.older, size=2)

    assert not set(first.numbers) & set(second.numbers)


def test_the_place_of_a_hidden_article_is_no_place_to_go_on_from(session: Session) -> None:
    draft = make_post(session, published_at=None)
    ahead = make_post(session, published_at=clock.now() + timedelta(days=1))

    for post_id in (draft.id, ahead.id, 999_999):
        for place in (paging.Place(before=post_id), paging.Place(after=post_id)):
            with pytest.raises(paging.NoSuchPage):
                paging.page_of(db.engine, clock.now(), place)


def test_past_either_end_there_is_no_page(session: Session) -> None:
    oldest, newest = make_post(session), make_post(session)

    for place in (paging.Place(before=oldest.id), paging.Place(after=newest.id)):
        with pytest.raises(paging.NoSuchPage):
            paging.page_of(db.engine, clock.now(), place)


def test_a_month_holds_what_came_out_in_it_on_the_coach_s_own_calendar(session: Session) -> None:
    # Toronto is four hours behind in May: its June begins at four in the morning, UTC.
    last_of_may = datetime(2026, 6, 1, 3, 59, 59, tzinfo=UTC)
    may = make_post(session, published_at=last_of_may)
    june = [make_post(session, published_at=last_of_may + timedelta(seconds=1)) for _ in range(3)]
    now = datetime(2026, 6, 20, tzinfo=UTC)
    ahead = make_post(session, published_at=datetime(2026, 6, 21, tzinfo=UTC))

    assert paging.page_of(db.engine, now, within=Month(2026, 5)).numbers == [may.id]
    assert paging.page_of(db.engine, now, within=Month(2026, 6)).numbers == numbers(june[::-1])
    assert paging.page_of(db.engine, now, within=Month(2026, 4)).numbers == []
    assert listing.months_with_counts(session, now) == {
        2026: [(Month(2026, 6), 3), (Month(2026, 5), 1)]
    }
    for place in (paging.Place(before=ahead.id), paging.Place(after=may.id)):
        with pytest.raises(paging.NoSuchPage):
            paging.page_of(db.engine, now, place, Month(2026, 6))


def test_the_pages_of_a_month_hold_that_month_alone(
    session: Session, clock: time_machine.Traveller
) -> None:
    for day in range(40):
        make_post(session, published_at=site_clock.now() - timedelta(days=day))

    pages = walk(session, Month(2026, 5), size=4)

    assert [len(page) for page in pages] == [4] * 7 + [3]


def test_an_article_counts_from_the_moment_its_date_comes(session: Session) -> None:
    now, tag = datetime(2026, 6, 30, 12, tzinfo=UTC), make_tag(session)
    make_post(session, published_at=now, tags=[tag])
    make_post(session, published_at=now + timedelta(hours=1), tags=[tag])
    month = Month(2026, 6)

    for later, count in ((0, 1), (3599, 1), (3600, 2)):
        moment = now + timedelta(seconds=later)
        assert listing.tags_with_counts(session, moment) == [(topic(tag), count)]
        assert listing.months_with_counts(session, moment) == {2026: [(month, count)]}


def test_a_topic_s_pages_hold_that_topic_alone(session: Session) -> None:
    sleep, talk = make_tag(session, "Sleep"), make_tag(session, "Talk")
    both = [make_post(session, tags=[sleep, talk]) for _ in range(3)]
    make_post(session, tags=[talk])

    shown = [number for page in walk(session, topic(sleep), 2) for number in page]
    assert shown == numbers(both[::-1])
    assert listing.tags_with_counts(session, clock.now()) == [(topic(sleep), 3), (topic(talk), 4)]


def test_a_list_asks_as_many_questions_for_twelve_articles_as_for_one(session: Session) -> None:
    def questions() -> int:
        session.expunge_all()
        with noted_statements() as said:
            page = paging.page_of(db.engine, clock.now())
            posts = listing.numbered(session, clock.now(), page.numbers)
            assert all(post.title and post.picture and post.picture.name for post in posts)
        return len(said)

    picture = make_picture(session)
    make_post(session, picture=picture)
    few = questions()
    picture = session.merge(picture)
    for _ in range(11):
        make_post(session, picture=picture)

    assert questions() == few
