"""The one-time code: who it lets in, how often, and for how long."""

import math
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from hrsite.accounts import setting_up, signing_in
from hrsite.accounts.models import Account, SetUpCode
from hrsite.accounts.passwords import WeakPassword
from hrsite.addresses import BadAddress
from tests.accounts.browsing import EMAIL, PASSWORD

HOME = "203.0.113.7"


def set_up(session: Session, code: str, now: datetime, **changes: str) -> Account:
    said = {"name": "Jordan", "email": EMAIL, "password": PASSWORD, **changes}
    owner = setting_up.set_up(session, code, said["name"], said["email"], said["password"], now)
    session.commit()
    return owner


def made_code(session: Session, now: datetime) -> str:
    code = setting_up.make_code(session, now)
    session.commit()
    return code


def test_a_new_site_needs_an_owner_until_the_code_makes_one(
    session: Session, noon: datetime
) -> None:
    assert setting_up.needs_owner(session)
    owner = set_up(session, made_code(session, noon), noon)
    assert not setting_up.needs_owner(session)
    assert owner.is_owner
    assert signing_in.sign_in(session, EMAIL, PASSWORD, HOME, False, noon)[0].account is owner


def test_a_code_is_long_enough_and_has_no_letters_that_look_alike(
    session: Session, noon: datetime
) -> None:
    code = made_code(session, noon)
    assert [len(group) for group in code.split("-")] == [5, 5, 5, 5]
    assert not set(code) & set("0O1IL5S8B2Z")
    assert 20 * math.log2(len(set(setting_up.LETTERS))) > 80


def test_the_database_holds_only_the_codes_hash(session: Session, noon: datetime) -> None:
    code = made_code(session, noon)
    kept = session.query(SetUpCode).one().code_hash
    assert code.replace("-", "") not in kept.upper()


def test_a_code_may_be_typed_in_small_letters_and_without_hyphens(
    session: Session, noon: datetime
) -> None:
    code = made_code(session, noon)
    set_up(session, " " + code.lower().replace("-", " ") + " ", noon)


def test_a_code_works_once(session: Session, noon: datetime) -> None:
    code = made_code(session, noon)
    set_up(session, code, noon)
    with pytest.raises(setting_up.WrongSetUpCode):
        set_up(session, code, noon, name="Somebody Else")


def test_a_code_works_for_a_day(session: Session, noon: datetime) -> None:
    code = made_code(session, noon)
    with pytest.raises(setting_up.WrongSetUpCode):
        set_up(session, code, noon + timedelta(hours=24))
    set_up(session, code, noon + timedelta(hours=24, seconds=-1))


def test_a_newer_code_ends_the_older_one(session: Session, noon: datetime) -> None:
    older, newer = made_code(session, noon), made_code(session, noon)
    with pytest.raises(setting_up.WrongSetUpCode):
        set_up(session, older, noon)
    set_up(session, newer, noon)


@pytest.mark.parametrize("code", ["", "-", "AAAAA-AAAAA-AAAAA-AAAAA", "\x00", "\ud800", "é" * 20])
def test_another_code_lets_nobody_in(session: Session, noon: datetime, code: str) -> None:
    made_code(session, noon)
    with pytest.raises(setting_up.WrongSetUpCode):
        set_up(session, code, noon)


def test_an_owner_who_forgot_chooses_everything_anew_and_is_signed_out_elsewhere(
    session: Session, noon: datetime
) -> None:
    owner = set_up(session, made_code(session, noon), noon)
    _, token = signing_in.sign_in(session, EMAIL, PASSWORD, HOME, True, noon)
    again = set_up(
        session,
        made_code(session, noon),
        noon,
        name="Jordan Hale",
        email="new@example.org",
        password="nine brown owls in rain",
    )
    assert again.id == owner.id
    assert session.query(Account).count() == 1
    assert signing_in.session_for_token(session, token, noon) is None
    with pytest.raises(signing_in.WrongSignIn):
        signing_in.sign_in(session, EMAIL, PASSWORD, HOME, False, noon)
    signing_in.sign_in(session, "new@example.org", "nine brown owls in rain", HOME, False, noon)


def test_an_owner_who_was_locked_out_by_wrong_tries_is_let_in_again(
    session: Session, noon: datetime
) -> None:
    set_up(session, made_code(session, noon), noon)
    for number in range(5):
        with pytest.raises(signing_in.WrongSignIn):
            signing_in.sign_in(session, EMAIL, "wrong", f"198.51.100.{number}", False, noon)
    later = noon + timedelta(minutes=1)
    set_up(session, made_code(session, later), later)
    signing_in.sign_in(session, EMAIL, PASSWORD, HOME, False, later)


def test_the_code_still_works_after_a_slip_in_the_other_boxes(
    session: Session, noon: datetime
) -> None:
    code = made_code(session, noon)
    with pytest.raises(setting_up.BadName):
        set_up(session, code, noon, name="   ")
    with pytest.raises(BadAddress):
        set_up(session, code, noon, email="no-at-sign")
    with pytest.raises(WeakPassword):
        set_up(session, code, noon, password="steadyground1")
    with pytest.raises(WeakPassword):
        set_up(session, code, noon, password="coach@example.org")
    set_up(session, code, noon)


def test_two_accounts_never_share_an_address(session: Session, noon: datetime) -> None:
    session.add(Account(name="Sam", email=EMAIL, password_hash="-", created_at=noon))
    session.commit()
    with pytest.raises(setting_up.EmailTaken):
        set_up(session, made_code(session, noon), noon)


@pytest.mark.parametrize(
    "name", ["", "\x00", "Jor\x00dan", "\u202eJordan", "\ud800", "J" * 121, "J" * 1_000_000]
)
def test_a_strange_name_is_refused_in_words(session: Session, noon: datetime, name: str) -> None:
    with pytest.raises(setting_up.BadName, match=r"\.$"):
        set_up(session, made_code(session, noon), noon, name=name)
