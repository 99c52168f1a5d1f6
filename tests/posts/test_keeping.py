"""What is kept beside articles is always what counting and joining would find."""

import random
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select, text, update
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.extensions import db
from hrsite.posts import keeping, publishing
from hrsite.posts.models import MonthCount, Post, Tag, post_tags
from hrsite.posts.months import Month
from tests.conftest import AppMaker
from tests.factories import make_post, make_tag

SEEDS = range(4)


def parted(session: Session) -> list[tuple[int, int]]:
    """Rows whose date is not their article's."""
    rows = select(post_tags.c.post_id, post_tags.c.tag_id).join(Post)
    return [
        (post_id, tag_id)
        for post_id, tag_id in session.execute(
            rows.where(post_tags.c.published_at.is_distinct_from(Post.published_at))
        )
    ]


def assert_true(session: Session) -> None:
    """The kept numbers are those of the articles."""
    session.commit()
    session.expire_all()
    assert parted(session) == []
    posts = session.scalars(select(Post).where(Post.published_at.is_not(None))).all()
    for tag in session.scalars(select(Tag)):
        assert tag.dated_count == sum(tag in post.tags for post in posts), tag.name
    months: dict[str, int] = {}
    for post in posts:
        assert post.published_at is not None
        key = Month.of(post.published_at, clock.zone()).key
        months[key] = months.get(key, 0) + 1
    kept = session.execute(select(MonthCount.month, MonthCount.dated_count))
    assert {row.month: row.dated_count for row in kept} == months


def do_something(session: Session, chance: random.Random, tags: list[Tag]) -> None:
    """One thing that the desk does, or something that nothing does yet."""
    posts, now = session.scalars(select(Post)).all(), clock.now()
    some_day: datetime | None = now + timedelta(days=chance.randint(-90, 40))
    some_tags = chance.sample(tags, chance.randint(0, 3))
    if not posts or chance.random() < 0.3:
        made = make_post(session, published_at=chance.choice([some_day, None]))
        made.tags = some_tags
        return
    post = chance.choice(posts)
    match chance.randrange(6):
        case 0:
            publishing.publish(post, some_day, False, now)
        case 1:
            publishing.withdraw(post, now)
        case 2:
            publishing.delete(session, post)
        case 3:
            post.tags = some_tags
        case 4:
            post.title, post.tags, post.published_at = "Anew", some_tags, some_day
        case _:
            if post.tags:
                post.tags.remove(post.tags[0])


@pytest.mark.parametrize("seed", SEEDS)
def test_dates_and_numbers_never_part_from_the_articles(session: Session, seed: int) -> None:
    chance, tags = random.Random(seed), [make_tag(session, name) for name in "abcd"]

    for _ in range(25):
        do_something(session, chance, tags)
        if chance.random() < 0.6:  # And sometimes two things in one transaction, or one flush.
            assert_true(session)
        elif chance.random() < 0.5:
            session.flush()
    assert_true(session)


def test_what_is_taken_back_leaves_nothing_behind(session: Session) -> None:
    tag = make_tag(session)
    make_post(session, tags=[tag])
    session.add(Post(title="x", slug="x", created_at=clock.now(), updated_at=clock.now(),
                     published_at=clock.now(), tags=[tag]))  # fmt: skip
    session.flush()
    session.rollback()

    assert_true(session)


def test_counting_anew_mends_whatever_went_wrong(session: Session) -> None:
    tag = make_tag(session)
    make_post(session, tags=[tag])
    session.execute(update(post_tags).values(published_at=None))
    session.execute(update(Tag).values(dated_count=99))
    session.execute(text("UPDATE month_counts SET dated_count = 7, month = '1999-01'"))
    assert parted(session)

    keeping.recount(session)

    assert_true(session)


def test_another_zone_has_its_own_months_at_once(make_app: AppMaker) -> None:
    from hrsite.extensions import db
    from hrsite.posts import listing

    # Two in the morning of the first of June in London; still May in Toronto.
    moment, now = datetime.fromisoformat("2026-06-01T01:00Z"), clock.now()
    with make_app().app_context():
        make_post(db.session(), published_at=moment)
        assert listing.months_with_counts(db.session(), now) == {2026: [(Month(2026, 5), 1)]}
        db.session.rollback()
    with make_app(TIME_ZONE="Europe/London").app_context():
        session, wanted = db.session(), {2026: [(Month(2026, 6), 1)]}
        assert listing.months_with_counts(session, now) == wanted
        make_post(session, published_at=moment + timedelta(days=-1))
        wanted[2026] += [(Month(2026, 5), 1)]
        assert listing.months_with_counts(session, now) == wanted
        assert_true(session)


def test_a_save_costs_the_same_however_many_applications_a_process_has_made(
    session: Session, make_app: AppMaker
) -> None:
    said: list[str] = []
    make_post(session)  # The first of its month counts the month as well.
    event.listen(db.engine, "before_cursor_execute", lambda *it: said.append(it[2]))
    make_post(session)
    once = len(said)
    for _ in range(3):
        make_app()
    said.clear()
    make_post(session)
    assert len(said) == once
