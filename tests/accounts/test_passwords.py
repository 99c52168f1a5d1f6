"""New passwords are judged in words; kept ones are found right or wrong."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.security import check_password_hash

from hrsite.accounts import passwords
from hrsite.accounts.passwords import WeakPassword, hash_password, is_right, judge_password

# Read while the tests are collected, before any of them runs on quicker ones.
REAL = passwords.METHOD, passwords.NOBODY


@pytest.fixture(autouse=True)
def real_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in zip(("METHOD", "NOBODY"), REAL, strict=True):
        monkeypatch.setattr(passwords, name, value)


@pytest.mark.parametrize(
    "text",
    [
        "Password1234!",
        "p@ssw0rd1234",
        "drowssap4321",
        "123456789012",
        "qwertyuiop12",
        "poiuytrewq!!",
        "letmeinletmein",
        "abcdefghijkl",
        "aaaaaaaaaaaab",
        "ab12ab12ab12",
        "iloveyou2024!!",
        "sunshinemonkey7",
        "1q2w3e4r5t6y",
        "correct horse battery staple",
        "𝐩𝐚𝐬𝐬𝐰𝐨𝐫𝐝𝟏𝟐𝟑𝟒",
    ],
)
def test_a_password_many_people_use_is_refused(text: str) -> None:
    with pytest.raises(WeakPassword, match="easy to guess"):
        judge_password(text)


@pytest.mark.parametrize("text", ["steady-ground-1", "JordanHale26!!", "jordan.hale.99"])
def test_a_password_made_of_the_sites_name_or_hers_is_refused(text: str) -> None:
    with pytest.raises(WeakPassword, match="the site's name"):
        judge_password(text, ["Steady Ground", "Jordan Hale", "Jordan", "Hale"])


@pytest.mark.parametrize(
    "text",
    [
        "seven quiet herons",
        "My dog ate 3 socks",
        " leading and trailing ",
        "十二の静かな鷺が夕暮れに飛ぶ",
        "jordan planted eleven beans",
        "x" * 3 + "fT9#kQ2v!m" * 12 + "zzzzz",
    ],
)
def test_a_long_odd_password_is_welcome_whatever_its_letters(text: str) -> None:
    judge_password(text, ["Steady Ground", "jordan"])


def test_eleven_characters_are_too_few_and_twelve_are_enough() -> None:
    with pytest.raises(WeakPassword, match="at least 12"):
        judge_password("kT9#wQ2v!mX")
    judge_password("kT9#wQ2v!mXe")


def test_spaces_at_the_ends_count_and_are_kept() -> None:
    kept = hash_password(" herons fly at dusk ")
    assert is_right(kept, " herons fly at dusk ")
    assert not is_right(kept, "herons fly at dusk")


def test_128_characters_are_enough_and_129_too_many() -> None:
    long = "kT9#wQ2v!mXe" * 10 + "abXzpQ19"
    judge_password(long)
    with pytest.raises(WeakPassword, match="at most 128"):
        judge_password(long + "j")


def test_a_character_that_cannot_be_kept_is_refused() -> None:
    for hidden in ("\x00", "\ud800", "\n"):
        with pytest.raises(WeakPassword, match="cannot be kept"):
            judge_password("seven quiet herons" + hidden)


def test_the_same_password_from_another_keyboard_opens_the_desk() -> None:
    kept = hash_password("caf\u00e9 at the harbour")
    assert is_right(kept, "cafe\u0301 at the harbour")


def test_the_hash_says_nothing_and_is_never_the_same_twice() -> None:
    first, second = hash_password("seven quiet herons"), hash_password("seven quiet herons")
    assert first != second
    assert "herons" not in first
    assert len(first) <= 300


def test_nobody_has_no_password() -> None:
    assert not is_right(None, "seven quiet herons")
    assert not is_right(None, "")


@pytest.mark.parametrize("text", ["seven quiet herons", "", "x" * 1000, "\ud800"])
def test_where_there_is_no_account_a_hash_is_checked_all_the_same(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    checked: list[str] = []

    def check(password_hash: str, typed: str) -> bool:
        checked.append(password_hash)
        return check_password_hash(password_hash, typed)

    monkeypatch.setattr(passwords, "check_password_hash", check)
    kept = hash_password("eight quiet herons")
    for password_hash in (None, kept):
        assert not is_right(password_hash, text)
    assert checked == [passwords.NOBODY, kept]


def test_a_kept_password_takes_a_thief_the_work_that_owasp_asks_for() -> None:
    assert hash_password("seven quiet herons").startswith("scrypt:32768:8:3$")


def test_the_stand_in_for_nobody_takes_the_same_work_as_a_real_hash() -> None:
    real = hash_password("seven quiet herons")
    assert passwords.NOBODY.split("$")[0] == real.split("$")[0]
    assert len(passwords.NOBODY) == len(real)


@pytest.mark.parametrize("text", ["", "\x00", "\ud800", "\u202eherons", "x" * 1_000_000])
def test_a_strange_password_is_simply_wrong(text: str) -> None:
    assert not is_right(hash_password("seven quiet herons"), text)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=140))
def test_whatever_is_taken_has_12_to_128_characters(text: str) -> None:
    with contextlib.suppress(WeakPassword):
        judge_password(text, ["Steady Ground"])
        assert 12 <= len(text) <= 128
