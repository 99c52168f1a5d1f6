"""Columns: the same values come back from both databases, and what is sealed stays sealed."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from hrsite.columns import changed_rows
from hrsite.newsletter.models import Subscriber, Subscription, SubscriptionState
from hrsite.posts.models import Post
from tests import factories

TORONTO = timezone(timedelta(hours=-4))
MOMENT = datetime(2026, 6, 2, 23, 30, 15, 123456, tzinfo=TORONTO)


def test_a_moment_comes_back_aware_in_utc_and_exact(session: Session) -> None:
    number = factories.make_post(session, published_at=MOMENT).id
    session.expire_all()
    kept = session.get_one(Post, number).published_at
    assert kept == MOMENT
    assert kept is not None
    assert kept.tzinfo is UTC
    assert kept.hour == 3


def test_moments_of_different_zones_compare_as_moments(session: Session) -> None:
    factories.make_post(session, published_at=MOMENT)
    later = MOMENT.astimezone(UTC) + timedelta(microseconds=1)
    found = session.scalars(select(Post).where(Post.published_at < later)).all()
    assert len(found) == 1
    assert not session.scalars(select(Post).where(Post.published_at < MOMENT)).all()


def test_a_moment_without_a_zone_is_refused(session: Session) -> None:
    with pytest.raises(StatementError, match="without a zone"):
        factories.make_post(session, published_at=datetime(2026, 6, 2, 12, 0))  # noqa: DTZ001
    session.rollback()


def test_no_moment_stays_no_moment(session: Session) -> None:
    number = factories.make_post(session, published_at=None).id
    session.expire_all()
    assert session.get_one(Post, number).published_at is None


def test_an_address_is_sealed_in_the_table_and_open_in_the_object(session: Session) -> None:
    made = factories.make_subscriber(session)
    raw = session.execute(text("SELECT address, links FROM recipients")).one()
    for column in raw:
        assert b"example" not in bytes(column)
        assert made.links["settings"].encode() not in bytes(column)
    session.expire_all()
    kept = session.scalars(select(Subscriber)).one()
    assert kept.address == "reader@example.org"
    assert set(kept.links) == {"confirm", "settings", "unsubscribe"}


def test_a_state_is_kept_as_its_lower_case_word(session: Session) -> None:
    factories.make_subscriber(session)
    assert session.scalar(text("SELECT state FROM subscriptions")) == "confirmed"
    assert session.scalars(select(Subscription)).one().state is SubscriptionState.CONFIRMED


def test_changed_rows_are_counted(session: Session) -> None:
    factories.make_post(session)
    factories.make_post(session)
    assert changed_rows(session.execute(text("UPDATE posts SET title = 'x'"))) == 2
    assert changed_rows(session.execute(text("DELETE FROM posts WHERE title = 'y'"))) == 0
