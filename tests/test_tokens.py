"""Links' tokens and the signed time in a form."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hrsite import create_app, tokens
from tests.conftest import settings_for

MOMENT = datetime(2026, 6, 2, 14, 0, 5, tzinfo=UTC)


@pytest.fixture
def signing(tmp_path: Path) -> Iterator[None]:
    with create_app(settings_for(tmp_path)).app_context():
        yield


def test_a_token_has_22_letters_of_128_bits_and_never_comes_twice() -> None:
    made = {tokens.new_token() for _ in range(500)}
    assert len(made) == 500
    assert all(tokens.is_token_shaped(one) for one in made)


@pytest.mark.parametrize(
    "text", ["", "a" * 21, "a" * 23, "a" * 22 + "\n", "a" * 21 + "é", "a" * 21 + " ", "٣" * 22]
)
def test_what_cannot_be_a_token_is_seen_by_its_shape(text: str) -> None:
    assert not tokens.is_token_shaped(text)


@given(st.text())
def test_any_text_has_a_fingerprint_that_shows_nothing_of_it(text: str) -> None:
    mark = tokens.fingerprint(text)
    assert len(mark) == 64
    assert len(text) < 4 or text not in mark


def test_a_lone_surrogate_has_a_fingerprint_too() -> None:
    assert len(tokens.fingerprint("\ud800")) == 64


@pytest.mark.usefixtures("signing")
def test_a_signed_moment_comes_back_to_the_second() -> None:
    assert tokens.read_stamp(tokens.stamp(MOMENT + timedelta(microseconds=7))) == MOMENT


@pytest.mark.usefixtures("signing")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text() | st.from_regex(r"\d{1,30}\.[A-Za-z0-9_-]{43}", fullmatch=True))
def test_a_moment_nobody_signed_is_refused(text: str) -> None:
    for forged in (text, "\ud800" + text, tokens.stamp(MOMENT) + text + "x"):
        with pytest.raises(tokens.BadStamp):
            tokens.read_stamp(forged)


@pytest.mark.usefixtures("signing")
def test_a_changed_moment_is_refused() -> None:
    seconds, mark = tokens.stamp(MOMENT).split(".")
    with pytest.raises(tokens.BadStamp):
        tokens.read_stamp(f"{int(seconds) + 3600}.{mark}")


def test_another_sites_stamp_is_refused(tmp_path: Path) -> None:
    other = "another-key-0123456789-abcdefghijklmnop"
    with create_app(settings_for(tmp_path, SECRET_KEY=other)).app_context():
        foreign = tokens.stamp(MOMENT)
    with (
        create_app(settings_for(tmp_path)).app_context(),
        pytest.raises(tokens.BadStamp),
    ):
        tokens.read_stamp(foreign)
