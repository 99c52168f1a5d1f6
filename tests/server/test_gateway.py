"""A WSGI application behind ASGI: it is asked as PEP 3333 says, and all it says comes through."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from wsgiref.validate import validator

import pytest
from werkzeug.exceptions import ClientDisconnected

from hrsite.limits import STRANGERS_OCTETS
from hrsite.server.gateway import PIECE_OCTETS, Gateway

Message = dict[str, Any]
TEXT = [("Content-Type", "text/plain")]


def scope(**changes: Any) -> dict[str, Any]:
    """A request as uvicorn tells of it."""
    return {
        "type": "http",
        "method": "GET",
        "http_version": "1.1",
        "scheme": "http",
        "raw_path": b"/",
        "query_string": b"",
        "headers": [(b"host", b"coach.example")],
        "server": ("127.0.0.1", 8000),
        "client": ("192.0.2.7", 50000),
    } | changes


def ask(application: Any, *sent: bytes, hangs_up: bool = False, **changes: Any) -> list[Message]:
    """What is said to a request whose body comes in these parts."""
    coming: list[Message] = [
        {"type": "http.request", "body": part, "more_body": hangs_up or number < len(sent)}
        for number, part in enumerate(sent or (b"",), start=1)
    ]
    coming.append({"type": "http.disconnect"})
    said: list[Message] = []

    async def receive() -> Message:
        return coming.pop(0)

    async def send(message: Message) -> None:
        said.append(message)

    asked = Gateway(application, threads=2)(scope(**changes), receive, send)
    with ThreadPoolExecutor(1) as elsewhere:  # In this thread a browser's loop may be running.
        elsewhere.submit(asyncio.run, asked).result()
    return said


def whole(said: list[Message]) -> tuple[int, bytes]:
    """The status and the body."""
    assert [message["type"] for message in said].count("http.response.start") == 1
    assert [message.get("more_body", False) for message in said[1:]][-1] is False
    return said[0]["status"], b"".join(message["body"] for message in said[1:])


def echo(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Hand back what came."""
    start("200 OK", TEXT)
    return [environ["wsgi.input"].read()]


def told(**changes: Any) -> dict[str, Any]:
    """The environment an application is asked with."""
    seen: dict[str, Any] = {}

    def look(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        seen.update(environ)
        start("200 OK", TEXT)
        return [b"seen"]

    assert whole(ask(validator(look), **changes)) == (200, b"seen")
    return seen


def test_an_application_is_asked_as_pep_3333_says() -> None:
    environ = told(
        raw_path=b"/posts/caf%C3%A9%2Fx",
        query_string=b"q=%C3%A9&x",
        headers=[
            (b"host", b"coach.example"),
            (b"x-forwarded-for", b"198.51.100.1"),
            (b"x-forwarded-for", b"198.51.100.2"),
            (b"x_forwarded_for", b"203.0.113.9"),
            (b"content-type", b"text/plain"),
            (b"user-agent", "caf\u00e9".encode("latin1")),
        ],
    )
    assert environ["PATH_INFO"] == "/posts/caf\u00c3\u00a9/x"
    assert environ["QUERY_STRING"] == "q=%C3%A9&x"
    assert (environ["SERVER_NAME"], environ["SERVER_PORT"]) == ("127.0.0.1", "8000")
    assert environ["REMOTE_ADDR"] == "192.0.2.7"
    assert environ["HTTP_X_FORWARDED_FOR"] == "198.51.100.1,198.51.100.2"
    assert environ["CONTENT_TYPE"] == "text/plain"
    assert environ["HTTP_USER_AGENT"] == "caf\u00e9"


def test_who_has_no_address_any_more_is_answered() -> None:
    assert told(client=None)["REMOTE_ADDR"] == ""


@pytest.mark.parametrize(
    "size", [0, 1, STRANGERS_OCTETS, STRANGERS_OCTETS + 1, STRANGERS_OCTETS * 5]
)
@pytest.mark.parametrize("part", [1000, STRANGERS_OCTETS * 9])
def test_a_body_comes_through_whole(size: int, part: int) -> None:
    body = bytes(number % 251 for number in range(size))
    parts = [body[at : at + part] for at in range(0, size, part)]
    assert whole(ask(echo, *parts)) == (200, body)


def test_a_long_body_is_not_waited_for_unless_somebody_reads_it() -> None:
    def refuse(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        start("413 Content Too Large", TEXT)
        return [b"no"]

    many = [b"x" * STRANGERS_OCTETS] * 4
    assert whole(ask(refuse, *many, hangs_up=True)) == (413, b"no")


def test_who_hangs_up_in_the_midst_of_a_form_is_not_answered() -> None:
    assert ask(echo, b"half", hangs_up=True) == []


def test_whoever_reads_on_is_told_that_nobody_is_there() -> None:
    troubles: list[str] = []

    def read(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        try:
            environ["wsgi.input"].read()
        except ClientDisconnected as trouble:
            troubles.append(type(trouble).__name__)
        start("400 Bad Request", TEXT)
        return [b""]

    ask(read, b"x" * (STRANGERS_OCTETS + 1), hangs_up=True)
    assert troubles == ["ClientDisconnected"]


def test_a_long_answer_goes_out_while_it_is_made_and_is_closed() -> None:
    closed: list[bool] = []
    part = b"x" * (PIECE_OCTETS // 4)

    class Parts:
        def __iter__(self) -> Iterator[bytes]:
            yield from [part] * 10

        def close(self) -> None:
            closed.append(True)

    def many(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        start("200 OK", TEXT)
        return Parts()

    said = ask(many)
    assert whole(said) == (200, part * 10)
    assert [len(message["body"]) for message in said[1:]] == [
        PIECE_OCTETS,
        PIECE_OCTETS,
        PIECE_OCTETS // 2,
    ]
    assert closed == [True]


def test_an_application_that_fails_is_closed_and_its_failure_told() -> None:
    class Broken(Exception):
        pass

    closed: list[bool] = []

    class Parts:
        def __iter__(self) -> Iterator[bytes]:
            yield b"x"
            raise Broken

        def close(self) -> None:
            closed.append(True)

    def fail(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        start("200 OK", TEXT)
        return Parts()

    with pytest.raises(Broken):
        ask(fail)
    assert closed == [True]


def test_the_words_of_a_later_start_hold_and_what_was_written_comes_first() -> None:
    def late(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        start("200 OK", TEXT)
        start("500 Internal Server Error", TEXT, (ValueError, ValueError(), None))(b"first ")
        return [b"second"]

    assert whole(ask(late)) == (500, b"first second")
