"""Off the site before anybody has its letter: mended and published again, it goes out anew, once.

Of an article, of a session notice, of what went into the bin, and of what a digest names too.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.newsletter.models import Issue
from hrsite.notices.models import SessionNotice
from hrsite.outbox import pausing
from hrsite.outbox.models import DeliveryState
from hrsite.outbox.models_workers import Instance
from hrsite.posts.models import Post
from tests import factories
from tests.conftest import AppMaker
from tests.journeys.doors import Letters
from tests.newsletter.following import ADA, make_readers
from tests.newsletter.histories import look
from tests.newsletter.test_digests import digest_issues, make_reader
from tests.newsletter.test_holding import back_at_the_desk, only_issue
from tests.outbox.ledger import becomes, rows, states
from tests.posts.pressing import make_draft, plan, press
from tests.posts.writing import saved, send

FRIDAY = datetime(2026, 6, 5, 12, 0, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
EACH, WEEKLY = "each@example.org", "weekly@example.org"
TAKEN_BACK = (
    "Its letter is taken back: nobody has got it. When you publish it again, you can email it anew."
)
NOTICE = {
    "title": "The group",
    "date": "2026-06-04",
    "time": "19:00",
    "end_time": "20:00",
    "rhythm": "once",
    "email": "y",
    "act": "publish",
}
Round = Callable[[datetime], None]


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    return make_app(UNDO_MINUTES=5)


@pytest.fixture
def at(app: Flask, session: Session, clock: time_machine.Traveller) -> Round:
    """The worker looks at a moment, and again when what it wrote may go out."""

    def look_at(moment: datetime) -> None:
        for later in (moment, moment + 6 * MINUTE):
            session.rollback()
            clock.move_to(later)
            look(app)

    return look_at


def emailed(coach: FlaskClient, session: Session, app: Flask) -> Post:
    post = make_draft(session)
    press(coach, post, plan(coach, post))
    look(app)
    return post


def taken_off(coach: FlaskClient, post: Post) -> str:
    """What the desk says when the article is taken off the site."""
    answer = coach.post(f"/desk/posts/{post.id}/withdraw")
    return coach.get(answer.location).text


def mend(coach: FlaskClient, session: Session, post: Post) -> None:
    version = str(saved(session).version)
    send(coach, f"/desk/posts/{post.id}", title="Kept", body="As it is right.", version=version)


def test_an_article_taken_off_and_mended_goes_out_anew_with_its_new_words(
    app: Flask, coach: FlaskClient, session: Session, letters: Letters, at: Round
) -> None:
    factories.make_subscriber(session, EACH)
    make_reader(session, WEEKLY)
    post = emailed(coach, session, app)

    assert TAKEN_BACK in taken_off(coach, post)
    assert "has stopped on its way" not in coach.get("/desk/").text
    mend(coach, session, post)
    page = plan(coach, post)
    press(coach, post, page)
    at(our_clock.now())
    at(FRIDAY)

    assert page.status_code == 200
    assert sorted(letter.letter.to for letter in letters()) == [EACH, WEEKLY]
    assert "As it is right." in letters()[0].text


def test_a_notice_taken_off_and_mended_goes_out_anew_with_its_new_words(
    coach: FlaskClient, session: Session, letters: Letters, app: Flask, at: Round
) -> None:
    make_readers(session, ADA)
    coach.post("/desk/notices/new", data=NOTICE | {"body": "Come at six.", "version": "0"})
    look(app)
    notice = session.scalars(select(SessionNotice)).one()
    path = f"/desk/notices/{notice.id}"

    again = coach.post(path, data=NOTICE | {"body": "Come at six.", "version": "1"})
    assert "Nobody has got it. No second one goes out." in coach.get(again.location).text
    assert "Nobody has got it." in coach.get(f"{path}/readers").text
    assert TAKEN_BACK in coach.get(coach.post(f"{path}/withdraw").location).text
    again = coach.post(path, data=NOTICE | {"body": "Come at seven.", "version": "2"})
    assert "It goes to 1 reader by email" in coach.get(again.location).text
    at(our_clock.now())

    (letter,) = letters()
    assert "Come at seven." in letter.text
    assert "Readers got it by email on" in coach.get(f"{path}/readers").text


@pytest.mark.parametrize("kind", ["stopped", "late", "fault"])
def test_one_that_waited_for_her_is_taken_back_too(
    app: Flask, coach: FlaskClient, session: Session, kind: pausing.PauseKind
) -> None:
    factories.make_subscriber(session, EACH)
    post = emailed(coach, session, app)
    pausing.pause(only_issue(session).message, "Because.", our_clock.now(), kind)
    session.commit()

    assert TAKEN_BACK in taken_off(coach, post)
    assert only_issue(session).post_id is None


def test_one_of_a_backup_is_not_for_nobody_knows_who_has_it(
    app: Flask, coach: FlaskClient, session: Session
) -> None:
    factories.make_subscriber(session, EACH)
    post = emailed(coach, session, app)
    mark = Instance(id="0" * 32, machine="here", counter=1, trouble="behind")
    session.add(mark)
    session.commit()

    assert "Its letter goes to nobody else." in taken_off(coach, post)
    issue = only_issue(session)
    assert (issue.post_id, issue.message.pause_kind) == (post.id, "stopped")
    assert (
        "Its letter is made already, and not again. Nobody has it so far" in plan(coach, post).text
    )


def test_in_the_bin_its_letter_is_taken_back_and_it_can_be_deleted(
    app: Flask, coach: FlaskClient, session: Session
) -> None:
    factories.make_subscriber(session, EACH)
    post = emailed(coach, session, app)
    path = f"/desk/bin/article/{post.id}"

    answer = coach.post(path)
    assert TAKEN_BACK in coach.get(answer.location).text
    assert states(session) == {"withdrawn": 1}
    coach.post(f"{path}/delete")

    assert session.scalars(select(Post)).all() == []


def test_what_came_in_a_weekly_letter_does_not_go_out_anew(
    app: Flask, coach: FlaskClient, session: Session, letters: Letters, at: Round
) -> None:
    make_reader(session, WEEKLY)
    post = emailed(coach, session, app)
    at(FRIDAY)
    coach = back_at_the_desk(app, session)

    assert "Letters that went out cannot be called back." in taken_off(coach, post)

    assert len(letters()) == 1
    assert "Readers got this by email" in plan(coach, post).text


def test_a_weekly_letter_that_waits_is_stopped_and_all_get_the_article_once(
    app: Flask, coach: FlaskClient, session: Session, letters: Letters, at: Round
) -> None:
    make_reader(session, WEEKLY)
    post = emailed(coach, session, app)
    factories.make_subscriber(session, EACH)  # Who came after it.
    with time_machine.travel(FRIDAY, tick=False):
        look(app)
        coach = back_at_the_desk(app, session)
        said = taken_off(coach, post)
        mend(coach, session, post)
        press(coach, post, plan(coach, post))
        (digest,) = digest_issues(session)
        assert digest.message.pause_kind == "stopped"
        coach.post(f"/desk/issues/{digest.id}/drop")
    at(FRIDAY + MINUTE)
    at(FRIDAY + 7 * DAY)

    assert f"{TAKEN_BACK} A weekly or monthly letter that names it is stopped too." in said
    assert sorted(letter.letter.to for letter in letters()) == [EACH, WEEKLY]


def test_what_one_reader_has_stays_the_only_letter(
    app: Flask, coach: FlaskClient, session: Session
) -> None:
    for reader in (EACH, ADA):
        factories.make_subscriber(session, reader)
    post = emailed(coach, session, app)
    becomes(session, rows(session)[0], DeliveryState.UNCERTAIN)

    said = taken_off(coach, post)

    assert "Letters that went out cannot be called back. The rest is stopped." in said
    assert session.scalars(select(Issue.post_id)).all() == [post.id]
