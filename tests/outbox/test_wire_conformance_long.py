"""An article of 80,000 words: its beginning goes out, whole blocks of it, and where the rest is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from hrsite.newsletter import letters
from hrsite.newsletter.models import Topic
from hrsite.outbox.compose import MOST_HTML, TooLong, compose
from tests import factories
from tests.outbox.conformance import deliver, words
from tests.outbox.keeping_server import EVERY_EXTENSION, Keeper, Received, keeping_server

WORDS = 80_000
REST = "Read the rest on the site"
SHAPES = {
    "paragraphs": "<h2>A part</h2><p>" + "word " * 199 + "é.</p>",
    "links": '<p><a href="https://example.org/a?b=1&amp;c=2">word</a> ' + "word " * 98 + "</p>",
    "list": "<ul>" + "<li>four words in one</li>" * 25 + "</ul>",
    "quotes": "<blockquote><p>" + "&lt;word&gt; " * 100 + "</p></blockquote>",
}


@pytest.fixture
def database() -> str:
    """What is composed does not depend on it."""
    return "sqlite"


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    with keeping_server(*EVERY_EXTENSION) as server:
        yield server


def long_body(shape: str) -> str:
    """So many words, in blocks of this shape."""
    each = len(re.sub(r"<[^>]+>", " ", SHAPES[shape]).split())
    return SHAPES[shape] * (WORDS // each)


def check_the_beginning(letter: Received, where_the_rest_is: str) -> None:
    html, text = words(letter, "html"), words(letter, "plain")
    assert 60_000 < len(html.encode()) < 80_000
    assert REST in html
    assert REST in text
    for link in map(unescape, re.findall(r'href="([^"]+)"', html)):
        assert link in text
    assert where_the_rest_is in text
    # The way out is there, below what was cut, and the part before it ends with a whole block.
    assert html.index("/unsubscribe/") > html.index(REST)
    assert max(map(len, text.split("\n"))) < 200


@pytest.mark.parametrize("shape", SHAPES)
def test_a_very_long_article_becomes_a_letter_with_its_beginning(
    app: Flask, session: Session, keeper: Keeper, shape: str
) -> None:
    factories.make_subscriber(session)
    post = factories.make_post(session, body_html=long_body(shape), send_to_readers=True)
    (letter,) = deliver(app, session, keeper)
    check_the_beginning(letter, f"http://localhost/posts/{post.slug}")


def test_a_very_long_notice_keeps_when_where_and_how_to_join(
    app: Flask, session: Session, keeper: Keeper
) -> None:
    factories.make_subscriber(session, topics=(Topic.NOTICES,))
    told = factories.make_notice(session, body_html=long_body("paragraphs"), send_to_readers=True)
    (letter,) = deliver(app, session, keeper)
    check_the_beginning(letter, f"http://localhost/notices/{told.slug}")
    for kind in ("plain", "html"):
        assert told.how_to_join in words(letter, kind)
        assert "Toronto time" in words(letter, kind)


def test_both_parts_end_at_the_same_word(session: Session) -> None:
    numbered = "".join(f"<p>Paragraph number {n}.</p>" for n in range(20_000))
    letter = letters.article(factories.make_post(session, body_html=numbered), "http://localhost")
    last_of = [
        re.findall(r"Paragraph number (\d+)\.", part)[-1] for part in (letter.html, letter.text)
    ]
    assert last_of[0] == last_of[1]


def test_a_letter_longer_than_mail_programs_show_is_never_made(session: Session) -> None:
    post = factories.make_post(session)
    told = {"post": post, "page": "/posts/x", "out_at": None, "body_text": "x"}
    with pytest.raises(TooLong):
        compose("article", body="<p>x</p>" * (MOST_HTML // 8), **told)


def test_an_article_that_fits_is_whole(app: Flask, session: Session, keeper: Keeper) -> None:
    factories.make_subscriber(session)
    factories.make_post(
        session, body_html="<p>" + "word " * 5000 + "end.</p>", send_to_readers=True
    )
    (letter,) = deliver(app, session, keeper)
    assert "end." in words(letter, "html")
    assert REST not in words(letter, "html")
