"""The weekly and the monthly letter: when, for whom, and what stands in them."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.accounts.models import Account
from hrsite.extensions import db, only_reads
from hrsite.newsletter import digests, finding, holding
from hrsite.newsletter.models import Cadence, Digest, Issue, Subscriber, Topic
from hrsite.outbox import pausing
from hrsite.posts.models import Post
from tests import factories
from tests.journeys.doors import Letters
from tests.newsletter.histories import copies, look
from tests.outbox.ledger import rows

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Eight in the morning in Toronto; the second one is the first Friday of a month.
FRIDAY = datetime(2026, 6, 5, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("clock")


def make_reader(
    session: Session,
    typed: str,
    cadence: Cadence = Cadence.WEEKLY,
    topics: tuple[Topic, ...] = (Topic.ARTICLES,),
) -> None:
    factories.make_subscriber(session, typed, topics).cadence = cadence
    session.commit()


def publish(session: Session, app: Flask, **changes: object) -> Post:
    now = our_clock.now()
    facts = {"send_to_readers": True, "published_at": now, "send_at": now} | changes
    post = factories.make_post(session, **facts)
    look(app)
    session.rollback()
    return post


def digest_issues(session: Session) -> list[Issue]:
    session.rollback()
    return list(session.scalars(select(Issue).where(Issue.digest_id.is_not(None))))


def test_the_weekly_letter_comes_on_friday_with_the_articles_of_the_week(
    app: Flask, session: Session, clock: time_machine.Traveller, letters: Letters
) -> None:
    make_reader(session, "weekly@example.org")
    make_reader(session, "each@example.org", Cadence.EACH)
    publish(session, app, title="First", summary="What it says.")
    clock.shift(DAY)
    publish(session, app, title="Second")
    assert {letter.letter.to for letter in letters()} == {"each@example.org"}
    clock.move_to(FRIDAY - timedelta(seconds=1))
    look(app)
    assert digest_issues(session) == []
    clock.move_to(FRIDAY)
    look(app)
    (letter,) = [one for one in letters() if one.letter.to == "weekly@example.org"]
    assert letter.letter.subject == "Second, and 1 more"
    assert letter.text.index("Second") < letter.text.index("First")
    assert "What it says." in letter.text
    (issue,) = digest_issues(session)
    assert (issue.title, issue.due_at) == ("Weekly letter: Second, and 1 more", FRIDAY)


def test_at_the_desk_it_is_no_second_letter_of_its_only_article(
    app: Flask, session: Session, coach: FlaskClient, clock: time_machine.Traveller
) -> None:
    make_reader(session, "weekly@example.org")
    make_reader(session, "monthly@example.org", Cadence.MONTHLY)
    publish(session, app, title="Only one")
    clock.move_to(FRIDAY + 9 * HOUR)
    look(app)
    named = {issue.title for issue in session.scalars(select(Issue))}
    assert named == {"Only one", "Weekly letter: Only one", "Monthly letter: Only one"}
    coach = factories.sign_in(coach, session.scalars(select(Account)).one())
    assert "“Weekly letter: Only one”: This was due on" in coach.get("/desk/").text


def test_a_week_without_an_article_brings_no_letter(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    make_reader(session, "weekly@example.org")
    clock.move_to(FRIDAY)
    look(app)
    clock.shift(HOUR)
    publish(session, app)
    look(app)
    assert digest_issues(session) == []
    clock.move_to(FRIDAY + 7 * DAY)
    look(app)
    assert len(digest_issues(session)) == 1


def test_the_monthly_letter_comes_on_the_first_friday(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    make_reader(session, "monthly@example.org", Cadence.MONTHLY)
    publish(session, app)
    clock.move_to(FRIDAY)
    look(app)
    assert len(digest_issues(session)) == 1
    clock.shift(DAY)
    publish(session, app)
    for _ in range(3):
        clock.shift(7 * DAY)
        look(app)
        assert len(digest_issues(session)) == 1
    clock.move_to(FRIDAY + 28 * DAY)
    look(app)
    assert len(digest_issues(session)) == 2


def test_readers_who_came_in_between_get_a_letter_of_what_they_are_owed(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    make_reader(session, "early@example.org")
    first = publish(session, app)
    make_reader(session, "late@example.org")
    second = publish(session, app)
    clock.move_to(FRIDAY)
    look(app)
    assert len(digest_issues(session)) == 2
    assert copies(session) == {
        ("early@example.org", first.id): 1,
        ("early@example.org", second.id): 1,
        ("late@example.org", second.id): 1,
    }


def test_whoever_changes_to_each_article_gets_what_she_was_owed_on_friday(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    make_reader(session, "reader@example.org")
    before = publish(session, app)
    session.scalars(select(Subscriber)).one().cadence = Cadence.EACH
    session.commit()
    after = publish(session, app)
    assert set(copies(session)) == {("reader@example.org", after.id)}
    clock.move_to(FRIDAY)
    look(app)
    assert copies(session) == {
        ("reader@example.org", before.id): 1,
        ("reader@example.org", after.id): 1,
    }


def test_notices_to_come_stand_in_it_for_those_who_take_notices(
    app: Flask, session: Session, clock: time_machine.Traveller, letters: Letters
) -> None:
    make_reader(session, "both@example.org", topics=tuple(Topic))
    make_reader(session, "articles@example.org")
    factories.make_notice(session, title="Over by then", starts_at=FRIDAY - HOUR, ends_at=FRIDAY)
    factories.make_notice(
        session, title="Still to come", starts_at=FRIDAY + DAY, ends_at=FRIDAY + 2 * DAY
    )
    publish(session, app)
    clock.move_to(FRIDAY)
    look(app)
    told = {one.letter.to: one.text for one in letters()}
    assert "Still to come" in told["both@example.org"]
    assert "Over by then" not in told["both@example.org"]
    assert "Still to come" not in told["articles@example.org"]


def test_an_article_whose_own_letter_is_stopped_waits_for_the_next_digest(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    make_reader(session, "weekly@example.org")
    post = publish(session, app)
    issue = finding.issue_of(session, post)
    assert issue is not None
    holding.stop(issue, our_clock.now())
    session.commit()
    clock.move_to(FRIDAY)
    look(app)
    assert digest_issues(session) == []
    session.rollback()
    pausing.resume(session.merge(issue).message, our_clock.now())
    session.commit()
    look(app)
    assert digest_issues(session) == []
    clock.shift(7 * DAY)
    look(app)
    assert len(digest_issues(session)) == 1


def test_two_workers_make_one_digest(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    make_reader(session, "weekly@example.org")
    publish(session, app)
    clock.move_to(FRIDAY)
    session.rollback()
    (one,) = [told for told in digests.due(session, FRIDAY) if told.cadence == Cadence.WEEKLY]
    look(app)
    session.rollback()
    token = only_reads.set(False)
    try:
        with pytest.raises(IntegrityError):
            digests.open_digest(session, one, FRIDAY)
    finally:
        only_reads.reset(token)
        session.rollback()
    assert len(rows(session, digest_issues(session)[0].message_id)) == 1


def test_a_worker_that_is_killed_while_it_writes_a_digest_down_leaves_nothing_half(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    make_reader(session, "weekly@example.org")
    publish(session, app)
    clock.move_to(FRIDAY)
    token = only_reads.set(False)
    try:
        with app.app_context():
            for one in digests.due(db.session(), FRIDAY):
                digests.open_digest(db.session(), one, FRIDAY)
            db.session.rollback()  # Killed before its commit.
    finally:
        only_reads.reset(token)
    assert session.scalars(select(Digest)).all() == []
    look(app)
    assert list(copies(session).values()) == [1]


def test_after_a_night_without_a_server_it_is_held_and_dropping_it_loses_no_article(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    make_reader(session, "weekly@example.org")
    post = publish(session, app)
    clock.move_to(FRIDAY + DAY)
    look(app)
    (issue,) = digest_issues(session)
    assert issue.message.pause_kind == "late"
    assert "Friday 5 June 2026 at 8:00\u00a0am, Toronto time" in (issue.message.pause_reason or "")
    holding.drop(session, issue, our_clock.now())
    session.commit()
    assert not copies(session)
    clock.move_to(FRIDAY + 7 * DAY)
    look(app)
    assert copies(session) == {("weekly@example.org", post.id): 1}


def test_an_article_taken_off_the_site_is_not_linked(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    make_reader(session, "weekly@example.org")
    post = publish(session, app)
    session.get_one(Post, post.id).published_at = None
    session.commit()
    clock.move_to(FRIDAY)
    look(app)
    assert digest_issues(session) == []


def test_a_plain_digest_says_nothing_but_has_a_link_for_each_article(
    app: Flask, session: Session, clock: time_machine.Traveller, letters: Letters
) -> None:
    make_reader(session, "weekly@example.org")
    session.scalars(select(Subscriber)).one().is_discreet = True
    session.commit()
    posts = [publish(session, app, title="Telling words") for _ in range(2)]
    clock.move_to(FRIDAY)
    look(app)
    (letter,) = letters()
    assert letter.letter.subject.startswith("A new note from ")
    assert "Telling words" not in letter.text
    assert all(f"http://localhost/n/{post.id}\n" in letter.text for post in posts)
