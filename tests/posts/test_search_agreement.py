"""Whatever is typed, both databases find just what reading the articles word by word would."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.posts import searching, synonyms
from hrsite.posts.models import Post
from hrsite.posts.queries import Phrase, Query, Wanted, read
from hrsite.posts.terms import plain, terms_of
from tests.factories import make_post, make_tag

TEXTS = (
    ("Carrying naloxone", "A kit in the bag.", "<p>Narcan is its name. You can’t be late.</p>"),
    ("Un café le matin", "L’alcool et le reste.", "<p>Parler à une <em>seule</em> personne.</p>"),
    ("過剰摂取について", "薬物", "<p>ナロキソンを持つ</p>"),
    ("Ordinary days", "", "<p>It's 24/7: e.g. 1e5 &lt;b&gt; a\\b 'quoted' it''s NEAR(this)</p>"),
    ("नमस्ते दोस्तों", "مرحبا بالعالم", "<p>שלום עולם. Ωραία. Straße ﬁne ½ x²</p>"),
)  # fmt: skip
WORDS = sorted({word for parts in TEXTS for part in parts for word in plain(part).split()})
ODD = ["-", '"', "“", " AND ", " OR ", " NOT ", "NEAR(", "*", ":", "^", "title:", "'", "\\", "&",
       "|", "!", "<->", "\x00", "\u202e", "\u0301", "\ud800", "😀", "%", "_", ";--"]  # fmt: skip
QUERIES = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.one_of(st.sampled_from(WORDS), st.sampled_from(ODD), st.text(max_size=4)), max_size=6
    ).map(" ".join),
    st.lists(st.one_of(st.sampled_from(WORDS), st.sampled_from(ODD)), max_size=5).map("".join),
)
ONE_SITE = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def parts_of(post: Post) -> list[list[str]]:
    """The terms of each part of an article."""
    texts = [post.title, post.summary, plain(post.body_html)]
    lists = [[term.text for term in terms_of(text, "en")] for text in texts]
    return [*lists, [t.text for tag in post.tags for t in terms_of(tag.name, "en")]]


def stands_in(phrase: Phrase, parts: list[list[str]], may_begin: bool = False) -> bool:
    size = len(phrase)
    runs = [tuple(part[i : i + size]) for part in parts for i in range(len(part) - size + 1)]
    return any(
        run == phrase or (may_begin and run[:-1] == phrase[:-1] and run[-1].startswith(phrase[-1]))
        for run in runs
    )


def is_there(wanted: Wanted, parts: list[list[str]]) -> bool:
    first, *others = wanted.phrases
    return stands_in(first, parts, wanted.may_begin) or any(stands_in(p, parts) for p in others)


def found_by_reading(posts: list[Post], query: Query) -> set[int]:
    """The numbers of what has every word; where nothing has, of what has one."""

    def chosen(enough: Callable[[Any], bool]) -> set[int]:
        return {
            post.id
            for post in posts
            if enough(is_there(wanted, parts_of(post)) for wanted in query.wanted)
            and not any(stands_in(phrase, parts_of(post)) for phrase in query.unwanted)
        }

    return (chosen(all) or chosen(any)) if query.wanted else set()


@pytest.fixture
def posts(session: Session) -> list[Post]:
    tag = make_tag(session, "Staying safer")
    return [
        make_post(session, title=title, summary=summary, body_html=html, tags=[tag][: n % 2],
                  published_at=clock.now() - timedelta(days=n + 1))
        for n, (title, summary, html) in enumerate(TEXTS)
    ]  # fmt: skip


@given(typed=QUERIES)
@ONE_SITE
def test_whatever_is_typed_finds_what_reading_would(
    app: Flask, session: Session, posts: list[Post], typed: str
) -> None:
    groups = synonyms.groups_of(synonyms.lines(session).text, "en")

    found = searching.search(session, typed, clock.now())

    # Nothing has what was typed, and one word is a slip away: then that is what was looked for.
    wanted = found_by_reading(
        posts, read(f"{found.meant} " if found.is_of_meant else typed, groups, "en")
    )
    assert {result.post.id for result in found.results} == wanted
    for result in found.results:
        assert "".join(piece.text for piece in result.title) == result.post.title
        if not any(piece.is_match for piece in result.title):
            assert found.total
