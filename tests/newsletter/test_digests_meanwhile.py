"""Digests and what happens meanwhile: an article leaves the site, somebody is away for months."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite import looking
from hrsite.accounts.models import Account
from hrsite.extensions import db
from hrsite.newsletter import digests, erasing, holding, owing, subscribing
from hrsite.newsletter.models import Cadence, Issue, OwedArticle, Subscriber, Topic
from hrsite.notices.models import Rhythm
from hrsite.outbox import tally
from hrsite.posts import publishing
from tests import factories
from tests.journeys.doors import Letters
from tests.newsletter.histories import copies, look
from tests.newsletter.test_digests import DAY, FRIDAY, HOUR, digest_issues, make_reader, publish
from tests.outbox.ledger import mail_goes_to, states, while_in_the_air
from tests.outbox.meeting import amid, beside
from tests.outbox.smtp_server import mail_server

pytestmark = pytest.mark.usefixtures("clock")
ADA, BEA, CLEO = (f"{name}@example.org" for name in ("ada", "bea", "cleo"))


@contextmanager
def before_the_second_letter(app: Flask, deed: Callable[[Session], object]) -> Iterator[None]:
    """Let another process do something, and commit, after the first of two is written down."""
    seen = 0

    def run() -> None:
        with app.app_context():
            deed(db.session())
            db.session.commit()

    def look_at(connection: Any, cursor: Any, sql: str, *rest: Any) -> None:
        nonlocal seen
        if sql.startswith("INSERT INTO outbox_messages"):
            seen += 1
            if seen == 2:
                other = threading.Thread(target=run)
                other.start()
                other.join(20)
                assert not other.is_alive()

    event.listen(db.engine, "before_cursor_execute", look_at)
    try:
        yield
    finally:
        event.remove(db.engine, "before_cursor_execute", look_at)
    assert seen == 2


def test_a_digest_that_has_not_gone_stops_when_an_article_in_it_leaves_the_site(
    app: Flask, session: Session, coach: FlaskClient, clock: time_machine.Traveller,
    letters: Letters,
) -> None:  # fmt: skip
    make_reader(session, "weekly@example.org")
    post = publish(session, app, title="A mistake")
    clock.move_to(FRIDAY)
    for one in digests.due(session, FRIDAY):
        digests.open_digest(session, one, FRIDAY)
    session.commit()
    coach = factories.sign_in(coach, session.scalars(select(Account)).one())
    page = coach.get(coach.post(f"/desk/posts/{post.id}/withdraw").location).text
    assert "A weekly or monthly letter that names it is stopped too." in page
    look(app)
    assert letters() == []
    (issue,) = digest_issues(session)
    assert issue.message.pause_kind == "stopped"


def test_what_somebody_is_owed_who_paused_keeps_no_new_article_from_the_others(
    app: Flask, session: Session, clock: time_machine.Traveller, letters: Letters
) -> None:
    make_reader(session, "paused@example.org")
    for _ in range(owing.MOST_ARTICLES):
        factories.make_post(session, send_to_readers=True)
    look(app)
    session.scalars(select(Subscriber)).one().paused_until = FRIDAY + 30 * DAY
    make_reader(session, "weekly@example.org")
    publish(session, app, title="The newest")
    clock.move_to(FRIDAY)
    look(app)
    (letter,) = letters()
    assert (letter.letter.to, letter.letter.subject) == ("weekly@example.org", "The newest")
    clock.move_to(FRIDAY + 35 * DAY)
    look(app)
    assert len(letters()[-1].links) > owing.MOST_ARTICLES
    assert letters()[-1].letter.to == "paused@example.org"


@pytest.mark.parametrize("database", ["postgresql"])
def test_who_asks_for_session_notices_in_that_moment_gets_the_article_a_week_later(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    """The letter with the sessions is written down already, and the other is not hers any more."""
    make_reader(session, ADA, topics=tuple(Topic))
    make_reader(session, CLEO, topics=tuple(Topic))
    make_reader(session, BEA)
    number = session.scalars(select(func.max(Subscriber.id))).one()
    factories.make_notice(session, starts_at=FRIDAY + DAY)
    post = publish(session, app)
    clock.move_to(FRIDAY)

    def ask_for_notices(another: Session) -> None:
        bea = another.get_one(Subscriber, number)
        subscribing.choose(another, bea, set(Topic), "settings", FRIDAY)

    (weekly, *_) = [one for one in digests.due(session, FRIDAY) if one.cadence == "weekly"]
    with before_the_second_letter(app, ask_for_notices):
        digests.open_digest(session, weekly, FRIDAY)
    session.commit()
    look(app)
    assert copies(session) == {(ADA, post.id): 1, (CLEO, post.id): 1}
    clock.shift(7 * DAY)
    look(app)
    assert copies(session) == {(reader, post.id): 1 for reader in (ADA, BEA, CLEO)}


def test_a_session_that_has_begun_is_none_to_come(
    app: Flask, session: Session, clock: time_machine.Traveller, letters: Letters
) -> None:
    make_reader(session, ADA, topics=tuple(Topic))
    begun_at = FRIDAY - timedelta(minutes=30)
    factories.make_notice(
        session, title="Just now", starts_at=begun_at, ends_at=begun_at + 2 * HOUR
    )
    factories.make_notice(
        session, title="Every Friday", starts_at=None, rhythm=Rhythm.WEEKLY,
        first_on=begun_at.date(), start_time=time(7, 30), length_minutes=120,
    )  # fmt: skip
    publish(session, app)
    clock.move_to(FRIDAY)
    look(app)
    (letter,) = letters()
    assert "Every Friday" in letter.text
    assert "Just now" not in letter.text


def test_what_a_stopped_digest_owes_is_not_forgotten_by_night(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    make_reader(session, ADA)
    post = publish(session, app)
    clock.move_to(FRIDAY)
    for one in digests.due(session, FRIDAY):
        digests.open_digest(session, one, FRIDAY)
    (issue,) = session.scalars(select(Issue).where(Issue.digest_id.is_not(None)))
    holding.stop(issue, FRIDAY)
    session.commit()
    clock.shift(3 * DAY)
    looking.tidy_up()
    holding.drop(session, issue, our_clock.now())
    session.commit()
    clock.move_to(FRIDAY + 7 * DAY)
    look(app)
    assert copies(session) == {(ADA, post.id): 1}


def erase_her(another: Session, folder: Path) -> None:
    key = another.scalars(select(Subscriber)).one().address_key
    erasing.erase(another, folder, key, False, FRIDAY)


def take_it_back(another: Session, folder: Path) -> None:
    holding.drop(
        another, another.scalars(select(Issue).where(Issue.digest_id.is_(None))).one(), FRIDAY
    )


def take_it_off_the_site(another: Session, folder: Path) -> None:
    issue = another.scalars(select(Issue).where(Issue.post_id.is_not(None))).one()
    assert issue.post_id is not None
    post = publishing.hold(another, issue.post_id)
    publishing.withdraw(post, FRIDAY)
    assert "A weekly or monthly letter" in holding.take_back(another, post, FRIDAY)


@pytest.mark.parametrize("database", ["postgresql"])
@pytest.mark.parametrize("deed", [erase_her, take_it_back, take_it_off_the_site])
def test_a_digest_and_who_takes_out_of_it_wait_for_each_other(
    app: Flask,
    session: Session,
    clock: time_machine.Traveller,
    tmp_path: Path,
    deed: Callable[[Session, Path], None],
) -> None:
    """Neither for good: PostgreSQL would end one of them."""
    make_reader(session, "weekly@example.org")
    publish(session, app, title="One")
    clock.move_to(FRIDAY)
    (one,) = (one for one in digests.due(session, FRIDAY) if one.cadence == Cadence.WEEKLY)
    session.commit()
    with amid(app, session, "UPDATE owed_articles", lambda another: deed(another, tmp_path)):
        digests.open_digest(session, one, FRIDAY)
    assert tally.check(session) == {}


@pytest.mark.parametrize("database", ["postgresql"])
def test_a_digest_that_waits_for_the_coach_to_save_holds_what_she_saved(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    make_reader(session, "weekly@example.org")
    post = publish(session, app, title="Smal steps")
    clock.move_to(FRIDAY)
    (one,) = (one for one in digests.due(session, FRIDAY) if one.cadence == Cadence.WEEKLY)
    publishing.hold(session, post.id).title = "Small steps"
    session.flush()
    with beside(app, session, lambda another: digests.open_digest(another, one, FRIDAY)):
        pass
    (issue,) = digest_issues(session)
    assert "Small steps" in issue.message.text


@pytest.mark.parametrize(
    ("reply", "state"), [("451 4.3.0 later", "withdrawn"), ("250 2.0.0 kept", "accepted")]
)
def test_who_did_not_get_a_digest_that_was_dropped_while_hers_was_in_the_air_gets_it_later(
    app: Flask, session: Session, clock: time_machine.Traveller, reply: str, state: str
) -> None:
    make_reader(session, "weekly@example.org")
    post = publish(session, app)
    clock.move_to(FRIDAY)

    def drop() -> None:
        with app.app_context():
            (issue,) = db.session.scalars(select(Issue).where(Issue.digest_id.is_not(None)))
            holding.stop(issue, our_clock.now())
            holding.drop(db.session(), issue, our_clock.now())
            db.session.commit()

    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        while_in_the_air(inbox, drop, reply)
        look(app)
        (dropped,) = digest_issues(session)
        assert states(session, dropped.message_id) == {state: 1}
        clock.shift(2 * DAY)  # Longer than anybody would have tried to hand it over.
        looking.tidy_up()
        clock.move_to(FRIDAY + 7 * DAY)
        look(app)
    assert copies(session) == {("weekly@example.org", post.id): 1}
    assert [one.rcpt_tos for one in inbox.envelopes] == [["weekly@example.org"]]
    looking.tidy_up()
    clock.shift(2 * DAY)
    looking.tidy_up()
    assert session.scalars(select(OwedArticle)).all() == []


def test_what_a_dropped_digest_owes_is_kept_until_it_is_known_who_got_it(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    """While nothing is handed over, as after a backup was put back, nothing is settled either."""
    make_reader(session, "weekly@example.org")
    publish(session, app)
    clock.move_to(FRIDAY)
    for one in digests.due(session, FRIDAY):
        digests.open_digest(session, one, FRIDAY)
    session.commit()
    clock.shift(2 * DAY)
    looking.tidy_up()
    assert session.scalars(select(OwedArticle)).one().issue_id is not None
