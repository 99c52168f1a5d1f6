"""The feeds, as feed readers see them, and the page that tells how to follow."""

from datetime import timedelta

import feedparser
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.extensions import db
from hrsite.posts import publishing
from hrsite.posts.models import Post
from tests.conftest import AppMaker
from tests.factories import make_picture, make_post, make_tag
from tests.posts.feed_rules import atom_breaches, json_feed_breaches

FEEDS = ("/feed.xml", "/feed.json", "/topics/sleep/feed.xml", "/topics/sleep/feed.json")


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
    assert entry.id.startswith("urn:uuid:")
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


def test_every_feed_keeps_to_its_specification(client: FlaskClient, session: Session) -> None:
    sleep, picture = make_tag(session, "Sleep"), make_picture(session)
    make_post(session, tags=[sleep], picture=picture, language="fr", title="A & <b>")
    make_post(session, tags=[sleep], summary="", author_name="", body_html="")
    make_post(session)

    for address in ("/feed.xml", "/topics/sleep/feed.xml"):
        assert atom_breaches(client.get(address).data) == []
    for address in ("/feed.json", "/topics/sleep/feed.json"):
        answer = client.get(address)
        assert answer.content_type == "application/feed+json; charset=utf-8"
        assert json_feed_breaches(answer.json) == []


def test_the_empty_feeds_keep_to_it_too(client: FlaskClient) -> None:
    assert atom_breaches(client.get("/feed.xml").data) == []
    assert json_feed_breaches(client.get("/feed.json").json) == []


def test_a_topic_s_feed_holds_that_topic_and_says_so(client: FlaskClient, session: Session) -> None:
    make_post(session, title="On sleep", tags=[make_tag(session, "Sleep")])
    make_post(session, title="On bread", tags=[make_tag(session, "Bread")])

    atom = feedparser.parse(client.get("/topics/sleep/feed.xml").data)
    json = client.get("/topics/sleep/feed.json").json

    assert [entry.title for entry in atom.entries] == ["On sleep"]
    assert [item["title"] for item in json["items"]] == ["On sleep"]
    assert atom.feed.title == json["title"] == "Sleep · Steady Ground"
    assert atom.feed.link == json["home_page_url"] == "http://localhost/topics/sleep"
    assert json["feed_url"] == "http://localhost/topics/sleep/feed.json"
    # The same article has the same name in each feed, so an app shows it once.
    everything = client.get("/feed.json").json["items"]
    assert json["items"][0]["id"] in [item["id"] for item in everything]


def test_an_article_keeps_its_name_with_a_new_slug_and_on_a_new_domain(
    make_app: AppMaker, client: FlaskClient, session: Session
) -> None:
    post = make_post(session, slug="kept")
    before = client.get("/feed.json").json["items"][0]

    post.slug, post.title, post.updated_at = "other", "Other words", clock.now()
    session.commit()
    moved = make_app(BASE_URL="http://127.0.0.1").test_client()
    after = moved.get("/feed.json", headers={"Host": "127.0.0.1"}).json["items"][0]
    atom = feedparser.parse(client.get("/feed.xml").data)

    assert after["url"] == "http://127.0.0.1/posts/other"
    assert after["id"] == before["id"] == atom.entries[0].id


def test_json_feed_says_everything_that_atom_says(client: FlaskClient, session: Session) -> None:
    picture = make_picture(session)
    make_post(
        session,
        slug="kept",
        summary="Une étape à la fois.",
        language="fr",
        author_name="Sam Roy",
        picture=picture,
        body_html='<p><a href="/about">pas</a></p>',
        tags=[make_tag(session, "Sleep")],
    )

    (item,) = client.get("/feed.json").json["items"]
    (entry,) = feedparser.parse(client.get("/feed.xml").data).entries

    assert item["url"] == entry.link == "http://localhost/posts/kept"
    assert item["summary"] == entry.summary == "Une étape à la fois."
    assert item["language"] == entry.content[0].language == "fr"
    assert item["authors"] == [{"name": "Sam Roy"}]
    assert entry.author == "Sam Roy"
    assert item["image"] == f"http://localhost/media/{picture.name}.webp"
    assert f'alt="A table with two cups" src="{item["image"]}"' in entry.content[0].value
    assert item["tags"] == ["Sleep"]
    assert item["content_html"] in entry.content[0].value
    assert 'href="http://localhost/about"' in item["content_html"]
    assert (item["date_published"], item["date_modified"]) == (entry.published, entry.updated)


@pytest.mark.parametrize("database", ["sqlite"])
def test_feeds_show_no_draft_and_nothing_of_tomorrow(client: FlaskClient, session: Session) -> None:
    sleep = make_tag(session, "Sleep")
    make_post(session, tags=[sleep])
    make_post(session, title="Not yet said", published_at=None, tags=[sleep])
    ahead = clock.now() + timedelta(hours=1)
    make_post(session, title="Not yet said", published_at=ahead, tags=[sleep])
    for address in FEEDS:
        assert "Not yet said" not in client.get(address).text, address


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("slug", ["no-such-topic", "%2e%2e", "a" * 5000, "Sleep", "~sleep"])
def test_a_feed_of_no_topic_is_not_there(client: FlaskClient, slug: str) -> None:
    for kind in ("xml", "json"):
        assert client.get(f"/topics/{slug}/feed.{kind}").status_code == 404


@pytest.mark.parametrize("database", ["sqlite"])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=st.text(min_size=1, max_size=80), words=st.text(max_size=200))
def test_whatever_is_typed_makes_a_sound_feed(app: Flask, title: str, words: str) -> None:
    with app.app_context():
        db.session.query(Post).delete()
        post = publishing.save(
            db.session(),
            None,
            publishing.PostWords(title, summary=words, body_html=f"<p>{words}</p>"),
            None,
            clock.now(),
        )
        post.published_at = clock.now()
        db.session.commit()
        client = app.test_client()
        assert atom_breaches(client.get("/feed.xml").data) == []
        feed = client.get("/feed.json").json
        assert json_feed_breaches(feed) == []
        assert feed["items"][0]["title"] == post.title


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_page_tells_how_to_follow_and_every_page_leads_to_it(
    client: FlaskClient, session: Session
) -> None:
    make_post(session, slug="kept", tags=[make_tag(session, "Sleep")])

    page = client.get("/follow").text

    for address in ("http://localhost/feed.xml", "http://localhost/feed.json"):
        assert f'value="{address}"' in page
    # However many topics there are, they stand below all else.
    assert page.index('href="/topics/sleep/feed.xml"') > page.rindex('value="http://localhost/')
    for address in ("/", "/posts/kept", "/signup", "/privacy", "/nothing-here"):
        assert 'href="/follow"' in client.get(address).text, address


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_article_can_be_shared_without_saying_what_it_is_about(
    client: FlaskClient, session: Session
) -> None:
    post = make_post(session, slug="the-first-minutes", title="The first minutes")

    page = client.get("/posts/the-first-minutes").text
    mail = page.split('href="mailto:')[1].split('"')[0]

    assert 'value="http://localhost/posts/the-first-minutes"' in page
    assert mail == f"?subject=Something%20to%20read&amp;body=http%3A//localhost/n/{post.id}"
    assert client.get(f"/n/{post.id}").location == "/posts/the-first-minutes"
