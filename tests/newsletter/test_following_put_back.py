"""A letter about a change, called back while its session is off the site, is told after all."""

import re
from html import unescape

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.accounts.models import Account
from hrsite.newsletter import following
from hrsite.newsletter.models import Issue
from hrsite.notices.models import SessionNotice
from hrsite.outbox.models import DeliveryState
from tests import factories
from tests.journeys.doors import Letters
from tests.newsletter.following import A_WHILE, ADA, BEA, CLEO, Post, change, make_readers
from tests.outbox.ledger import becomes, rows

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def post(app: Flask, letters: Letters, session: Session) -> Post:
    app.config["UNDO_MINUTES"] = 5
    return Post(app, letters, session)


@pytest.fixture
def notice(session: Session, post: Post, clock: time_machine.Traveller) -> SessionNotice:
    """Ada and Bea have its letter."""
    make_readers(session, ADA, BEA)
    notice = factories.make_notice(session, title="The group", send_to_readers=True)
    post.new()
    clock.shift(A_WHILE)
    assert post.to() == [ADA, BEA]
    return notice


def tell(session: Session, notice: SessionNotice) -> Issue:
    issue = following.tell(session, notice, our_clock.now())
    session.commit()
    assert issue is not None
    return issue


def readers_page(coach: FlaskClient, notice: SessionNotice) -> str:
    return coach.get(f"/desk/notices/{notice.id}/readers").text


def off_and_on(session: Session, notice: SessionNotice, post: Post) -> None:
    """Off the site, the worker looks, and it is there again as it was."""
    published_at, notice.published_at = notice.published_at, None
    session.commit()
    assert post.to() == []
    notice.published_at = published_at
    session.commit()


@pytest.mark.parametrize("way", ["withdraw", "bin"])
def test_it_is_told_after_all_when_she_has_put_the_session_back(
    coach: FlaskClient,
    session: Session,
    notice: SessionNotice,
    post: Post,
    clock: time_machine.Traveller,
    way: str,
) -> None:
    coach = factories.sign_in(coach, session.scalars(select(Account)).one())
    path, moved = f"/desk/notices/{notice.id}", {"date": "2026-06-04", "time": "20:30"}
    coach.post(f"{path}/move", data={"act": "move", "version": str(notice.version), **moved})

    def press_tell() -> None:
        (seen,) = re.findall(
            r'name="seen" value="([^"]*)">\s*<h2>Some', readers_page(coach, notice)
        )
        told = {"act": "tell", "seen": unescape(seen)}
        answer = coach.post(f"{path}/readers", data=told, follow_redirects=True)
        assert "It goes to 2 people." in answer.text

    press_tell()
    coach.post(f"{path}/withdraw" if way == "withdraw" else f"/desk/bin/notice/{notice.id}")
    assert post.to() == []
    session.rollback()
    notice.deleted_at, notice.published_at = None, our_clock.now()
    session.commit()
    clock.shift(A_WHILE)
    assert post.to() == []
    page = " ".join(readers_page(coach, notice).split())
    assert "Some readers have the old letter" in page
    assert "this goes to 2 people who had a letter about it" in page
    press_tell()
    clock.shift(A_WHILE)
    assert post.to() == [ADA, BEA]
    assert "Some readers have the old letter" not in readers_page(coach, notice)
    assert not following.has_news(session, notice)


@pytest.mark.parametrize("is_cancelled", [False, True])
def test_who_got_it_before_is_not_told_twice_and_the_rest_are_told(
    session: Session,
    notice: SessionNotice,
    post: Post,
    clock: time_machine.Traveller,
    is_cancelled: bool,
) -> None:
    when = our_clock.now()
    change(session, notice, **({"cancelled_at": when} if is_cancelled else {"place": "Elsewhere"}))
    first = tell(session, notice)
    make_readers(session, CLEO)
    (ada,) = [copy for copy in rows(session, first.message_id) if copy.address == ADA]
    becomes(session, ada, DeliveryState.ACCEPTED)
    off_and_on(session, notice, post)
    now = our_clock.now()
    assert following.has_news(session, notice)
    assert following.counts(session, notice, now) == following.ToldCounts(ready=1)
    again = tell(session, notice)
    assert [copy.address for copy in rows(session, again.message_id)] == [BEA]
    clock.shift(A_WHILE)
    assert post.to() == [BEA]
    assert not following.has_news(session, notice)
    # Of the next change both are told.
    change(session, notice, place="Another room")
    assert following.counts(session, notice, our_clock.now()).ready == 2


def test_when_all_had_it_there_is_nobody_to_tell_and_nothing_is_called_back(
    coach: FlaskClient, session: Session, notice: SessionNotice, post: Post
) -> None:
    change(session, notice, place="Elsewhere")
    issue = tell(session, notice)
    for copy in rows(session, issue.message_id):
        becomes(session, copy, DeliveryState.ACCEPTED)
    off_and_on(session, notice, post)
    assert not following.has_news(session, notice)


def test_when_the_last_one_got_it_while_it_was_called_back_the_page_says_so(
    coach: FlaskClient, session: Session, notice: SessionNotice, post: Post
) -> None:
    change(session, notice, place="Elsewhere")
    issue = tell(session, notice)
    ada, bea = rows(session, issue.message_id)
    becomes(session, ada, DeliveryState.ACCEPTED)
    becomes(session, bea, DeliveryState.SENDING)
    off = session.get_one(SessionNotice, notice.id)
    off.published_at = None
    following.call_back_untrue(session, off, our_clock.now())
    off.published_at = our_clock.now()
    session.commit()
    becomes(session, rows(session, issue.message_id)[1], DeliveryState.ACCEPTED)
    page = " ".join(readers_page(coach, notice).split())
    assert "Of those who had it, nobody is left to tell." in page
    assert 'value="tell"' not in page


@pytest.mark.parametrize("way", ["withdraw", "bin"])
def test_off_the_site_letters_about_its_change_are_called_back_before_the_worker_looks(
    coach: FlaskClient, session: Session, notice: SessionNotice, way: str
) -> None:
    coach = factories.sign_in(coach, session.scalars(select(Account)).one())
    change(session, notice, place="Elsewhere")
    told = tell(session, notice)
    path = f"/desk/bin/notice/{notice.id}"
    page = coach.post(path if way == "bin" else f"/desk/notices/{notice.id}/withdraw")
    assert "reminders, that waited are called back." in coach.get(page.location).text
    copies = rows(session, told.message_id)
    assert [copy.state for copy in copies] == [DeliveryState.WITHDRAWN] * 2
