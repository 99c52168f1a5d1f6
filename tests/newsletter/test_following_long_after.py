"""Who is told of a change when it is forgotten who had the first letter."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
import time_machine
from flask import Flask, current_app
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite import looking
from hrsite.accounts.models import Account
from hrsite.newsletter import audience, erasing, following, holding, subscribing
from hrsite.newsletter.models import Subscriber, SubscriptionState, Topic
from hrsite.notices.models import SessionNotice
from hrsite.outbox.models import Delivery, Suppression
from tests import factories
from tests.journeys.doors import Letters
from tests.newsletter.following import ADA, BEA, CLEO, WEEKLY, Post, change, make_readers

pytestmark = pytest.mark.usefixtures("clock")
DORA, EVE, FAY = (f"{name}@example.org" for name in ("dora", "eve", "fay"))


@pytest.fixture
def post(app: Flask, letters: Letters, session: Session) -> Post:
    app.config["UNDO_MINUTES"] = 0
    return Post(app, letters, session)


def person(session: Session, typed: str) -> Subscriber:
    found = subscribing.find_by_address(session, typed)
    assert found is not None
    return found


def erase(session: Session, typed: str) -> None:
    folder = Path(current_app.config["DATA_DIR"])
    erasing.erase(session, folder, person(session, typed).address_key, False, our_clock.now())
    session.commit()


def long_after(session: Session, clock: time_machine.Traveller, days: int = 98) -> None:
    """So many days later, and the night has passed."""
    clock.shift(timedelta(days=days))
    looking.tidy_up()
    session.rollback()


def first_letter(session: Session, post: Post) -> SessionNotice:
    """A weekly group, of which Ada, Bea and Dora have a letter."""
    make_readers(session, ADA, BEA, DORA)
    notice = factories.make_notice(session, title="The group", send_to_readers=True, **WEEKLY)
    assert post.to() == [ADA, BEA, DORA]
    return notice


def test_when_it_is_forgotten_who_had_the_letter_all_are_told_who_get_notices_now(
    session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    notice = first_letter(session, post)
    long_after(session, clock)
    assert session.scalars(select(Delivery)).all() == []
    make_readers(session, CLEO, FAY)
    factories.make_subscriber(session, EVE, (Topic.ARTICLES,))
    factories.make_subscriber(
        session, "gus@example.org", (Topic.NOTICES,), SubscriptionState.UNCONFIRMED
    )
    now = our_clock.now()
    subscribing.unsubscribe(session, person(session, DORA), "letter", now)
    subscribing.pause(session, person(session, FAY), 1, now)
    session.add(
        Suppression(
            address_key=person(session, BEA).address_key, reason="It bounced.", since_at=now
        )
    )
    change(session, notice, cancelled_at=now)

    told = following.counts(session, notice, now)
    assert told == following.ToldCounts(ready=2, paused=1, blocked=1, is_everybody=True)
    assert told.ready == audience.counts(session, Topic.NOTICES, now).ready
    issue = following.tell(session, notice, now)
    session.commit()
    assert post.to() == [ADA, CLEO]
    assert issue is not None
    assert issue.paused_count == 1


def test_a_move_is_told_to_all_of_them_too(
    session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    notice = first_letter(session, post)
    long_after(session, clock)
    make_readers(session, CLEO)
    change(session, notice, place="Another room")
    assert following.counts(session, notice, our_clock.now()).ready == 4
    following.tell(session, notice, our_clock.now())
    session.commit()
    assert post.to() == [ADA, BEA, CLEO, DORA]


def test_while_it_is_known_who_had_the_letter_nobody_else_is_told(
    session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    notice = first_letter(session, post)
    # She is forgotten at once, and the others are not.
    erase(session, DORA)
    long_after(session, clock, days=90)
    make_readers(session, CLEO)
    change(session, notice, cancelled_at=our_clock.now())
    assert following.counts(session, notice, our_clock.now()) == following.ToldCounts(ready=2)
    following.tell(session, notice, our_clock.now())
    session.commit()
    assert post.to() == [ADA, BEA]


def test_as_many_are_told_as_were_counted_before_the_night_has_come(
    session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    notice = first_letter(session, post)
    clock.shift(timedelta(days=90, seconds=1))
    make_readers(session, CLEO)
    change(session, notice, cancelled_at=our_clock.now())
    assert following.counts(session, notice, our_clock.now()).ready == 4
    following.tell(session, notice, our_clock.now())
    session.commit()
    assert post.to() == [ADA, BEA, CLEO, DORA]


def test_of_a_letter_that_nobody_got_there_is_nothing_to_forget(
    session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    make_readers(session, ADA)
    notice = factories.make_notice(session, send_to_readers=True, **WEEKLY)
    (issue,) = factories.open_issues(session)
    holding.stop(issue, our_clock.now())
    session.commit()
    long_after(session, clock)
    change(session, notice, cancelled_at=our_clock.now())
    following.call_back_untrue(session, notice, our_clock.now())
    session.commit()
    assert following.counts(session, notice, our_clock.now()).all == 0


def said(text: str) -> str:
    return " ".join(unescape(re.sub("<[^>]*>", " ", text)).split())


def test_the_desk_says_why_all_are_told_and_how_many(
    coach: FlaskClient, session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    notice = first_letter(session, post)
    long_after(session, clock)
    make_readers(session, CLEO)
    coach = factories.sign_in(coach, session.scalars(select(Account)).one())
    address, cancelling = f"/desk/notices/{notice.id}/cancel", {"which": "all", "act": "cancel"}
    done = coach.post(
        address, data=cancelling | {"version": str(notice.version)}, follow_redirects=True
    )
    page = said(done.text)
    assert "Readers may have an older letter. You can tell them" in page
    assert (
        "Who had the first letter is forgotten after 90 days, so this goes to everybody who gets"
        " session notices now: 4 readers."
    ) in page
    assert "Nobody has got one" not in page
    assert "Tell 4 readers" in page
    (seen,) = re.findall(r'name="seen" value="([^"]*)">\s*<h2>Some readers', done.text)
    pressed = {"act": "tell", "seen": unescape(seen)}
    answer = coach.post(f"/desk/notices/{notice.id}/readers", data=pressed, follow_redirects=True)
    assert "It goes to 4 people." in answer.text
    assert post.to() == [ADA, BEA, CLEO, DORA]


def test_when_nobody_is_left_of_those_who_had_it_the_page_does_not_contradict_itself(
    coach: FlaskClient, session: Session, post: Post
) -> None:
    make_readers(session, ADA)
    notice = factories.make_notice(session, send_to_readers=True)
    assert post.to() == [ADA]
    erase(session, ADA)
    change(session, notice, cancelled_at=our_clock.now())
    page = said(coach.get(f"/desk/notices/{notice.id}/readers").text)
    assert "Of those who had it, nobody is left to tell." in page
    assert "Readers got it by email on 2 June 2026." in page
