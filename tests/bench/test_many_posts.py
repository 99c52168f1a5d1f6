"""A site of many articles is a site like any other: nothing of it is out of date."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.posts import indexing, listing, searching
from tests.bench import many_posts

COUNT = 30


@pytest.fixture
def many(session: Session) -> Session:
    many_posts.fill(session, COUNT)
    return session


def test_the_index_is_what_the_site_itself_would_write(many: Session) -> None:
    assert indexing.out_of_date(many) == []
    quickly = _index(many)
    assert len(quickly[0]) == COUNT
    indexing.write(many.connection(), range(1, COUNT + 1))
    assert _index(many) == quickly


def test_articles_stand_in_their_lists_and_are_found(many: Session) -> None:
    now = clock.now()
    newest = listing.recent(many, now, 1)[0]
    assert newest.title.endswith(f"part {COUNT}")
    topics = {topic.name: count for topic, count in listing.tags_with_counts(many, now)}
    assert sum(topics.values()) >= COUNT
    years = listing.months_with_counts(many, now)
    assert sum(number for months in years.values() for _, number in months) == COUNT
    found = searching.search(many, f"part {COUNT}", now)
    assert found.results[0].post.id == newest.id


def _index(session: Session) -> list[Any]:
    """Every row of the index, and the words it knows."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    where = "search_index ORDER BY rowid" if is_sqlite else "search_entries ORDER BY post_id"
    rows = session.execute(text(f"SELECT * FROM {where}")).all()  # noqa: S608 - our own words
    words = session.execute(text("SELECT word FROM search_vocabulary ORDER BY word")).all()
    return [rows, words]
