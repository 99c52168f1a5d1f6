"""The Atom feed, as feed readers see it."""

from datetime import timedelta

import feedparser
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite import clock
from tests.factories import make_picture, make_post, make_tag


def test_the_feed_has_the_articles_in_full_with_whole_addresses(
    client: FlaskClient, session: Session
) -> None:
    picture = make_picture(session)
    make_post(
        session,
        slug="kept",
        title="Small steps & <kept> 🌱",
        summary="Une étape à la fois.",
        body_html=f'<p>“Un” <a href="/about">pas</a></p>'
        f'<figure><img src="/media/{picture.name}.webp" alt="Two cups"></figure>',
        tags=[make_tag(session, "Sleep")],
    )

    answer = client.get("/feed.xml")
    feed = feedparser.parse(answer.data)

    assert answer.content_type == "application/atom+xml; charset=utf-8"
    assert not feed.bozo
    assert feed.version == "atom10"
    (entry,) = feed.entries
    assert entry.link == "http://localhost/posts/kept"
    assert entry.id.startswith("http://localhost/")
    assert entry.summary == "Une étape à la fois."
    assert entry.tags[0].label == "Sleep"
    # The source itself, for feedparser would make short addresses whole.
    assert "http://localhost/about" in answer.text
    assert f"http://localhost/media/{picture.name}.webp" in answer.text
    assert "“Un”" in entry.content[0].value


def test_each_entry_says_when_it_last_changed(client: FlaskClient, session: Session) -> None:
    now = clock.now()
    long_ago = now - timedelta(days=60)
    # Written long ago and published today: news today.
    make_post(session, slug="new", created_at=long_ago, updated_at=long_ago, published_at=now)
    make_post(session, slug="mended", published_at=long_ago, updated_at=now - timedelta(days=1))

    feed = feedparser.parse(client.get("/feed.xml").data)

    new, mended = feed.entries
    assert new.updated == now.strftime("%Y-%m-%dT%H:%M:%SZ") == feed.feed.updated
    assert mended.updated > mended.published


def test_the_feed_holds_the_newest_twenty(client: FlaskClient, session: Session) -> None:
    for number in range(22):
        make_post(session, slug=f"number-{number}")

    feed = feedparser.parse(client.get("/feed.xml").data)

    assert [entry.link for entry in feed.entries] == [
        f"http://localhost/posts/number-{number}" for number in range(21, 1, -1)
    ]
    assert len({entry.id for entry in feed.entries}) == 20


def test_an_empty_feed_is_still_a_feed(client: FlaskClient) -> None:
    feed = feedparser.parse(client.get("/feed.xml").data)

    assert not feed.bozo
    assert feed.entries == []
    assert feed.feed.updated
