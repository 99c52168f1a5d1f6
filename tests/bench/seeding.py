"""Readers by the hundred thousand, quickly: real rows, each address sealed by the real seal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import insert, literal, select
from sqlalchemy.orm import Session

from hrsite import clock, schema, tokens
from hrsite.columns import UTCDateTime, random_hex
from hrsite.newsletter.models import Subscriber, Subscription, SubscriptionState, Topic
from hrsite.newsletter.subscribing import PURPOSES

AT_ONCE = 10_000


def seed(session: Session, distinct: int, readers: int) -> None:
    """Migrate, and put so many readers into the empty tables.

    The first `distinct` have an address and links of their own. Further ones are copies with a
    key of their own: enough to count, to write down and to hand over, and much quicker to make.
    """
    schema.bring_up()
    now = clock.now()
    for start in range(0, distinct, AT_ONCE):
        rows = list(_subscribers(range(start, min(distinct, start + AT_ONCE)), now))
        session.execute(insert(Subscriber), rows)
    _copy(session, distinct, readers)
    _let_all_confirm(session, now)
    session.commit()


def _subscribers(numbers: range, now: datetime) -> Iterator[dict[str, Any]]:
    seal = current_app.extensions["seal"]
    for number in numbers:
        address = f"reader{number:07}@example.org"
        links = {purpose: tokens.new_token() for purpose in PURPOSES}
        hashes = {f"{purpose}_hash": tokens.fingerprint(links[purpose]) for purpose in PURPOSES}
        yield {
            "address": address,
            "address_key": seal.keyed_hash(address),
            "links": links,
            "created_at": now,
        } | hashes


def _copy(session: Session, distinct: int, readers: int) -> None:
    """Repeat the first readers until there are enough, each copy under a key of its own."""
    table = Subscriber.__table__
    columns = [column for column in table.columns if not column.primary_key]
    rows = [random_hex() + random_hex() if column.unique else column for column in columns]
    for there in range(distinct, readers, distinct):
        some = select(*rows).order_by(table.c.id).limit(min(distinct, readers - there))
        session.execute(insert(Subscriber).from_select(columns, some))


def _let_all_confirm(session: Session, now: datetime) -> None:
    confirmed = select(
        Subscriber.id,
        literal(Topic.ARTICLES.value),
        literal(SubscriptionState.CONFIRMED.value),
        literal(now, UTCDateTime),
    )
    columns = ["subscriber_id", "topic", "state", "changed_at"]
    session.execute(insert(Subscription).from_select(columns, confirmed))
