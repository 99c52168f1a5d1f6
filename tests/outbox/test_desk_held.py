"""What the desk and the doctor say while a copy or a restored backup is held, and the button."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from hrsite import clock, doctor, markfile
from hrsite.newsletter.cli import _look, follow
from hrsite.outbox import instance, presence
from hrsite.outbox.models_workers import Instance, Worker
from tests import factories
from tests.outbox.ledger import READERS, look, put_letter, states

BACK = "/desk/letters/held/resume"


def go_back(session: Session) -> None:
    """The ledger forgets what it knew of its instances, as an older one would."""
    session.execute(update(Instance).values(counter=0))
    session.commit()


def words_of(coach: FlaskClient, path: str) -> str:
    return " ".join(coach.get(path).text.split())


def test_both_pages_say_what_was_noticed_and_one_button_goes_on(
    app: Flask, session: Session, coach: FlaskClient
) -> None:
    put_letter(session, READERS[0])
    look(app)
    go_back(session)
    put_letter(session, *READERS, key="issue/2", subject="Small steps")
    assert look(app) == 0
    session.rollback()
    for path in ("/desk/", "/desk/letters/"):
        page = words_of(coach, path)
        assert "It looks as if a backup was put back." in page
        assert "“Small steps” for 3 readers" in page
        assert "may get it again" in page
        assert "who signed up, paused, moved to another address" in page
        assert page.count(">Resume<") == 1
        assert "Nothing needs you" not in page
    assert coach.post(BACK).status_code == 303
    for path in ("/desk/", "/desk/letters/"):
        assert "backup" not in words_of(coach, path)
    assert look(app) == 3
    assert states(session) == {"accepted": 4}


def test_who_watches_an_issue_learns_that_it_is_held_and_where_to_go_on(
    app: Flask, session: Session, coach: FlaskClient
) -> None:
    put_letter(session, READERS[0])
    look(app)
    go_back(session)
    factories.make_subscriber(session)
    factories.make_post(session, send_to_readers=True)
    factories.open_issues(session)
    assert look(app) == 0
    session.rollback()
    for path in ("/desk/issues", "/desk/issues/1"):
        page = words_of(coach, path)
        assert page.count(instance.HELD) == 1 + (path == "/desk/issues/1")  # And for its script.
        assert '<a href="/desk/">See why, and what to look at first</a>' in page
    with app.app_context():
        watching = follow(lambda: _look(1), lambda: None)
        assert next(watching).said.startswith(instance.HELD)
    coach.post(BACK)
    look(app)
    for path in ("/desk/issues", "/desk/issues/1"):
        assert instance.HELD not in words_of(coach, path)


def test_a_copy_and_a_new_computer_are_told_apart(
    app: Flask, session: Session, coach: FlaskClient
) -> None:
    put_letter(session, READERS[0])
    look(app)
    mark = app.config["DATA_DIR"] / markfile.NAME
    mark.unlink()
    look(app)
    session.rollback()
    assert "A computer that was not here before" in words_of(coach, "/desk/")
    older = mark.read_bytes()
    look(app)
    mark.unlink()
    mark.with_name("from the backup").write_bytes(older)
    mark.with_name("from the backup").rename(mark)
    look(app)
    session.rollback()
    page = words_of(coach, "/desk/")
    assert "looks like a copy of your site" in page
    assert page.count(">Resume<") == 1


def test_the_doctor_says_which_machine_is_held_and_why(app: Flask, session: Session) -> None:
    put_letter(session, READERS[0])
    look(app)
    assert "letters held" not in {one.what for one in doctor.examine(app)}
    go_back(session)
    look(app)
    said = {one.what: one for one in doctor.examine(app)}["letters held"]
    assert said.level == "wrong"
    assert "older than the last letters that went out" in said.words
    assert "press Resume on the desk" in said.words


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_stranger_cannot_let_it_go_on(client: FlaskClient) -> None:
    assert client.post(BACK).status_code == 403


@pytest.mark.parametrize("other_is_here", [True, False])
def test_what_another_machine_carries_is_not_said_to_be_held(
    app: Flask, session: Session, coach: FlaskClient, other_is_here: bool
) -> None:
    """A second machine with the same database, as README.md has it grow."""
    now = clock.now()
    seen_at = now if other_is_here else now - presence.SILENCE
    session.add(Worker(name="first/1", started_at=seen_at, seen_at=seen_at))
    session.add(Worker(name="second/1", started_at=now, seen_at=now))
    facts = {"machine": "second", "counter": 0, "trouble": instance.NEW, "noticed_at": now}
    session.add(Instance(id="x" * 32, **facts))
    factories.make_subscriber(session)
    factories.make_post(session, send_to_readers=True)
    (issue,) = factories.open_issues(session)
    session.commit()
    for path in ("/desk/", "/desk/health", f"/desk/issues/{issue.id}", "/desk/issues"):
        page = words_of(coach, path)
        assert ("Another one carries them meanwhile." in page) == other_is_here
        assert ("Letters are held" in page) != other_is_here
