"""`make bench-search`: each kind of query among many articles, beside plainly ranking all of them.

POSTS=10000 is the size of the site (100,000 if not told), DATABASES="sqlite postgresql" on which,
ROUNDS how often each is asked: the median counts. Pages are measured too, made anew, beside those
of a site of a hundred articles; there a month has one card, where a full one has twelve.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import flask_migrate
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from hrsite import clock, create_app
from hrsite.extensions import db
from hrsite.posts import listing, searching, synonyms
from hrsite.posts.queries import Phrase, Query, read
from tests import databases
from tests.bench import many_posts
from tests.bench.table import say
from tests.conftest import settings_for

FEW = 100
KINDS = {
    "common word": "doctor ",
    "two common words": "doctor sleep ",
    "rare word": "samaritan ",
    "three rarely together": "ambulance xanax samaritan ",
    "words for one thing": "narcan ",
    "two such groups": "stop alcohol ",
    "beginning of a word": "nalox",
    "phrase": '"opioid overdose"',
    "phrase that is nowhere": '"sleep doctor"',
    "accents": "dôctor ",
    "without a word": "naloxone -doctor ",
    "slip of a known word": "noloxone ",
    "nothing found": "qqqqqqq ",
    "some of the words": "doctor zeppelin sleep ",
    "10,000 characters": "word sleep doctor " * 556,
    "unbalanced quotes": '"doctor "sleep" an "',
    "three in a row, nowhere": '"do not have"',
    "without three in a row": 'people -"in the morning"',
}
INDEX = "SELECT indexdef FROM pg_indexes WHERE indexname = 'search_entries_handles'"
PLAIN = {
    "sqlite": "SELECT rowid FROM search_index WHERE search_index MATCH :query"
    " ORDER BY bm25(search_index, 12.0, 5.0, 5.0, 1.0) LIMIT 10",
    "postgresql": "SELECT place FROM search_entries WHERE terms @@ CAST(:query AS tsquery)"
    " ORDER BY ts_rank(terms, CAST(:query AS tsquery), 1) DESC LIMIT 10",
}


def main() -> None:
    """Measure, and print the tables."""
    count = int(os.environ.get("POSTS") or 100_000)
    rounds = int(os.environ.get("ROUNDS") or 5)
    say(f"hrsite bench-search, load before the run {os.getloadavg()[0]:.1f}, {rounds} rounds.")
    for name in (os.environ.get("DATABASES") or "sqlite postgresql").split():
        pages = {}
        for size in (FEW, count):
            with tempfile.TemporaryDirectory(prefix="hrsite-search-") as folder:
                app = site(name, Path(folder), size)
                with app.app_context():
                    if size == count:
                        say_kinds(name, count, db.session(), rounds)
                    pages[size] = pages_of(app, rounds)
                    db.session().rollback()
                    db.engine.dispose()
        say_pages(name, pages[FEW], pages[count], count)


def site(name: str, folder: Path, size: int) -> Flask:
    """A site of so many articles."""
    url = f"sqlite:///{folder}/site.db"
    if name == "postgresql":
        url = databases.create_database("bench_search")
    app = create_app(settings_for(folder, DATABASE_URL=url))
    with app.app_context():
        flask_migrate.upgrade()
        session = db.session()
        # A quarter of the time: all goes into the index at once.
        index = session.scalar(text(INDEX)) if name == "postgresql" else None
        if index:
            session.execute(text("DROP INDEX search_entries_handles"))
        many_posts.fill(session, size)
        if index:
            session.execute(text(index))
            # Plainly ranking asks for terms, which we have no index of.
            session.execute(text("CREATE INDEX plain ON search_entries USING gin (terms)"))
        session.execute(text("ANALYZE"))
        session.commit()
    return app


def say_kinds(name: str, count: int, session: Session, rounds: int) -> None:
    """A line for each kind of query."""
    say(f"\nAmong {count:,} articles on {name}, with titles and pieces to show:")
    say(f"{'':26}{'ms':>9}{'plain':>9}{'ratio':>8}{'found':>8}")
    groups = synonyms.groups_of(synonyms.lines(session).text, "en")
    for kind, typed in KINDS.items():
        plain = spelt(read(typed, groups, "en"), is_sqlite=name == "sqlite")
        found = searching.search(session, typed, clock.now())
        ours = median(lambda typed=typed: searching.search(session, typed, clock.now()), rounds)
        theirs = median(
            lambda plain=plain: session.execute(text(PLAIN[name]), {"query": plain}).all(), rounds
        )
        say(f"{kind:26}{ours:9.1f}{theirs:9.1f}{ours / theirs:8.2f}{found.total:8}")
        session.rollback()


def spelt(query: Query, *, is_sqlite: bool) -> str:
    """All that is wanted, with its other words, as either database would be asked plainly."""
    either, both, quote, beside = (" OR ", " AND ", '"', " ") if is_sqlite else (
        " | ", " & ", "'", "' <-> '"
    )  # fmt: skip

    def one(phrase: Phrase) -> str:
        return f"{quote}{beside.join(phrase)}{quote}"

    return both.join(f"({either.join(map(one, each.phrases))})" for each in query.wanted)


def pages_of(app: Flask, rounds: int) -> dict[str, float]:
    """What each kind of page costs, made anew."""
    client, newest = app.test_client(), listing.recent(db.session(), clock.now(), 1)[0]
    assert newest.published_at
    month = f"/posts/{clock.local(newest.published_at):%Y/%m}"
    addresses = {"post": "/posts/article-50", "home": "/", "archive": "/posts/",
                 "topic": "/topics/overdose", "month": month}  # fmt: skip

    def asked(address: str) -> None:
        app.extensions["front_door"].forget()
        assert client.get(address).status_code == 200, address

    costs = {}
    for page, address in addresses.items():
        asked(address)
        costs[page] = median(lambda address=address: asked(address), 5 * rounds)
    return costs


def say_pages(name: str, few: dict[str, float], many: dict[str, float], count: int) -> None:
    """A line for each kind of page."""
    say(f"\nPages made anew on {name}, ms among {FEW} and among {count:,} articles:")
    for page in few:
        say(f"{page:26}{few[page]:9.1f}{many[page]:9.1f}{many[page] / few[page]:8.2f}")


def median(ask: Callable[[], object], rounds: int) -> float:
    """Milliseconds, the middle one of some."""
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - began)
    return 1000 * statistics.median(taken)


if __name__ == "__main__":
    main()
