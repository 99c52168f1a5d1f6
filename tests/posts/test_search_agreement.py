"""Whatever is typed, both databases find just what reading the articles word by word would."""

from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.posts import searching, synonyms
from hrsite.posts.models import Post
from hrsite.posts.queries import read
from hrsite.posts.terms import plain
from tests.factories import make_post, make_tag
from tests.posts.reading import found_by_reading

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
