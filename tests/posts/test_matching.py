"""The newest matches: the very ones that reading every article would find, wherever one looks."""

import random
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.posts import matching, searching
from hrsite.posts.indexing import place_of, post_of
from hrsite.posts.models import Post
from hrsite.posts.queries import Query, read
from hrsite.posts.synonyms import Groups, groups_of
from tests.factories import make_post
from tests.posts.reading import has
from tests.statements import noted_statements

WORDS = ("oak", "oaken", "elm", "fir", "ash")
OLD = "yew"  # Articles of the first years alone have it.
GROUPS = groups_of("ash, elm oak fir\nyew, fir elm", "en")
DAYS_APART = 9
# A row of three, and a text that has its pairs but not the row.
THREE, APART = "elm oak fir", "elm oak ash oak fir"
SAID = st.one_of(
    st.lists(st.sampled_from([*WORDS, OLD]), min_size=1, max_size=4).map(" ".join), st.just(THREE)
)
PART = 9
SAID = st.lists(st.sampled_from([*WORDS, OLD, "oak"]), min_size=1, max_size=4).map(" ".join)
PART = st.one_of(SAID, SAID.map(lambda said: f'"{said}"'), SAID.map(lambda said: f'-"{said}"'))
ENDS = st.sampled_from(["", " "])  # With nothing behind it the last word may go on.
QUERIES = st.tuples(st.lists(PART, min_size=1, max_size=3).map(" ".join), ENDS).map("".join)
ONE_SITE = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def posts(session: Session) -> list[Post]:
    """A year of articles, the newest first."""
    chance = random.Random(5)  # The same ones each time.

    def some(n: int, most: int) -> str:
        return " ".join(
            chance.choices([*WORDS, OLD] if n > 30 else WORDS, k=chance.randint(0, most))
        )

    return [
        make_post(session, title=some(n, 3) or "a", summary=some(n, 2),
                  body_html=f"<p>{some(n, 7) if n % 6 else APART}</p>",
                  published_at=clock.now() - timedelta(days=1 + n * DAYS_APART))
        for n in range(40)
    ]  # fmt: skip


def newest(session: Session, query: Query, most: int, *, in_title: bool = False) -> list[int]:
    bounds = matching.Bounds(place_of(clock.now()), most)
    found = matching.newest(session, query, bounds, "en", in_title=in_title)
    return [post_of(place) for place in sorted(found, reverse=True)]


@given(typed=QUERIES, groups=st.sampled_from([Groups(), GROUPS]), many=st.integers(1, 50),
       most=st.integers(1, 9))  # fmt: skip
@ONE_SITE
def test_they_are_the_newest_of_all_wherever_it_looks_first(
    app: Flask, session: Session, posts: list[Post], typed: str, groups: Groups,
    many: int, most: int,
) -> None:  # fmt: skip
    query = read(typed, groups, "en")
    wanted = [post.id for post in posts if has(post, query)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching, "FIRST_MANY", many)
        assert newest(session, query, most) == wanted[:most]


@given(typed=st.sampled_from([*WORDS, OLD, "oak elm", '"elm oak"', "oa", "ash "]),
       many=st.integers(1, 50), most=st.integers(1, 9))  # fmt: skip
@ONE_SITE
def test_titles_are_looked_through_alike(
    app: Flask, session: Session, posts: list[Post], typed: str, many: int, most: int
) -> None:
    query = read(typed, GROUPS, "en")
    wanted = [post.id for post in posts if has(post, query, in_title=True)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching, "FIRST_MANY", many)
        assert newest(session, query, most, in_title=True) == wanted[:most]


@pytest.mark.parametrize("database", ["postgresql"])
@pytest.mark.parametrize(
    "typed", ["oak ", "oak elm", "elm -oak", '"oak elm fir"', "ash ", 'oak -"elm oak fir"']
)
def test_postgresql_never_reads_article_by_article(
    session: Session, posts: list[Post], typed: str
) -> None:
    # Forty articles lie on one page, and every second one has the word: it would like to.
    session.execute(text("ANALYZE search_entries"))

    with noted_statements() as said:
        searching.search(session, typed, clock.now())

    asked = [one for one in said if "handles" in one.sql]
    assert asked
    for one in asked:
        steps = session.connection().exec_driver_sql(f"EXPLAIN {one.sql}", one.values).scalars()
        plan = "\n".join(steps)
        assert "on search_entries_handles" in plan
        assert "Seq Scan" not in plan
        assert "ix_search_entries_place" not in plan
