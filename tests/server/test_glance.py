"""What is read in passing is what a thorough reading says; whatever is odd is left to that."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrsite.server.glance import MOST_NAMES, Glance, environ_name

PLAIN = b"GET /posts/ HTTP/1.1\r\nHost: coach.example\r\nAccept-Encoding: br\r\n\r\n"
ODD = {
    "another method": PLAIN.replace(b"GET", b"POST"),
    "two requests": PLAIN * 2,
    "half a request": PLAIN[:-2],
    "no request": b"\x16\x03\x01\x02 junk\r\n\r\n",
    "an older HTTP": PLAIN.replace(b"1.1", b"1.0"),
    "an older HTTP that stays": b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "the last request": PLAIN[:-2] + b"Connection: close\r\n\r\n",
    "a body": PLAIN[:-2] + b"Content-Length: 4\r\n\r\n\r\n\r\n",
    "an empty body": PLAIN[:-2] + b"Content-Length: 0\r\n\r\n",
    "chunks": PLAIN[:-2] + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a question first": PLAIN[:-2] + b"Expect: 100-continue\r\n\r\n",
    "another protocol": PLAIN[:-2] + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
    "two hosts": PLAIN[:-2] + b"Host: elsewhere.example\r\n\r\n",
    "a name with an underscore": PLAIN[:-2] + b"Accept_Encoding: gzip\r\n\r\n",
    "a folded line": PLAIN[:-2] + b"X-Long: one\r\n two\r\n\r\n",
    "bare line ends": PLAIN.replace(b"\r\n", b"\n"),
}
# What the parser takes for a name and for a value (RFC 9110 5.1, 5.5).
names = st.from_regex(rb"[A-Za-z][A-Za-z0-9-]{0,20}", fullmatch=True)
values = st.from_regex(rb"[!-~\x80-\xff]([ -~\x80-\xff]{0,30}[!-~\x80-\xff])?", fullmatch=True)
MEANS_SOMETHING = {b"connection", b"content-length", b"transfer-encoding", b"upgrade", b"expect"}


def test_a_plain_request_is_read() -> None:
    glance = Glance()
    assert glance.reads(PLAIN)
    assert glance.address == "/posts/"
    assert glance.environ == {
        "REQUEST_METHOD": "GET",
        "HTTP_HOST": "coach.example",
        "HTTP_ACCEPT_ENCODING": "br",
    }


@pytest.mark.parametrize("octets", ODD.values(), ids=ODD)
def test_what_is_odd_is_not_and_the_next_request_is_read_as_ever(octets: bytes) -> None:
    glance = Glance()
    assert not glance.reads(octets)
    assert glance.reads(PLAIN)
    assert glance.environ["HTTP_HOST"] == "coach.example"


@given(st.dictionaries(names.map(bytes.lower), values, max_size=30))
def test_each_header_is_where_pep_3333_puts_it(headers: dict[bytes, bytes]) -> None:
    headers = {name: value for name, value in headers.items() if name not in MEANS_SOMETHING}
    lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers.items())
    glance = Glance()
    assert glance.reads(b"GET / HTTP/1.1\r\n" + lines + b"\r\n")
    told = {environ_name(name): value.decode("latin1") for name, value in headers.items()}
    assert glance.environ == {"REQUEST_METHOD": "GET"} | told


@given(st.lists(st.binary(max_size=60), max_size=6))
def test_nothing_that_comes_stays_in_it(junk: list[bytes]) -> None:
    glance = Glance()
    for octets in junk:
        glance.reads(octets)
    assert glance.reads(PLAIN)
    assert glance.address == "/posts/"


def test_whoever_makes_up_thousands_of_names_fills_no_memory_and_hinders_nobody() -> None:
    glance = Glance()
    for number in range(MOST_NAMES * 2 + 7):
        assert glance.reads(b"GET / HTTP/1.1\r\nX-%d: 1\r\n\r\n" % number)
        assert len(glance._names) <= MOST_NAMES
    assert glance.reads(PLAIN)
