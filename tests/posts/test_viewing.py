"""How often articles were opened: added up over processes, told to the coach, shown to few."""

from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from hrsite.posts import viewing
from hrsite.posts.models_viewing import PostViews
from hrsite.posts.viewing import Views
from tests.factories import make_post

TODAY = date(2026, 6, 2)


def test_several_processes_add_up(session: Session) -> None:
    one, other = make_post(session), make_post(session)
    for count in (2, 3):
        viewing.write_down(
            session, Counter({(one.id, TODAY): count, (other.id, TODAY - timedelta(days=1)): 1})
        )
        session.commit()
    rows = {(row.post_id, row.day): row.count for row in session.query(PostViews)}
    assert rows == {(one.id, TODAY): 5, (other.id, TODAY - timedelta(days=1)): 2}


def test_an_article_deleted_meanwhile_takes_nothing_along(session: Session) -> None:
    post = make_post(session)
    viewing.write_down(session, Counter({(post.id, TODAY): 1, (10_000, TODAY): 4}))
    viewing.write_down(session, Counter({(10_000, TODAY): 4}))
    viewing.write_down(session, Counter())
    assert [row.count for row in session.query(PostViews)] == [1]
    session.delete(post)
    session.commit()
    assert session.query(PostViews).count() == 0


def test_the_coach_is_told_a_week_a_month_and_all(session: Session) -> None:
    post, unread = make_post(session), make_post(session)
    days = {0: 1, 6: 2, 7: 4, 29: 8, 30: 16, 400: 32}
    viewing.write_down(
        session, {(post.id, TODAY - timedelta(days=ago)): count for ago, count in days.items()}
    )
    told = viewing.views_of(session, [post, unread], TODAY)
    assert told == {post.id: Views(week=3, month=15, ever=63), unread.id: Views()}
    assert viewing.views_of(session, [], TODAY) == {}


@pytest.mark.parametrize("today", [date(2026, 6, 2), date(2026, 3, 1), date(2026, 12, 31)])
def test_days_long_past_become_their_month_and_every_number_stays(
    session: Session, today: date
) -> None:
    one, other = make_post(session), make_post(session)
    days = [today - timedelta(days=ago) for ago in range(800)]
    viewing.write_down(session, {(one.id, day): 1 for day in days} | {(other.id, days[-1]): 7})
    before = viewing.views_of(session, [one, other], today)

    for _ in range(2):
        viewing.fold_old(session, today)
        session.commit()

    assert viewing.views_of(session, [one, other], today) == before
    kept = {row.day: row.count for row in session.query(PostViews).filter_by(post_id=one.id)}
    assert all(kept[day] == 1 for day in days[:30])
    assert len(kept) < 30 + 31 + 800 / 28
    whole = [day for day in days if day.day == 1][12]
    assert kept[whole] == (whole.replace(day=28) + timedelta(days=4)).replace(day=1).toordinal() - (
        whole.toordinal()
    )


def test_readers_see_no_number_that_watches_them(session: Session) -> None:
    post = make_post(session)
    for count, shown in ((49, 0), (1, 50), (9, 50), (1, 60)):
        viewing.write_down(session, {(post.id, TODAY): count})
        assert viewing.shown_to_readers(session, post) == shown
