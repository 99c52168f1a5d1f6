"""Readers by the hundred thousand, quickly: real rows, each address sealed by the real seal."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, LargeBinary, String, cast, func, insert, literal, select
from sqlalchemy.orm import Session

from hrsite import clock, schema, tokens
from hrsite.columns import UTCDateTime
from hrsite.newsletter.models import Subscriber, Subscription, SubscriptionState, Topic
from hrsite.newsletter.subscribing import PURPOSES
from hrsite.outbox.models import Recipient

AT_ONCE = 10_000


def seed(session: Session, distinct: int, readers: int) -> None:
    """Migrate, and put so many readers into the empty tables.

    The first `distinct` have an address and links of their own. Further ones are copies with a
    key of their own: enough to count, to write down and to hand over, and much quicker to make.
    """
    schema.bring_up()
    now = clock.now()
    for start in range(0, distinct, AT_ONCE):
        people = list(_people(range(start, min(distinct, start + AT_ONCE)), now))
        session.execute(insert(Recipient), [recipient for recipient, _ in people])
        session.execute(insert(Subscriber), [subscriber for _, subscriber in people])
    _copy(session, distinct, readers)
    _let_all_confirm(session, now)
    session.commit()


def _people(numbers: range, now: datetime) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    seal = current_app.extensions["seal"]
    for number in numbers:
        address = f"reader{number:07}@example.org"
        links = {purpose: tokens.new_token() for purpose in PURPOSES}
        hashes = {f"{purpose}_hash": tokens.fingerprint(links[purpose]) for purpose in PURPOSES}
        recipient = {"address": address, "address_key": seal.keyed_hash(address), "links": links}
        # Numbered from 1, as the empty tables number them.
        yield {"id": number + 1} | recipient, {"id": number + 1, "created_at": now} | hashes


def _copy(session: Session, distinct: int, readers: int) -> None:
    """Repeat the first readers until there are enough, each copy under a key of its own."""
    for model in (Recipient, Subscriber):
        table = model.__table__
        columns = list(table.columns)
        for there in range(distinct, readers, distinct):
            rows = [
                column + there
                if column.primary_key
                else _new_key(session, table.c.id)
                if column.unique
                else column
                for column in columns
            ]
            some = select(*rows).order_by(table.c.id).limit(min(distinct, readers - there))
            session.execute(insert(model).from_select(columns, some))


def _new_key(session: Session, number: ColumnElement[int]) -> ColumnElement[str]:
    """64 hexadecimal digits for each row, none like another's and in no order."""
    if session.get_bind().dialect.name == "sqlite":
        return func.lower(func.hex(func.randomblob(32)))
    words = literal(secrets.token_hex(32)).concat(cast(number, String))
    return func.encode(func.sha256(cast(words, LargeBinary)), "hex")


def _let_all_confirm(session: Session, now: datetime) -> None:
    confirmed = select(
        Subscriber.id,
        literal(Topic.ARTICLES.value),
        literal(SubscriptionState.CONFIRMED.value),
        literal(now, UTCDateTime),
    )
    columns = ["subscriber_id", "topic", "state", "changed_at"]
    session.execute(insert(Subscription).from_select(columns, confirmed))
