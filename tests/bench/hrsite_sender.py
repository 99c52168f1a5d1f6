"""hrsite's own sender in a process of its own, as its worker runs it; and what the bench needs.

Started by the bench with the settings of one site in its environment. What it hands over are real
rows: an Issue, or put_message and a ListWriter, writes them down; deliver_due finds them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import event

from hrsite import clock, collecting, create_app, giving_back
from hrsite.extensions import db
from hrsite.newsletter import issues
from hrsite.newsletter.audience import audience, numbers
from hrsite.newsletter.models import Subscriber, Topic
from hrsite.outbox.compose import Letter
from hrsite.outbox.delivering import deliver_due
from hrsite.outbox.enqueue import PATIENCE, Envelope, put_message
from hrsite.outbox.parts import AT_ONCE, ListWriter, next_size
from hrsite.posts.models import Post
from tests.bench import letter, reporting, seeding

OWNER = f"bench/{os.getpid()}"


def seed(distinct: int, readers: int) -> dict[str, Any]:
    """Make a site's tables and put readers into them."""
    with reporting.Stopwatch() as watch:
        seeding.seed(db.session(), distinct, readers)
        _settle()
    return watch.cost(readers)


def write_down(readers: int, octets: int, everybody: bool = False) -> dict[str, Any]:
    """Write down a letter and a copy for each of the first readers.

    For everybody it is an Issue, whole: opened, and those counted who are left out.
    """
    session, now = db.session(), clock.now()
    post = _article(now) if everybody else None
    with reporting.Stopwatch() as watch, _transactions() as lengths:
        count = _write_issue(post, now) if post else _write_letter(readers, octets, now)
        session.commit()
    _settle()
    return watch.cost(count) | {"longest_transaction": max(lengths)}


def _article(now: datetime) -> int:
    post = Post(title="News", slug="news", body_html="<p>News.</p>", created_at=now, updated_at=now)
    post.published_at, post.send_to_readers = now, True
    db.session.add(post)
    db.session.commit()
    return post.id


def _write_issue(post_id: int, now: datetime) -> int:
    session = db.session()
    issue = issues.open_issue(session, issues.Due(Post, post_id), now)
    assert issue is not None
    session.commit()
    most = AT_ONCE
    while issue.message.expanded_at is None:
        session.commit()
        began = time.monotonic()
        issues.list_more(session, issue.id, most, now)
        session.commit()
        most = next_size(session, most, time.monotonic() - began)
    return issue.message.created_count


def _write_letter(readers: int, octets: int, now: datetime) -> int:
    session = db.session()
    envelope = Envelope(f"{OWNER}/{time.monotonic_ns()}", Topic.ARTICLES.value, now + PATIENCE)
    message = put_message(session, envelope, Letter(**asdict(letter.written(octets))), now)
    assert message is not None
    session.commit()
    people = audience(Topic.ARTICLES, now).where(Subscriber.id <= readers)
    writer, count, most = ListWriter(numbers(Topic.ARTICLES), people), 0, AT_ONCE
    while message.expanded_at is None:
        session.commit()
        began = time.monotonic()
        part = writer.next_part(session, message, most)
        count += writer.put(session, message, part, now)
        session.commit()
        most = next_size(session, most, time.monotonic() - began)
    return count


def hand_over(letters: int, most_seconds: float) -> dict[str, Any]:
    """Let the worker look until so many letters have gone, or the time is over."""
    ends_at, count = time.monotonic() + most_seconds, 0
    with reporting.Stopwatch() as watch:
        while count < letters and time.monotonic() < ends_at:
            tried = deliver_due(db.session(), OWNER, lambda: time.monotonic() > ends_at)
            if not tried:
                break
            count += tried
    return watch.cost(count)


@contextmanager
def _transactions() -> Iterator[list[float]]:
    """How long each transaction lasts, from its lock to its end on the disk."""
    began, lengths = [time.perf_counter()], [0.0]

    def begin(connection: Any) -> None:
        began[0] = time.perf_counter()

    def end(connection: Any, record: Any) -> None:
        lengths.append(time.perf_counter() - began[0])

    event.listen(db.engine, "begin", begin)
    event.listen(db.engine, "checkin", end)
    try:
        yield lengths
    finally:
        event.remove(db.engine, "begin", begin)
        event.remove(db.engine, "checkin", end)


def _settle() -> None:
    """Pay what writing rows leaves behind, so that it is not charged to whoever comes next."""
    db.session.remove()
    if db.engine.dialect.name == "sqlite":
        raw = db.engine.raw_connection()
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        raw.close()
    else:
        with db.engine.begin() as connection:
            connection.exec_driver_sql("ANALYZE")


def main(orders: dict[str, Callable[..., dict[str, Any]]] | None = None) -> None:
    """Obey the bench until it hangs up."""
    giving_back.give_back_early()
    app = create_app(answers=False)
    collecting.spare_what_is_there()
    with app.app_context():
        known = {"seed": seed, "write_down": write_down, "hand_over": hand_over}
        reporting.obey(known | (orders or {}), ready=True)
        db.session.remove()
        db.engine.dispose()


if __name__ == "__main__":
    main()
