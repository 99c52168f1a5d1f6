"""What a page says about itself in its head: one address, a card, and the words of schema.org."""

import json
from html import unescape
from html.parser import HTMLParser
from typing import Any

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
from tests.factories import make_post, make_tag

pytestmark = pytest.mark.parametrize("database", ["sqlite"])
NASTY = ("</script><script>alert(1)</script>", "<!--<script>", "a\u2028b\u2029c", "]]>", "'\"&\\")


class Head(HTMLParser):
    """What machines read in a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.properties: dict[str, str] = {}
        self.canonical: list[str] = []
        self.data: list[str] = []
        self._is_data = False
        self.scripts = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "meta" and "property" in said:
            assert said["property"] not in self.properties
            self.properties[said["property"]] = said["content"]
        if tag == "link" and said.get("rel") == "canonical":
            self.canonical.append(said["href"])
        if tag == "script":
            self.scripts += 1
            self._is_data = said.get("type") == "application/ld+json"

    def handle_data(self, data: str) -> None:
        if self._is_data:
            self.data.append(data)
            self._is_data = False

    def graph(self) -> dict[str, dict[str, Any]]:
        """The things the page describes, by their kind."""
        (text,) = self.data
        return {thing["@type"]: thing for thing in json.loads(text)["@graph"]}


def head(client: FlaskClient, address: str) -> Head:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return Head(answer.text)


def test_an_article_says_what_a_chat_may_show(client: FlaskClient, session: Session) -> None:
    post = make_post(session, slug="kept", title="Small & “kept”", summary="Twice <beats> forever.")

    said = head(client, "/posts/kept").properties
    card = said.pop("og:image")

    assert said == {
        "og:site_name": "Steady Ground",
        "og:title": "Small & “kept”",
        "og:description": "Twice <beats> forever.",
        "og:url": "http://localhost/posts/kept",
        "og:type": "article",
        "article:published_time": post.published_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "og:image:type": "image/png",
        "og:image:width": "1200",
        "og:image:height": "630",
        # The picture's words name the site and never the subject.
        "og:image:alt": "Steady Ground, on a drawing of low hills and a sun",
    }
    assert card.startswith("http://localhost/media/card-")


def test_every_page_names_one_address_without_what_anybody_added(
    client: FlaskClient, session: Session
) -> None:
    sleep = make_tag(session, "Sleep")
    posts = [make_post(session, slug=f"kept-{number}", tags=[sleep]) for number in range(30)]
    place = f"before={posts[20].id}"
    for asked, named in {
        "/": "/",
        "/?fbclid=x&before=3": "/",
        "/posts/kept-3?utm_source=x": "/posts/kept-3",
        "/posts/kept-3?plain=1": "/posts/kept-3",
        f"/posts/?x=1&{place}": f"/posts/?{place}",
        f"/topics/sleep?{place}&plain=1": f"/topics/sleep?{place}",
        "/follow": "/follow",
        "/privacy": "/privacy",
    }.items():
        said = head(client, asked)
        assert said.canonical == [f"http://localhost{named}"], asked
        assert said.properties["og:url"] == f"http://localhost{named}", asked
        assert said.properties["og:title"], asked


def test_a_page_that_is_not_there_names_no_address(client: FlaskClient) -> None:
    for path in ("/posts/no-such", "/nothing-here"):
        said = Head(client.get(path).text)
        assert said.canonical == []
        assert said.properties == {}


def test_an_article_is_described_and_so_is_the_way_to_it(
    client: FlaskClient, session: Session
) -> None:
    post = make_post(session, slug="kept", language="fr", tags=[make_tag(session, "Sleep")])

    graph = head(client, "/posts/kept").graph()

    article = graph["BlogPosting"]
    assert article["headline"] == post.title
    assert article["url"] == "http://localhost/posts/kept"
    assert article["inLanguage"] == "fr"
    assert article["author"]["name"] == "Jordan Hale"
    assert article["datePublished"] <= article["dateModified"]
    steps = graph["BreadcrumbList"]["itemListElement"]
    assert [(step["position"], step["item"]) for step in steps] == [
        (1, "http://localhost/"),
        (2, "http://localhost/posts/"),
        (3, "http://localhost/topics/sleep"),
        (4, "http://localhost/posts/kept"),
    ]
    assert head(client, "/").graph()["WebSite"]["name"] == "Steady Ground"


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.sampled_from(NASTY), st.text(min_size=1, max_size=60)))
def test_no_title_can_get_out_of_the_block_of_data(app: Flask, title: str) -> None:
    with app.app_context():
        db.session.query(Post).delete()
        words = publishing.PostWords(title, summary=title, body_html="<p>x</p>")
        post = publishing.save(db.session(), None, words, None, clock.now())
        post.published_at, post.slug = clock.now(), "kept"
        db.session.commit()
        page = app.test_client().get("/posts/kept").text
        said = Head(page)

        # One block of data and the one script of the page, whatever the title holds.
        assert said.scripts == 3
        (text,) = said.data
        assert not {"<", ">", "&", "\u2028", "\u2029"} & {*text}
        assert said.graph()["BlogPosting"].get("headline", "") == post.title
        assert unescape(said.properties["og:title"]) == unescape(post.title)
