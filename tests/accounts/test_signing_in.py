"""Signing in, and how long it lasts: the jobs, without a browser."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from hrsite import tokens
from hrsite.accounts import passwords, signing_in, tries
from hrsite.accounts.models import Account, AuditEvent, DeskSession
from tests.accounts.browsing import EMAIL, PASSWORD

HOME = "203.0.113.7"


@pytest.fixture
def owner(session: Session, password_hash: str, noon: datetime) -> Account:
    account = Account(
        name="Jordan", email=EMAIL, password_hash=password_hash, is_owner=True, created_at=noon
    )
    session.add(account)
    session.commit()
    return account


def enter(session: Session, now: datetime, is_kept: bool = False) -> tuple[DeskSession, str]:
    return signing_in.sign_in(session, EMAIL, PASSWORD, HOME, is_kept, now)


def fail(session: Session, now: datetime, email: str = EMAIL, network: str = HOME) -> None:
    with pytest.raises(signing_in.WrongSignIn):
        signing_in.sign_in(session, email, "not her password", network, False, now)


def test_the_right_password_opens_a_session_that_its_token_finds(
    session: Session, owner: Account, noon: datetime
) -> None:
    row, token = enter(session, noon)
    assert signing_in.session_for_token(session, token, noon) is row
    assert row.account is owner


def test_her_address_opens_the_desk_in_capitals_and_with_spaces_around_it(
    session: Session, owner: Account, noon: datetime
) -> None:
    row, _ = signing_in.sign_in(session, "  Coach@Example.ORG ", PASSWORD, HOME, False, noon)
    assert row.account is owner


def test_the_database_never_holds_the_token(
    session: Session, owner: Account, noon: datetime
) -> None:
    row, token = enter(session, noon)
    assert tokens.is_token_shaped(token)
    assert token not in (row.token_hash, str(row.id))
    assert signing_in.session_for_token(session, row.token_hash, noon) is None


def test_every_sign_in_gives_another_token(
    session: Session, owner: Account, noon: datetime
) -> None:
    assert enter(session, noon)[1] != enter(session, noon)[1]


@pytest.mark.parametrize(
    ("is_kept", "lasts"), [(False, timedelta(hours=12)), (True, timedelta(days=30))]
)
def test_a_session_ends_after_twelve_hours_or_thirty_days(
    session: Session, owner: Account, noon: datetime, is_kept: bool, lasts: timedelta
) -> None:
    _, token = enter(session, noon, is_kept)
    last = noon + lasts - timedelta(seconds=1)
    assert signing_in.session_for_token(session, token, last) is not None
    assert signing_in.session_for_token(session, token, noon + lasts) is None


@pytest.mark.parametrize("token", ["", "x", "\x00" * 22, "\ud800" * 22, "é" * 22, "a" * 1_000_000])
def test_a_strange_token_opens_nothing(session: Session, noon: datetime, token: str) -> None:
    assert signing_in.session_for_token(session, token, noon) is None


def test_five_wrong_tries_close_the_account_for_an_hour_from_any_network(
    session: Session, owner: Account, noon: datetime
) -> None:
    for minute in range(5):
        fail(session, noon + timedelta(minutes=minute), network=f"198.51.100.{minute}")
    with pytest.raises(tries.TooManyTries) as refused:
        enter(session, noon + timedelta(minutes=5))
    assert refused.value.until == noon + timedelta(hours=1)
    enter(session, noon + timedelta(hours=1))


def test_five_wrong_tries_close_the_network_for_every_account(
    session: Session, owner: Account, noon: datetime
) -> None:
    for number in range(5):
        fail(session, noon, email=f"guess{number}@example.org")
    with pytest.raises(tries.TooManyTries):
        enter(session, noon)
    signing_in.sign_in(session, EMAIL, PASSWORD, "198.51.100.1", False, noon)


def test_an_account_that_is_not_there_is_closed_after_five_tries_too(
    session: Session, owner: Account, noon: datetime
) -> None:
    for number in range(5):
        fail(session, noon, email="nobody@example.org", network=f"198.51.100.{number}")
    with pytest.raises(tries.TooManyTries):
        signing_in.sign_in(session, "nobody@example.org", PASSWORD, HOME, False, noon)


def test_refused_tries_do_not_make_the_wait_longer(
    session: Session, owner: Account, noon: datetime
) -> None:
    for _ in range(5):
        fail(session, noon)
    for minute in range(1, 60, 10):
        with pytest.raises(tries.TooManyTries) as refused:
            enter(session, noon + timedelta(minutes=minute))
        assert refused.value.until == noon + timedelta(hours=1)


def test_the_count_reaches_over_midnight(session: Session, owner: Account) -> None:
    late = datetime.fromisoformat("2026-06-04T23:55:00+00:00")
    for number in range(5):
        fail(session, late, email=f"guess{number}@example.org")
    with pytest.raises(tries.TooManyTries):
        enter(session, late + timedelta(minutes=10))


def test_her_own_slips_are_forgotten_once_she_is_in(
    session: Session, owner: Account, noon: datetime
) -> None:
    for minute in range(4):
        fail(session, noon + timedelta(minutes=minute), network=f"198.51.100.{minute}")
    enter(session, noon + timedelta(minutes=5))
    for minute in range(4):
        fail(session, noon + timedelta(minutes=6 + minute), network=f"192.0.2.{minute}")
    enter(session, noon + timedelta(minutes=12))


@pytest.mark.parametrize("email", ["", "\x00", "\ud800@example.org", "a" * 100_000, "no-at", "@"])
def test_a_strange_address_is_simply_wrong_and_counts_for_the_network(
    session: Session, owner: Account, noon: datetime, email: str
) -> None:
    for _ in range(5):
        fail(session, noon, email=email)
    session.commit()
    with pytest.raises(tries.TooManyTries):
        enter(session, noon)


def test_the_audit_keeps_neither_address_nor_network(
    session: Session, owner: Account, noon: datetime
) -> None:
    fail(session, noon)
    enter(session, noon)
    session.commit()
    for line in session.query(AuditEvent):
        kept = f"{line.kind} {line.account_key} {line.network_key} {line.detail}"
        assert "@" not in kept
        assert "coach" not in kept
        assert HOME not in kept


def test_a_network_has_another_key_every_day(session: Session, noon: datetime) -> None:
    tomorrow = noon + timedelta(days=1)
    assert tries.network_key(HOME, noon) != tries.network_key(HOME, tomorrow)


def test_a_new_password_ends_every_session_and_opens_one(
    session: Session, owner: Account, noon: datetime
) -> None:
    here, here_token = enter(session, noon)
    _, other_token = enter(session, noon, is_kept=True)
    _, token = signing_in.change_password(session, here, "nine brown owls in rain", noon)
    session.commit()
    assert signing_in.session_for_token(session, here_token, noon) is None
    assert signing_in.session_for_token(session, other_token, noon) is None
    assert signing_in.session_for_token(session, token, noon) is not None
    assert passwords.is_right(owner.password_hash, "nine brown owls in rain")


def test_asking_the_password_again_counts_wrong_tries_too(
    session: Session, owner: Account, noon: datetime
) -> None:
    for _ in range(5):
        with pytest.raises(signing_in.WrongPassword):
            signing_in.check_again(session, owner, "not her password", HOME, noon)
    with pytest.raises(tries.TooManyTries):
        signing_in.check_again(session, owner, PASSWORD, HOME, noon)


def test_she_sees_her_sessions_and_ends_one(
    session: Session, owner: Account, noon: datetime
) -> None:
    first, _ = enter(session, noon)
    second, _ = enter(session, noon + timedelta(minutes=1))
    assert signing_in.sessions_of(session, owner, noon) == [second, first]
    assert signing_in.end_session(session, owner, first.id, "session_ended", noon)
    assert signing_in.sessions_of(session, owner, noon) == [second]


def test_nobody_ends_the_session_of_somebody_else(
    session: Session, owner: Account, noon: datetime
) -> None:
    helper = Account(name="Sam", email="sam@example.org", password_hash="-", created_at=noon)
    session.add(helper)
    row, token = enter(session, noon)
    assert not signing_in.end_session(session, helper, row.id, "session_ended", noon)
    assert signing_in.session_for_token(session, token, noon) is row


def test_sessions_that_are_over_leave_the_database(
    session: Session, owner: Account, noon: datetime
) -> None:
    enter(session, noon)
    session.commit()
    enter(session, noon + timedelta(hours=13))
    session.commit()
    assert session.query(DeskSession).count() == 1
