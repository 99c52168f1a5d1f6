"""What the public may see of session notices."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.notices import listing
from hrsite.notices.models import Rhythm
from tests.factories import make_notice


def test_the_next_session_comes_first_and_what_has_no_end_last(session: Session) -> None:
    now = clock.now()
    always = make_notice(session, starts_at=None, ends_at=None)
    far = make_notice(session, starts_at=now + timedelta(days=9), ends_at=now + timedelta(days=10))
    running = make_notice(
        session, starts_at=now - timedelta(minutes=5), ends_at=now + timedelta(minutes=5)
    )

    assert listing.upcoming(session, now) == [running, far, always]
    assert listing.upcoming(session, now) == [running, far, always]
    assert listing.past(session, now) == []


def test_a_notice_is_over_when_its_session_ends(session: Session) -> None:
    notice = make_notice(session)
    ends_at = notice.ends_at
    assert ends_at is not None

    just_before = ends_at - timedelta(seconds=1)
    assert listing.upcoming(session, just_before) == [notice]
    assert listing.upcoming(session, ends_at) == []
    assert listing.past(session, just_before) == []
    assert listing.past(session, ends_at) == [notice]


def test_drafts_are_in_no_list_but_hers(session: Session) -> None:
    now = clock.now()
    draft = make_notice(session, published_at=None, slug="draft")
    make_notice(session, published_at=now + timedelta(hours=1), slug="ahead")

    assert listing.upcoming(session, now) == []
    assert listing.past(session, now + timedelta(minutes=59)) == []
    assert listing.by_slug(session, "draft", now) is None
    assert listing.by_slug(session, "ahead", now) is None
    assert listing.drafts(session) == [draft]


def test_pages_change_when_a_cancelled_session_becomes_the_most_urgent(session: Session) -> None:
    now = clock.now()
    starts_at = now + timedelta(days=5)
    make_notice(session, cancelled_at=now, starts_at=starts_at)

    assert listing.next_change(session, now) == starts_at - listing.NEWS_FIRST
    assert listing.next_change(session, starts_at) == starts_at + timedelta(hours=1)


def test_pages_change_when_the_move_of_a_series_is_no_news_any_more(session: Session) -> None:
    moved_from_at = datetime(2026, 6, 3, 22, tzinfo=UTC)
    make_notice(
        session, starts_at=None, rhythm=Rhythm.WEEKLY, first_on=date(2026, 6, 4),
        start_time=time(19), length_minutes=60, moved_from_at=moved_from_at,
        published_at=moved_from_at,
    )  # fmt: skip

    assert listing.next_change(session, datetime(2026, 6, 17, tzinfo=UTC)) == datetime(
        2026, 6, 17, 22, tzinfo=UTC
    )
    assert listing.next_change(session, datetime(2026, 6, 18, tzinfo=UTC)) == datetime(
        2026, 6, 19, tzinfo=UTC
    )
