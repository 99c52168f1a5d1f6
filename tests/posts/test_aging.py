"""When what an article says stops being true."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import time_machine
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from hrsite import clock as site_clock
from hrsite.posts import aging
from tests.factories import make_post

# Clocks that go forward at midnight, that skip a day, and ordinary ones.
ZONES = ("America/Toronto", "America/Santiago", "Asia/Beirut", "Pacific/Apia", "UTC")


@given(st.dates(date(2000, 1, 2), date(2100, 12, 30)), st.sampled_from(ZONES))
def test_a_day_ends_where_the_next_one_begins_and_can_be_read_back(day: date, key: str) -> None:
    zone = ZoneInfo(key)
    end = aging.end_of(day, zone)
    assert end > aging.noon(day, zone) or key == "Pacific/Apia"
    if key != "Pacific/Apia":  # It had no 30 December 2011 to read back.
        assert aging.last_day(end, zone) == day
    assert aging.end_of(day + timedelta(days=1), zone) > end or key == "Pacific/Apia"


def test_she_is_asked_once_until_it_has_another_date(
    session: Session, clock: time_machine.Traveller
) -> None:
    now = site_clock.now()
    make_post(session, title="Evergreen")
    make_post(session, title="Still holds", current_until=now + timedelta(days=1))
    make_post(session, title="Draft", current_until=now, published_at=None)
    old = make_post(session, title="Old", current_until=now)

    assert [post.title for post in aging.to_read_again(session, now)] == ["Old"]
    aging.leave(old, now)
    session.flush()
    assert aging.to_read_again(session, now) == []
    assert aging.next_aging(session, now) == now + timedelta(days=1)
    assert aging.next_aging(session, now + timedelta(days=1)) is None
    aging.still_true(old, now + timedelta(days=2), now)
    session.flush()
    assert aging.to_read_again(session, now) == []
    assert [post.title for post in aging.to_read_again(session, now + timedelta(days=3))] == [
        "Still holds",
        "Old",
    ]
