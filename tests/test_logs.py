"""The log names nobody: no address, no token, no line that somebody else made up."""

import io
import logging
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from hrsite import addresses, logs, tokens

READER = "reader.one+tag@mail.example.org"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the log says, from here on."""
    stream = io.StringIO()
    logs.set_up(stream)
    yield stream
    logs.set_up()


@pytest.mark.parametrize(
    "line",
    [
        "wrote to {}",
        "<{}>: refused",
        "RCPT TO:<{}>",
        "GET /desk?address={}&x=1",
        "Key (email)=({}) already exists",
        "'{}'",
        "mailto:{}",
        "{},{}",
    ],
)
def test_an_address_is_taken_out_wherever_it_stands(line: str) -> None:
    for address in (READER, READER.replace("@", "%40"), "o'hara@example.org", "b@xn--fa-hia.de"):
        said = logs.redact(line.format(address, address))
        assert "example" not in said
        assert "@" not in said
        assert "[address]" in said


@pytest.mark.parametrize("local", ["kathleen.o'brien", "kathleen/brien", "kathleen=b&brien?x"])
def test_no_part_of_an_address_stays_whatever_its_letters(local: str) -> None:
    said = logs.redact(f"to {local}@example.org.")
    assert "kathleen" not in said
    assert "brien" not in said


def test_what_stands_around_it_stays() -> None:
    assert logs.redact("GET /desk?address=a%40b.org&x=1") == "GET /desk?address=[address]&x=1"


@pytest.mark.parametrize("line", ["/settings/{}", "token={};", '"{}"', "/unsubscribe/{}/undo"])
def test_a_token_is_taken_out_wherever_it_stands(line: str) -> None:
    for token in (tokens.new_token() for _ in range(200)):
        said = logs.redact(line.format(token))
        assert token not in said
        assert said == line.format("[token]")


def test_a_set_up_code_is_taken_out() -> None:
    assert logs.redact("code ACDEF-GHJKM-NPQRT-UVWXY") == "code [token]"


def test_long_words_of_our_own_stay_readable() -> None:
    line = "in _first_reply_of_the_server_to_us at /posts/talking-to-a-doctor-again"
    assert logs.redact(line) == line


@given(st.text())
def test_nothing_anybody_types_makes_a_second_line(text: str) -> None:
    said = logs.redact(text)
    assert "\n" not in said
    assert "\r" not in said


@given(local=st.from_regex(r"[a-z0-9.+_-]{1,20}", fullmatch=True))
def test_any_address_we_would_take_is_taken_out(local: str) -> None:
    try:
        address = addresses.check(f"{local}@example.org")
    except addresses.BadAddress:
        return
    assert "example" not in logs.redact(f"to {address.typed}.")


def test_our_own_lines_are_cleaned_whatever_kind_of_value_they_hold(written: io.StringIO) -> None:
    token = tokens.new_token()
    log = structlog.get_logger("hrsite.test")
    log.info("handed_over", to=READER, many=[READER, token], raw=READER.encode(), count=3)
    log.warning("odd", fault=ValueError(READER), token=token, none=None)
    log.info("%s and %s", READER, token)
    said = written.getvalue()
    assert "example" not in said
    assert token not in said
    assert "count=3" in said
    assert len(said.splitlines()) == 3


def test_the_libraries_lines_are_cleaned_too(written: io.StringIO) -> None:
    token = tokens.new_token()
    logging.getLogger("sqlalchemy.engine").warning("parameters %s", (READER, token))
    logging.getLogger("some.library").error("GET /confirm/%s from\r\n%s", token, READER)
    said = written.getvalue()
    assert "example" not in said
    assert token not in said
    assert len(said.splitlines()) == 2


def test_exceptions_are_told_and_name_nobody(written: io.StringIO) -> None:
    token = tokens.new_token()
    for log in (structlog.get_logger("ours"), logging.getLogger("theirs")):
        try:
            raise ValueError(f"no such person: {READER}\nforged line for {token}")
        except ValueError:
            log.exception("went wrong")
    said = written.getvalue()
    assert said.count("ValueError: no such person") == 2
    assert "test_exceptions_are_told_and_name_nobody" in said
    assert "example" not in said
    assert token not in said
    assert len(said.splitlines()) == 2


def test_a_forged_line_break_stays_in_its_line(written: io.StringIO) -> None:
    structlog.get_logger().info(
        "seen", path="/x\r\n2026-06-02 level='info' event='signed_in'\x1b[2J"
    )
    said = written.getvalue()
    assert len(said.splitlines()) == 1
    assert "\x1b" not in said


def test_a_line_is_written_once_however_often_the_log_is_set_up() -> None:
    stream = io.StringIO()
    for _ in range(3):
        logs.set_up(stream)
    structlog.get_logger().info("once")
    logs.set_up()
    assert stream.getvalue().count("once") == 1
