"""The key can be changed: nobody is lost by it, and a change that was killed goes on."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import addresses, changing_keys, keys, rekeying
from hrsite import clock as our_clock
from hrsite.changing_keys import NotChanged
from hrsite.extensions import db
from hrsite.newsletter import consent, erasing, foreseeing, subscribing
from hrsite.newsletter.admitting import Verdict
from hrsite.newsletter.models import ConsentEvent, Subscriber, SubscriptionState, Topic
from hrsite.newsletter.models_people import BroughtList
from hrsite.outbox import bouncing, presence, suppression
from hrsite.outbox.events import Event
from hrsite.outbox.models import Recipient
from hrsite.rekeying import Fit
from hrsite.sealing import Seal
from tests import factories
from tests.conftest import AppMaker
from tests.outbox.backups import backup_of
from tests.outbox.ledger import put_letter
from tests.running_site import free_port

ADA, LEAVER, ERASED, SHUT = (f"{name}@example.org" for name in ("ada", "lea", "era", "shut"))
# One process that changes the key with a part for every row, and tells of each commit.
KILLABLE = """
import sys
from hrsite import create_app, changing_keys, rekeying
rekeying.PART = 1
app = create_app({"PORT": int(sys.argv[1])})
advance = rekeying.advance
def told(session, seal, commit):
    def say():
        commit()
        print("part", flush=True)
    return advance(session, seal, say)
rekeying.advance = told
with app.app_context():
    print(changing_keys.change(app), flush=True)
"""


class Killed(BaseException):
    """The process is no more."""


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """A site whose key lies in its file."""
    return make_app(ADDRESS_KEY="", PORT=free_port())


@pytest.fixture
def anew(make_app: AppMaker) -> Callable[[], Flask]:
    """The same site, started once more."""
    return lambda: make_app(ADDRESS_KEY="", PORT=free_port())


def key_in(app: Flask, typed: str) -> str:
    key: str = app.extensions["seal"].keyed_hash(addresses.check(typed).key)
    return key


def fill(app: Flask, session: Session) -> dict[str, str]:
    """People of every kind, and what is kept of each; one's links."""
    now = our_clock.now()
    ada = factories.make_subscriber(session, ADA)
    consent.note(session, ada.address_key, "confirmed", Topic.ARTICLES, "letter", now)
    put_letter(session, ADA, "test@example.org")
    assert bouncing.take_event(session, Event("postmark", "1", "unsubscribed", ADA), now)
    factories.make_subscriber(session, LEAVER, state=SubscriptionState.UNSUBSCRIBED)
    consent.note(session, key_in(app, "gone@example.org"), "unsubscribed", None, "header", now)
    suppression.suppress(session, key_in(app, SHUT), "It bounced.", now)
    suppression.lift(session, key_in(app, SHUT), now)
    suppression.suppress(session, key_in(app, SHUT), "It bounced.", now)
    erasing.erase(session, Path(app.config["DATA_DIR"]), key_in(app, ERASED), True, now)
    factories.make_list(session, f"Email\n{ADA}\n{LEAVER}\nnew@example.org\n")
    session.commit()
    return dict(ada.links)


def nobody_is_lost(app: Flask, links: dict[str, str]) -> None:
    """Everything that was kept is found by this application, and opens."""
    with app.app_context():
        session, client = db.session(), app.test_client()
        assert rekeying.fit(session, app.extensions["seal"]) == Fit.GOOD
        ada = subscribing.find_by_address(session, ADA)
        assert ada is not None
        assert (ada.address, ada.links) == (ADA, links)
        assert session.scalars(select(Subscriber)).all()
        said = session.scalars(select(ConsentEvent.address_key)).all()
        assert set(said) == {key_in(app, ADA), key_in(app, "gone@example.org")}
        for closed in (SHUT, ERASED):
            assert suppression.is_suppressed(session, key_in(app, closed))
        (brought,) = session.scalars(select(BroughtList))
        assert brought.said_where == "The form on my old site"
        counts = foreseeing.foresee(session, brought).counts
        assert counts == {Verdict.NEW: 1, Verdict.HERE: 1, Verdict.LEFT: 1}
        assert "" not in session.scalars(select(Recipient.address)).all()
        session.rollback()
        assert client.get(f"/settings/{links['settings']}").status_code == 200
        assert client.get(f"/unsubscribe/{links['unsubscribe']}").status_code == 200


def change(app: Flask) -> str:
    with app.app_context():
        return changing_keys.change(app)


def test_after_a_change_everybody_is_found_and_old_links_work(
    app: Flask, anew: Callable[[], Flask], session: Session
) -> None:
    links, file = fill(app, session), app.config["ADDRESS_KEY_FILE"]
    before, old_hash = file.read_text(), key_in(app, ADA)
    session.rollback()
    assert "under a new key" in change(app)
    assert file.read_text().startswith(before)
    assert len(file.read_text().splitlines()) == 2
    assert file.stat().st_mode & 0o777 == 0o600
    assert not keys.next_of(file).exists()
    nobody_is_lost(anew(), links)
    assert key_in(anew(), ADA) != old_hash
    change(anew())
    nobody_is_lost(anew(), links)


@pytest.mark.parametrize("database", ["sqlite"])
def test_nothing_under_the_old_key_is_left_in_the_file(app: Flask, session: Session) -> None:
    fill(app, session)
    old = [key_in(app, typed).encode() for typed in (ADA, SHUT, ERASED)]
    session.rollback()
    change(app)
    folder = Path(app.config["DATA_DIR"])
    octets = b"".join(path.read_bytes() for path in folder.glob("hrsite.db*"))
    assert all(one not in octets for one in old)


@pytest.mark.parametrize("kills_after", [False, True])
def test_killed_at_any_commit_it_goes_on(
    app: Flask,
    anew: Callable[[], Flask],
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    kills_after: bool,
) -> None:
    links = fill(app, session)
    session.rollback()
    monkeypatch.setattr(rekeying, "PART", 1)
    advance = rekeying.advance

    def dies_at_the_second(session: Session, seal: Seal, commit: Callable[[], None]) -> int:
        commits = iter(range(1, 1000))

        def say() -> None:
            is_last = next(commits) == 3
            if is_last and not kills_after:
                raise Killed
            commit()
            if is_last:
                raise Killed

        return advance(session, seal, say)

    monkeypatch.setattr(rekeying, "advance", dies_at_the_second)
    kills = 0
    while True:
        try:
            change(anew())
        except Killed:
            kills += 1
            with app.app_context():
                db.session.rollback()
                assert changing_keys.look(app) == changing_keys.UNFINISHED
        else:
            break
    assert kills > 5
    nobody_is_lost(anew(), links)


def test_killed_before_the_file_is_in_its_place_it_goes_on(
    app: Flask, anew: Callable[[], Flask], session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    links = fill(app, session)
    session.rollback()
    with monkeypatch.context() as dying:

        def die(path: Path) -> None:
            raise Killed

        dying.setattr(keys, "end_next", die)
        with pytest.raises(Killed):
            change(app)
    assert "Done: 0 rows" in change(anew())
    nobody_is_lost(anew(), links)


def test_a_process_that_is_killed_again_and_again_gets_it_done(
    app: Flask, anew: Callable[[], Flask], session: Session
) -> None:
    links = fill(app, session)
    session.rollback()
    db.engine.dispose()
    environment = os.environ | {
        "HRSITE_MODE": "development", "HRSITE_ENV_FILE": "",
        "DATA_DIR": str(app.config["DATA_DIR"]), "DATABASE_URL": app.config["DATABASE_URL"],
    }  # fmt: skip
    for parts in (1, 4, 1_000):
        with subprocess.Popen(
            [sys.executable, "-c", KILLABLE, str(free_port())],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            for _ in range(parts):
                if not process.stdout.readline():
                    break
            process.send_signal(signal.SIGKILL)
    assert not keys.next_of(app.config["ADDRESS_KEY_FILE"]).exists()
    nobody_is_lost(anew(), links)


def test_a_backup_from_before_a_change_is_told_and_brought_up(
    app: Flask, anew: Callable[[], Flask], session: Session, database: str, tmp_path: Path
) -> None:
    links = fill(app, session)
    with app.app_context():
        assert changing_keys.look(app) == ""
    restore = backup_of(session, database, tmp_path)()
    change(app)
    session.rollback()
    erased = anew()
    with erased.app_context():
        erasing.erase(
            db.session(), Path(app.config["DATA_DIR"]), key_in(erased, LEAVER), True,
            our_clock.now(),
        )  # fmt: skip
        db.session.commit()
        db.engine.dispose()
    restore()
    started = anew()
    with started.app_context():
        assert changing_keys.look(started) == changing_keys.OLDER
        db.session.rollback()
    assert "older database" in change(started)
    with started.app_context():
        # Erased under the new key, in a database that did not know of it.
        assert erasing.replay(
            db.session(), Path(app.config["DATA_DIR"]), our_clock.now(), db.session.commit
        )
        assert subscribing.find_by_address(db.session(), LEAVER) is None
        ada = subscribing.find_by_address(db.session(), ADA)
        assert ada is not None
        assert ada.links == links


def test_it_is_refused_while_a_worker_is_here(app: Flask, session: Session) -> None:
    session.rollback()
    with app.app_context():
        presence.announce(db.session(), "a worker", our_clock.now())
        db.session.commit()
    with pytest.raises(NotChanged, match="Stop site and worker first"):
        change(app)


def test_a_key_in_the_settings_is_not_changed(make_app: AppMaker) -> None:
    with pytest.raises(NotChanged, match="stands in the settings"):
        change(make_app(PORT=free_port()))


def test_other_keys_change_nothing_and_a_start_says_so(
    app: Flask, make_app: AppMaker, session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(app, session)
    with app.app_context():
        changing_keys.look(app)
    other = make_app(ADDRESS_KEY="another-" * 5, PORT=free_port())
    with pytest.raises(NotChanged, match="do not fit"):
        change(other)
    with other.app_context():
        assert changing_keys.look(other) == ""
    assert "put back the key that belongs to it" in capsys.readouterr().err


def test_one_row_is_told_as_one(app: Flask, session: Session) -> None:
    suppression.suppress(session, key_in(app, ADA), "gone", our_clock.now())
    session.commit()
    assert "Done: 1 row is under a new key." in change(app)
