"""An erased person leaves nothing behind, and no backup brings her back."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import clock as our_clock
from hrsite import looking
from hrsite.extensions import db
from hrsite.newsletter import asking, bringing, cli, consent, erasing, erasures
from hrsite.newsletter.admitting import Verdict, verdict
from hrsite.newsletter.erasures import Erasure
from hrsite.newsletter.models import ConsentEvent, Subscriber, Topic
from hrsite.newsletter.models_asking import SignupRequest
from hrsite.newsletter.models_people import ListState
from hrsite.outbox import bouncing, returned, suppression, tally
from hrsite.outbox.models import Delivery, DeliveryState, Recipient, Suppression
from tests import factories
from tests.newsletter.test_bringing import add_all
from tests.outbox.backups import backup_of
from tests.outbox.ledger import becomes, rows
from tests.raw_values import raw_values

pytestmark = pytest.mark.usefixtures("clock")
ADA, BEA = "ada@example.org", "bea@example.org"


def a_life(session: Session, typed: str = ADA) -> str:
    """Somebody with something in every table that holds anything of a person; her key."""
    person, now = factories.make_subscriber(session, typed), our_clock.now()
    key = person.address_key
    consent.note(session, key, "confirmed", Topic.ARTICLES, "letter", now)
    factories.make_post(session, send_to_readers=True)
    factories.open_issues(session)
    row = next(row for row in rows(session) if row.address_key == key)
    becomes(session, row, DeliveryState.ACCEPTED)
    suppression.note_bounce(session, row, "soft", 452, "4.2.2 full", now)
    asking.request_signup(
        session, typed.upper().replace("EXAMPLE.ORG", "example.org"), [], "home", now
    )
    session.commit()
    return key


def everything(session: Session) -> str:
    """Every value of every row, as the database has it."""
    return b"\n".join(raw_values(session).values()).decode("latin-1")


def folder(app: Flask) -> Path:
    return Path(app.config["DATA_DIR"])


def erase(app: Flask, key: str, *, never_again: bool = False) -> None:
    with app.app_context():
        erasing.erase(db.session(), folder(app), key, never_again, our_clock.now())
        db.session.commit()


def replay(app: Flask) -> str:
    return app.test_cli_runner().invoke(cli.erased, ["replay"], catch_exceptions=False).output


def test_nothing_is_left_and_the_numbers_add_up(app: Flask, session: Session) -> None:
    key = a_life(session)
    factories.make_subscriber(session, BEA)
    assert key in everything(session)
    erase(app, key)
    left = everything(session)
    assert key not in left
    assert session.scalars(select(Subscriber)).one().address == BEA
    assert session.scalars(select(SignupRequest)).all() == []
    assert tally.check(session) == {}
    (message_id,) = session.scalars(select(func.max(Delivery.message_id))).all() or [None]
    assert message_id is None


def test_what_came_back_of_a_letter_is_counted_though_she_is_erased(
    app: Flask, session: Session
) -> None:
    key = a_life(session)
    (row,) = rows(session)
    assert bouncing.take_event(
        session, bouncing.Event("postmark", "1", "soft", row.address), our_clock.now()
    )
    session.commit()
    message_id = row.message_id
    erase(app, key)
    session.rollback()
    assert returned.came_back(session, message_id) == {"soft": 1}


def test_only_who_asks_for_it_leaves_a_mark_that_closes_the_address(
    app: Flask, session: Session
) -> None:
    key = a_life(session)
    erase(app, key, never_again=True)
    session.rollback()
    kept = session.scalars(select(Suppression)).one()
    assert (kept.address_key, kept.kind) == (key, "erased")
    assert everything(session).count(key) == 1


@pytest.mark.parametrize("kind", ["soft", "hard", "complaint"])
def test_of_a_closed_address_no_server_s_words_are_left(
    app: Flask, session: Session, kind: suppression.SuppressionKind
) -> None:
    key = a_life(session)
    suppression.suppress(session, key, "550 countess77 is no more", our_clock.now(), kind)
    session.commit()
    erase(app, key)
    session.rollback()
    kept = session.scalars(select(Suppression)).one()
    assert (kept.kind, kept.reason) == (kind, suppression.PLAIN[kind])
    assert "countess" not in everything(session)


@pytest.mark.parametrize(("never_again", "found"), [(False, Verdict.NEW), (True, Verdict.CLOSED)])
def test_of_a_leaver_who_was_erased_only_the_tick_tells_a_list_not_to_add_her(
    app: Flask, client: FlaskClient, session: Session, never_again: bool, found: Verdict
) -> None:
    ada = factories.make_subscriber(session, ADA)
    key, links = ada.address_key, ada.links
    client.post(f"/unsubscribe/{links['unsubscribe']}", data={"button": "1"})
    assert verdict(session, key) == Verdict.LEFT
    path = f"/settings/{links['settings']}/erase"
    asked = " ".join(client.get(path).text.split())
    done = client.post(path, data={"never_again": "1"} if never_again else {})
    told = " ".join(done.text.split())
    for page in (asked, told):
        assert "somebody who brings in a list with your address could add you again" in page
    session.expire_all()
    assert verdict(session, key) == found
    brought = factories.make_list(session, f"Email\n{ADA}\n")
    add_all(session, brought)
    assert (brought.added_count, brought.closed_count) == ((0, 1) if never_again else (1, 0))


def test_the_list_of_the_erased_names_nobody_and_is_our_own(app: Flask, session: Session) -> None:
    erase(app, a_life(session))
    path = folder(app) / erasures.NAME
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"@" not in path.read_bytes()
    assert b"example" not in path.read_bytes()


@pytest.mark.parametrize("never_again", [False, True])
def test_a_backup_that_is_put_back_brings_nobody_back(
    app: Flask, session: Session, database: str, tmp_path: Path, clock: Traveller, never_again: bool
) -> None:
    key = a_life(session)
    factories.make_subscriber(session, BEA)
    restore = backup_of(session, database, tmp_path)()
    clock.shift(timedelta(hours=1))
    erase(app, key, never_again=never_again)
    session.rollback()
    restore()
    assert key in everything(session)
    session.rollback()
    assert "1 person" in replay(app)
    assert everything(session).count(key) == never_again
    assert [one.address for one in session.scalars(select(Subscriber))] == [BEA]
    assert (
        "Nobody"
        in app.test_cli_runner().invoke(cli.erased, ["replay"], catch_exceptions=False).output
    )


def test_it_is_replayed_every_night_too(app: Flask, session: Session, clock: Traveller) -> None:
    key = a_life(session)
    clock.shift(timedelta(hours=1))
    session.rollback()
    erasures.note(folder(app), Erasure(key, our_clock.now()))
    looking.tidy_up()
    assert key not in everything(session)


@pytest.mark.parametrize("half", [b"1780000000.0 1 abc", b"1780000000.0 1 " + b"b" * 64])
def test_a_line_that_a_full_disk_cut_short_takes_no_later_one_with_it(
    app: Flask, session: Session, clock: Traveller, half: bytes
) -> None:
    (folder(app) / erasures.NAME).write_bytes(half)
    key = a_life(session)
    clock.shift(timedelta(hours=1))
    session.rollback()
    erasures.note(folder(app), Erasure(key, our_clock.now()))
    looking.tidy_up()
    assert key not in everything(session)


def test_who_asks_anew_after_it_stays(app: Flask, session: Session, clock: Traveller) -> None:
    erase(app, a_life(session))
    clock.shift(timedelta(hours=1))
    factories.make_subscriber(session, ADA)
    session.rollback()
    looking.tidy_up()
    assert session.scalars(select(Subscriber)).one().address == ADA


def test_a_line_is_kept_for_a_year_and_half_a_line_is_none(
    app: Flask, session: Session, clock: Traveller
) -> None:
    first, second = "a" * 64, "b" * 64
    erasures.note(folder(app), Erasure(first, our_clock.now()))
    clock.shift(timedelta(days=200))
    erasures.note(folder(app), Erasure(second, our_clock.now(), never_again=True, depth=2))
    with (folder(app) / erasures.NAME).open("ab") as file:
        file.write(b"1780000000.0 1 abc")
    clock.shift(timedelta(days=200))
    erasures.forget_old(folder(app), our_clock.now())
    assert erasures.read(folder(app)) == [
        Erasure(second, our_clock.now() - timedelta(days=200), never_again=True, depth=2)
    ]


def test_when_the_list_cannot_be_written_nothing_is_erased(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = a_life(session)

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(erasures, "note", full)
    with pytest.raises(OSError, match="No space"):
        erase(app, key)
    db.session.rollback()
    assert session.scalars(select(ConsentEvent)).all()
    assert session.scalars(select(Recipient.address)).all() == [ADA]


def test_what_she_asks_for_after_it_is_answered_though_a_night_comes_between(
    app: Flask, session: Session, clock: Traveller
) -> None:
    erase(app, a_life(session))
    clock.shift(timedelta(hours=1))
    asking.request_signup(session, ADA, [Topic.ARTICLES], "home", our_clock.now())
    session.commit()
    looking.tidy_up()
    looking.do_what_is_due()
    assert session.scalars(select(Subscriber)).one().address == ADA


@pytest.mark.parametrize("added_count", [0, 1, 2])
def test_no_list_that_was_read_in_before_brings_her_back(
    app: Flask, session: Session, clock: Traveller, monkeypatch: pytest.MonkeyPatch,
    added_count: int,
) -> None:  # fmt: skip
    monkeypatch.setattr(bringing, "PART", 1)
    brought = factories.make_list(session, f"Email\nzoe@example.org\n{ADA}\n{BEA}\n")
    key = a_life(session)
    clock.shift(timedelta(hours=1))
    if added_count:
        assert bringing.start(session, brought.id, our_clock.now())
    for _ in range(added_count):
        bringing.add_part(session, brought.id, our_clock.now())
    session.commit()
    erase(app, key)
    session.expire_all()
    assert ADA not in (brought.people or "")
    bringing.start(session, brought.id, our_clock.now())
    session.commit()
    looking.do_what_is_due()
    session.expire_all()
    here = session.scalars(select(Recipient.address).join(Subscriber)).all()
    assert sorted(here) == [BEA, "zoe@example.org"]
    assert (brought.state, brought.added_count) == (ListState.ADDED, 2)
    assert brought.added_count + brought.here_count == brought.people_count


def test_a_list_that_is_read_in_after_it_is_the_coach_s_word(
    app: Flask, session: Session, clock: Traveller
) -> None:
    erase(app, a_life(session))
    clock.shift(timedelta(hours=1))
    brought = factories.make_list(session, f"Email\n{ADA}\n")
    session.commit()
    looking.tidy_up()
    session.expire_all()
    assert ADA in (brought.people or "")
