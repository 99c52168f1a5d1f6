"""The generation: raised by whatever shows, in that change's transaction, and by nothing else."""

import gc
import weakref
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session

from hrsite import clock, create_app
from hrsite.extensions import Base, db
from hrsite.newsletter.models import Subscriber
from hrsite.notices.models import SessionNotice
from hrsite.pages.models import Page
from hrsite.posts.models import Post, Tag, post_tags
from hrsite.ready import generation
from tests import factories
from tests.conftest import settings_for


def number() -> int:
    with db.engine.connect() as connection:
        return int(connection.scalar(text(generation.READ)) or 0)


@pytest.fixture
def post(session: Session) -> Post:
    made = factories.make_post(session, tags=[factories.make_tag(session)])
    factories.make_tag(session, "Sleep")
    session.commit()
    return made


CHANGES: dict[str, Callable[[Session, Post], object]] = {
    "a word": lambda session, post: setattr(post, "title", "Another one"),
    "a date": lambda session, post: setattr(post, "published_at", None),
    "a topic taken away": lambda session, post: post.tags.clear(),
    "a topic's name": lambda session, post: setattr(post.tags[0], "name", "Another one"),
    "a row deleted": lambda session, post: session.delete(post),
    "a new page": lambda session, post: session.add(
        Page(slug="new", title="New", updated_at=clock.now())
    ),
    "many at once": lambda session, post: session.execute(update(Post).values(summary="x")),
    "many deleted": lambda session, post: session.execute(delete(Post)),
    "below the ORM": lambda session, post: session.execute(
        insert(post_tags).values(
            post_id=post.id, tag_id=select(Tag.id).where(Tag.slug == "sleep").scalar_subquery()
        )
    ),
    "many rows in one": lambda session, post: session.execute(
        insert(Tag), [{"name": "a", "slug": "a"}, {"name": "b", "slug": "b"}]
    ),
    "in a savepoint": lambda session, post: _in_savepoint(session, post),
}


def _in_savepoint(session: Session, post: Post) -> None:
    with session.begin_nested():
        post.title = "Another one"


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_shows_raises_it_with_its_own_commit(
    session: Session, post: Post, change: Callable[[Session, Post], object]
) -> None:
    before, commits = number(), generation.commits.number
    change(session, post)
    session.flush()
    assert number() == before  # Nobody else sees the change yet, nor the number.
    session.commit()
    assert number() == before + 1
    assert generation.commits.number != commits


def test_what_is_rolled_back_changes_nothing_and_leaves_nothing_behind(
    session: Session, post: Post
) -> None:
    before = number()
    post.title = "Another one"
    session.flush()
    session.rollback()
    factories.make_subscriber(session)
    session.commit()
    assert number() == before


def test_readers_asking_for_letters_do_not_make_pages_anew(session: Session, post: Post) -> None:
    before = number()
    factories.make_subscriber(session)
    session.execute(update(Subscriber).values(confirm_hash="x"))
    session.commit()
    session.scalars(select(Post)).all()
    session.commit()
    assert number() == before


def test_two_changes_in_one_commit_are_one_step(session: Session, post: Post) -> None:
    before = number()
    post.title = "Another one"
    session.flush()
    session.execute(update(SessionNotice).values(place="Here"))
    session.commit()
    assert number() == before + 1


def test_a_table_that_says_nothing_counts_as_shown() -> None:
    marks = {name: table.info.get(generation.SHOWS) for name, table in Base.metadata.tables.items()}
    assert generation.shows(Post.__table__)
    assert generation.shows(post_tags)
    assert not generation.shows(Subscriber.__table__)
    assert not generation.shows(text("words"))
    assert None not in marks.values()


@pytest.mark.parametrize("database", ["postgresql"])
def test_a_line_that_was_cut_is_dialled_again(session: Session, post: Post) -> None:
    lookout = generation.Lookout(lambda: db.engine)
    before = lookout.number()
    with db.engine.connect() as other:
        other.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND query LIKE 'SELECT number FROM page_generation%%'"
        )
    assert lookout.number() == before
    lookout.close()


@pytest.mark.parametrize("database", ["sqlite"])
def test_without_the_table_the_number_is_unknown(session: Session) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE page_generation")
    lookout = generation.Lookout(lambda: db.engine)
    with pytest.raises(generation.NumberUnknown):
        lookout.number()


def test_an_application_that_is_gone_is_held_by_nothing(tmp_path: Path) -> None:
    app = create_app(settings_for(tmp_path))
    app.test_client().get("/")
    with app.app_context():
        db.engine.dispose()
    app.extensions["huey"].storage.close()
    gone = weakref.ref(app)
    del app
    gc.collect()
    assert gone() is None
