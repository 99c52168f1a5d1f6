"""What is said of a change: of a series that is called off, which day was the next one."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.notices import telling
from hrsite.notices.models import ChangedDay
from tests import factories
from tests.newsletter.following import WEEKLY, change

pytestmark = pytest.mark.usefixtures("clock")


def off(day: int) -> ChangedDay:
    return ChangedDay(planned_on=date(2026, 6, day), cancelled_at=our_clock.now())


def test_the_next_one_of_a_series_that_ends_is_none_that_was_called_off_before(
    session: Session,
) -> None:
    now = our_clock.now()
    notice = factories.make_notice(session, **WEEKLY)
    notice.changed_days = [off(4), off(11)]
    change(session, notice, cancelled_at=now)
    news = telling.news_of(notice, now)
    assert news is not None
    (sentence,) = news.sentences
    assert "The next one was to begin Thursday 18 June 2026 at 7:00 pm" in sentence.replace(
        "\u00a0", " "
    )
    assert clock_day(news) == date(2026, 6, 18)


def test_where_every_day_was_called_off_before_the_first_of_them_is_named(
    session: Session,
) -> None:
    now = our_clock.now()
    notice = factories.make_notice(session, **WEEKLY, last_on=date(2026, 6, 11))
    notice.changed_days = [off(4), off(11)]
    change(session, notice, cancelled_at=now)
    news = telling.news_of(notice, now)
    assert news is not None
    assert clock_day(news) == date(2026, 6, 4)


def clock_day(news: telling.News) -> date:
    return our_clock.local(news.not_after).date()
