"""Saving a session notice, publishing it, taking it back."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.notices import publishing
from hrsite.notices.models import SessionNotice
from hrsite.notices.publishing import NoticeWords
from tests.factories import make_notice


def saved(session: Session, title: str = "Group moves") -> SessionNotice:
    words = NoticeWords(title, "<p onclick=x>Online.</p>", how_to_join="Ring 3")
    notice = publishing.save(session, None, words, None, clock.now())
    session.commit()
    return notice


def test_a_new_notice_is_a_draft_and_clean(session: Session) -> None:
    notice = saved(session)

    assert notice.state(clock.now()) == "draft"
    assert notice.body_html == "<p>Online.</p>"
    assert notice.until_further_notice


def test_a_stale_save_writes_nothing(session: Session) -> None:
    notice = saved(session)
    publishing.save(session, notice, NoticeWords("Theirs"), 1, clock.now())
    session.commit()

    with pytest.raises(publishing.StaleNotice) as stale:
        publishing.save(session, notice, NoticeWords("Mine"), 1, clock.now())
    assert stale.value.theirs.title == "Theirs"


def test_its_address_stays_once_it_was_on_the_site(session: Session) -> None:
    first, second = saved(session), saved(session)
    for notice in (first, second):
        publishing.publish(notice, False, clock.now())
    publishing.withdraw(first, clock.now())
    publishing.save(session, first, NoticeWords("Other"), 1, clock.now())
    publishing.publish(first, False, clock.now())

    assert (first.slug, second.slug) == ("group-moves", "group-moves-2")


def test_publishing_again_keeps_the_date_and_may_add_the_letter(session: Session) -> None:
    notice, now = saved(session), clock.now()
    publishing.publish(notice, False, now)
    publishing.publish(notice, True, now + timedelta(hours=1))
    publishing.publish(notice, False, now + timedelta(hours=2))  # Asked for once is asked for.

    assert (notice.published_at, notice.send_to_readers) == (now, True)


def test_a_notice_of_a_session_that_is_over_is_not_published(session: Session) -> None:
    notice = make_notice(session, published_at=None)
    assert notice.ends_at is not None

    with pytest.raises(publishing.NoticeOver):
        publishing.publish(notice, True, notice.ends_at)
    assert notice.published_at is None


def test_one_that_is_gone_says_so(session: Session) -> None:
    with pytest.raises(publishing.NoticeGone):
        publishing.hold(session, 77)
