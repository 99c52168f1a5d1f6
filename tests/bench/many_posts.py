"""Articles by the hundred thousand, quickly: several KB each, topics, ten years of months.

    python -m tests.bench.many_posts --count 100000

fills the site that the settings describe (DATABASE_URL, DATA_DIR); benches call `fill`.
"""

from __future__ import annotations

import argparse
import functools
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import flask_migrate
from sqlalchemy import insert
from sqlalchemy.orm import Session

from hrsite import clock, create_app
from hrsite.extensions import db
from hrsite.posts import indexing, keeping, terms
from hrsite.posts.models import Post, Tag, post_tags
from hrsite.texts import markdown

AT_ONCE = 1_000
YEARS = 10
TOPICS = (
    "Starting out", "Sleep", "Families", "Overdose", "Alcohol", "Opioids", "Talking", "Setbacks",
    "Money", "Work", "Services", "Grief", "Anger", "Friends", "Food", "Moving", "Testing", "Law",
    "Pregnancy", "Pain",
)  # fmt: skip
ARTICLES = Path(__file__).parents[2] / "hrsite" / "demo" / "content" / "articles"
# Syllables of words that nobody knows: each article has a few that hardly another one has.
SYLLABLES = ("ba", "ren", "ti", "mol", "ka", "dus", "ve", "lin", "go", "tar", "ne", "phi")


def fill(session: Session, count: int, seed: int = 1, with_search: bool = True) -> None:
    """Put so many published articles into a database that has its tables and none of them yet.

    The search index is written with them. The same count and seed make the same articles. Some
    topics have most of them, as in life.
    """
    chance, now = random.Random(seed), clock.now()  # The same ones each time.
    session.execute(insert(Tag), [{"name": n, "slug": slug_of(n)} for n in TOPICS])
    for start in range(0, count, AT_ONCE):
        numbers = range(start, min(count, start + AT_ONCE))
        posts = [article(number, count, now, chance) for number in numbers]
        topics = list(joins(posts, chance))
        session.execute(insert(Post), posts)
        session.execute(insert(post_tags), topics)
        if with_search:
            indexing.add(session.connection(), spelt_out(posts, topics))
    keeping.recount(session)
    session.commit()


def slug_of(name: str) -> str:
    """Starting out: starting-out."""
    return name.lower().replace(" ", "-")


def article(number: int, count: int, now: datetime, chance: random.Random) -> dict[str, Any]:
    """One article; the last number is the newest, and all together cover ten years."""
    ago = timedelta(days=365 * YEARS) * ((count - number) / count)
    title, summary = chance.choice(heads())
    odd = ["".join(chance.choices(SYLLABLES, k=4)) for _ in range(3)]
    paragraphs = chance.sample(texts(), 14)
    return {
        "id": number + 1,
        "title": f"{title}, part {number + 1}",
        "slug": f"article-{number + 1}",
        "summary": summary,
        "body_html": "\n".join([*paragraphs, f"<p>We spoke of {', '.join(odd)}.</p>"]),
        "author_name": "Jordan Hale",
        "created_at": now - ago,
        "updated_at": now - ago,
        "published_at": now - ago,
        "send_to_readers": False,
        "version": 1,
    }


def joins(posts: list[dict[str, Any]], chance: random.Random) -> Iterator[dict[str, Any]]:
    """One to three topics for each; the first topics are the common ones."""
    weights = [1 / (place + 1) for place in range(len(TOPICS))]
    for post in posts:
        for place in set(chance.choices(range(len(TOPICS)), weights, k=chance.randint(1, 3))):
            yield {
                "post_id": post["id"],
                "tag_id": place + 1,
                "published_at": post["published_at"],
            }


@functools.cache
def heads() -> list[tuple[str, str]]:
    """Titles and summaries of the demo's articles."""
    texts_ = [path.read_text() for path in sorted(ARTICLES.glob("*.md"))]
    return [(_fact(text, "title"), _fact(text, "summary")) for text in texts_]


@functools.cache
def texts() -> list[str]:
    """Every paragraph of the demo's articles, as HTML."""
    bodies = [path.read_text().split("+++\n", 2)[2] for path in sorted(ARTICLES.glob("*.md"))]
    parts = [part for body in bodies for part in body.split("\n\n") if len(part) > 120]
    return [markdown.from_markdown(part) for part in parts]


def spelt_out(posts: list[dict[str, Any]], topics: list[dict[str, Any]]) -> Iterator[indexing.Text]:
    """What `indexing.text_of` says of them. They share their paragraphs: each is read once."""
    named: dict[int, list[str]] = {}
    for join in topics:
        named.setdefault(join["post_id"], []).append(TOPICS[join["tag_id"] - 1])
    for post in posts:
        *paragraphs, odd = post["body_html"].split("\n")
        head = (post["title"], post["summary"], " . ".join(sorted(named[post["id"]])))
        spelt = [*map(_read, head), _joined([*map(_known, paragraphs), _read(terms.plain(odd))])]
        yield indexing.Text(
            post["id"],
            indexing.place_of(post["published_at"], post["id"]),
            *(one.text for one in spelt),
            _joined(spelt).words,
        )


class Spelt(NamedTuple):
    """Some text in terms, and the words they come from."""

    text: str
    words: frozenset[str]


def _read(text: str) -> Spelt:
    found = list(terms.terms_of(text, indexing.language()))
    return Spelt(" ".join(term.text for term in found), frozenset(term.word for term in found))


@functools.cache
def _known(paragraph: str) -> Spelt:
    return _read(terms.plain(paragraph))


def _joined(parts: list[Spelt]) -> Spelt:
    words: frozenset[str] = frozenset()
    return Spelt(" ".join(one.text for one in parts), words.union(*(one.words for one in parts)))


def _fact(text: str, name: str) -> str:
    return next(line.split('"')[1] for line in text.splitlines() if line.startswith(f"{name} = "))


def main() -> None:
    """Fill the site of the settings."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    options = parser.parse_args()
    app = create_app()
    with app.app_context():
        flask_migrate.upgrade()
        fill(db.session(), options.count)


if __name__ == "__main__":
    main()
