"""A copy, a restored backup or a new computer hands nothing over until the coach says so."""

import shutil
import threading
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite import looking, markfile
from hrsite.outbox import instance
from hrsite.outbox.models_workers import Instance
from tests.conftest import AppMaker
from tests.outbox.backups import Backup, backup_of, let_go
from tests.outbox.ledger import READERS, look, put_letter, states

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"])
ON_POSTGRESQL = pytest.mark.parametrize("database", ["postgresql"])


def mark_of(app: Flask) -> Path:
    return Path(app.config["DATA_DIR"]) / markfile.NAME


def instances(session: Session) -> dict[str, Instance]:
    session.rollback()
    return {one.machine + one.id: one for one in session.scalars(select(Instance))}


def troubles(session: Session) -> list[str | None]:
    return [one.trouble for one in instances(session).values()]


def folder_letters(app: Flask) -> int:
    return len(list(Path(app.config["MAIL_FOLDER"]).glob("*.eml")))


def resume(session: Session) -> None:
    instance.resume(session, our_clock.now())
    session.commit()


@pytest.fixture
def back_up(session: Session, database: str, tmp_path: Path) -> Backup:
    return backup_of(session, database, tmp_path)


def test_a_new_site_hands_over_at_once_and_after_each_start(
    app: Flask, session: Session, make_app: AppMaker
) -> None:
    put_letter(session, *READERS)
    assert look(app) == 3
    put_letter(session, *READERS, key="issue/2")
    assert look(make_app()) == 3
    assert troubles(session) == [None]
    assert mark_of(app).stat().st_mode & 0o077 == 0


def test_a_worker_killed_before_it_wrote_its_mark_goes_on(app: Flask, session: Session) -> None:
    put_letter(session, READERS[0])
    look(app)
    session.execute(update(Instance).values(counter=Instance.counter + 1))
    put_letter(session, READERS[1], key="issue/2")
    assert look(app) == 1
    assert troubles(session) == [None]


def test_an_older_database_hands_nothing_over_not_even_what_somebody_asked_for(
    app: Flask, session: Session, back_up: Backup
) -> None:
    put_letter(session, *READERS)
    put_letter(session, *READERS, key="confirm/1", stream="transactional")
    look_before_any_letter_is_due(app, session)
    restore = back_up()
    assert look(app) == 6
    restore()
    assert look(app) == look(app) == 0
    assert states(session) == {"queued": 6}
    assert folder_letters(app) == 6
    assert troubles(session) == ["behind"]
    resume(session)
    assert look(app) == 6
    assert states(session) == {"accepted": 6}
    put_letter(session, READERS[0], key="issue/2")
    assert look(app) == 1


def look_before_any_letter_is_due(app: Flask, session: Session) -> None:
    """So that the backup knows this instance, as the backup of a living site does."""
    session.execute(text("UPDATE outbox_messages SET paused_at = created_at"))
    session.commit()
    assert look(app) == 0
    session.execute(text("UPDATE outbox_messages SET paused_at = NULL"))
    session.commit()


def test_a_backup_from_before_the_first_letter_is_noticed_too(
    app: Flask, session: Session, back_up: Backup
) -> None:
    restore = back_up()
    put_letter(session, *READERS)
    assert look(app) == 3
    restore()
    put_letter(session, *READERS)
    assert look(app) == 0
    assert troubles(session) == ["behind"]


def test_a_backup_put_back_while_nothing_waited_is_noticed_when_something_does(
    app: Flask, session: Session, back_up: Backup
) -> None:
    look(app)
    restore = back_up()
    look(app)
    restore()
    look(app)
    put_letter(session, *READERS)
    assert look(app) == 0


def test_a_database_put_back_under_a_running_worker_stops_it(
    app: Flask, session: Session, clock: time_machine.Traveller, back_up: Backup
) -> None:
    gate = instance.Gate(session)
    assert gate.is_open(our_clock.now())
    restore = back_up()
    clock.shift(timedelta(minutes=1))
    assert gate.is_open(our_clock.now())
    restore()
    assert gate.is_open(our_clock.now())
    clock.shift(timedelta(minutes=1))
    assert not gate.is_open(our_clock.now())


@ON_SQLITE
def test_a_copied_folder_waits_and_the_site_it_was_copied_from_goes_on(
    app: Flask, session: Session, make_app: AppMaker, tmp_path: Path
) -> None:
    put_letter(session, READERS[0])
    look(app)
    put_letter(session, *READERS, key="issue/2")
    copy = tmp_path / "copy"
    shutil.copytree(tmp_path, copy, ignore=shutil.ignore_patterns("copy"))
    theirs = make_app(DATA_DIR=copy)
    theirs.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{copy / 'hrsite.db'}"
    assert look(theirs) == look(theirs) == 0
    assert troubles(session) == [None, "copied"]
    assert look(app) == 3


@pytest.mark.parametrize("way", ["over the old one", "anew"])
def test_a_mark_from_a_backup_is_known_as_a_copy(
    app: Flask, session: Session, tmp_path: Path, way: str
) -> None:
    look(app)
    mark = mark_of(app)
    older = mark.read_bytes()
    look(app)
    if way == "anew":
        (tmp_path / "restored").write_bytes(older)
        (tmp_path / "restored").rename(mark)
    else:
        mark.write_bytes(older)
    put_letter(session, *READERS)
    assert look(app) == look(app) == 0
    assert "copied" in troubles(session)
    resume(session)
    assert look(app) == 3


@pytest.mark.parametrize("words", [b"", b"\xff\xfe", b"[]", b'{"id": 1}', b'{"id": "x"'])
def test_a_spoilt_mark_waits_for_the_coach(app: Flask, session: Session, words: bytes) -> None:
    put_letter(session, READERS[0])
    look(app)
    mark_of(app).write_bytes(words)
    put_letter(session, *READERS, key="issue/2")
    assert look(app) == 0
    resume(session)
    assert look(app) == 3


def test_a_lost_mark_waits_for_the_coach(app: Flask, session: Session) -> None:
    put_letter(session, READERS[0])
    look(app)
    mark_of(app).unlink()
    put_letter(session, *READERS, key="issue/2")
    assert look(app) == 0
    assert troubles(session).count("new") == 1


@ON_POSTGRESQL
def test_a_second_computer_waits_for_its_leave_while_the_first_goes_on(
    app: Flask, session: Session, make_app: AppMaker, tmp_path: Path
) -> None:
    put_letter(session, READERS[0])
    look(app)
    second = make_app(DATA_DIR=tmp_path / "second")
    put_letter(session, READERS[0], key="issue/2")
    assert look(second) == 0
    assert look(app) == 1
    resume(session)
    put_letter(session, READERS[0], key="issue/3")
    assert look(second) == 1
    assert troubles(session) == [None, None]


@ON_POSTGRESQL
def test_an_older_database_is_noticed_by_one_computer_and_stops_them_all(
    app: Flask, session: Session, make_app: AppMaker, tmp_path: Path, back_up: Backup
) -> None:
    second = make_app(DATA_DIR=tmp_path / "second")
    look(app)
    look(second)
    resume(session)
    let_go(second)
    restore = back_up()
    look(second)
    let_go(second)
    restore()
    put_letter(session, *READERS)
    assert look(second) == 0
    assert look(app) == 0
    resume(session)
    assert look(app) == 3


def test_workers_that_start_together_are_one_instance(app: Flask, session: Session) -> None:
    put_letter(session, *READERS)
    session.rollback()
    all_at_once, faults = threading.Barrier(4), list[Exception]()

    def work(owner: str) -> None:
        try:
            all_at_once.wait(10)
            for _ in range(5):
                look(app, owner)
        except Exception as trouble:
            faults.append(trouble)

    workers = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for one in workers:
        one.start()
    for one in workers:
        one.join(30)
    assert faults == []
    (only,) = instances(session).values()
    assert only.trouble is None
    assert markfile.read_or_make(mark_of(app).parent) == markfile.Mark(only.id, only.counter)
    assert folder_letters(app) == 3


def test_a_folder_that_takes_no_mark_hands_nothing_over(
    app: Flask, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    put_letter(session, *READERS)
    mark_of(app).mkdir()
    with app.app_context():
        looking.do_what_is_due()
    assert states(session) == {"queued": 3}
    assert "look_failed" in caplog.text


def test_while_letters_are_held_no_clock_runs(
    app: Flask, session: Session, clock: time_machine.Traveller, back_up: Backup
) -> None:
    look(app)
    restore = back_up()
    look(app)
    restore()
    put_letter(session, *READERS)
    begun = our_clock.now() + timedelta(hours=3)
    put_letter(session, *READERS, key="notice/1", not_after=begun, is_timely=True)
    look(app)
    clock.shift(timedelta(days=3))
    assert look(app) == 0
    assert states(session) == {"queued": 6}
    resume(session)
    assert look(app) == 3
    assert states(session) == {"accepted": 3, "expired": 3}


def test_whoever_asks_whether_letters_may_go_locks_nobody_out_meanwhile(
    app: Flask, session: Session
) -> None:
    session.commit()
    gate = instance.Gate(session)
    assert gate.is_open(our_clock.now())
    # A worker asks while it waits for the mail server, which may take ten minutes.
    assert not session.in_transaction()
