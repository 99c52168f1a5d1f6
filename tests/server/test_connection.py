"""The site as it is run, over real connections: quick and thorough answers are the same."""

import select
import socket
import sqlite3
from collections.abc import Iterator

import pytest

from hrsite.headers import ALWAYS
from hrsite.limits import STRANGERS_OCTETS
from hrsite.server.connection import MOST_HEAD_OCTETS
from hrsite.server.glance import MOST_HEADERS
from tests.browser.live import LiveSite, live_site
from tests.running_site import until
from tests.server.wire import Answer, Line, line_to

FORM = "Content-Type: application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSite]:
    folder = tmp_path_factory.mktemp("site")
    keys = {"HRSITE_MODE": "production", "SECRET_KEY": "k" * 20 + "1234567890abcdefGHIJ",
            "ADDRESS_KEY": "a" * 20 + "1234567890abcdefGHIJ"}  # fmt: skip
    with live_site("serve", folder, BASE_URL="https://coach.example", **keys) as site:
        yield site


@pytest.fixture
def line(site: LiveSite) -> Iterator[Line]:
    with line_to(site.port) as line:
        yield line


def request(path: str = "/", *more: str, method: str = "GET", body: bytes = b"") -> bytes:
    lines = (f"{method} {path} HTTP/1.1", "Host: coach.example", *more, "", "")
    return "\r\n".join(lines).encode("latin1") + body


def is_quick(site: LiveSite, octets: bytes) -> Answer:
    """Ask until it is ready: who asks twice within a moment is answered at once."""
    with line_to(site.port) as line:
        return [line.ask(octets) for _ in range(20)][-1]


@pytest.mark.parametrize("more", [
    (), ("Accept-Encoding: gzip",), ("Accept-Encoding: br",), ("If-None-Match: nonsense",),
    ("If-None-Match: *",), ("Cookie: desk=x", "Authorization: Basic x"), ("Range: bytes=0-9",),
], ids=" ".join)  # fmt: skip
@pytest.mark.parametrize("path", ["/", "/privacy?plain=1", "/static/site.css"])
def test_a_quick_answer_is_the_thorough_one(
    site: LiveSite, line: Line, path: str, more: tuple[str, ...]
) -> None:
    thorough = line.ask(request(path, *more, "Connection: close"))
    assert line.is_closed()
    quick = is_quick(site, request(path, *more))
    assert (quick.status_line, quick.body) == (thorough.status_line, thorough.body)
    assert quick.headers == thorough.headers
    assert any(line.lower().startswith("date: ") for line in quick.lines)


def test_who_wants_no_more_is_hung_up_on_when_quick_too(site: LiveSite) -> None:
    is_quick(site, request())
    with line_to(site.port) as line:
        for _ in range(20):
            line.ask(request())
        line.ask(request("/", "Connection: close"))
        assert line.is_closed()


def test_many_requests_at_once_are_answered_in_their_order(line: Line) -> None:
    line.ask(request("/privacy"))
    paths = ["/privacy", "/search?q=x", "/privacy", "/nothing", "/privacy", "/privacy"] * 3
    line.say(b"".join(request(path) for path in paths))
    said = [line.hear() for _ in paths]
    assert [one.status for one in said] == [200, 200, 200, 404, 200, 200] * 3
    assert len({one.body for one, path in zip(said, paths, strict=True) if path == "/privacy"}) == 1
    assert all(b"Search" in said[number].body for number in (1, 7, 13))


def test_what_is_ready_does_not_overtake_what_was_asked_before(site: LiveSite, line: Line) -> None:
    ready = is_quick(site, request("/privacy")).body
    for _ in range(20):
        line.say(request("/search?q=x"))
        line.say(request("/privacy"))
        assert b"Search" in line.hear().body
        assert line.hear().body == ready


def test_what_is_in_a_form_is_no_request(site: LiveSite, line: Line) -> None:
    inside = request("/privacy")
    is_quick(site, inside)
    too_much = STRANGERS_OCTETS * 2
    line.say(request("/signup", FORM, f"Content-Length: {too_much + len(inside)}", method="POST"))
    line.say(b"x" * too_much)
    assert line.hear().status == 413
    # The rest of what was refused, and not a word to us.
    line.say(inside)
    assert line.ask(request("/nothing")).status == 404


def test_a_request_may_come_in_any_pieces(line: Line) -> None:
    whole = line.ask(request("/privacy"))
    octets = request("/privacy") * 2
    for at in range(len(octets)):
        line.say(octets[at : at + 1])
    assert [line.hear().body, line.hear().body] == [whole.body] * 2


def test_a_head_alone_and_an_older_http(line: Line, site: LiveSite) -> None:
    page = line.ask(request("/privacy"))
    line.say(request("/privacy", method="HEAD"))
    assert line.hear(of_head=True).headers == page.headers
    old = request("/privacy").replace(b"1.1", b"1.0")
    with line_to(site.port) as other:
        assert other.ask(old).body == page.body
        assert other.is_closed()


def test_a_form_comes_through_whole_asked_for_first_or_in_chunks(line: Line) -> None:
    form = b"address=nobody"
    plain = line.ask(
        request("/signup", FORM, f"Content-Length: {len(form)}",
                method="POST", body=form)
    )  # fmt: skip
    assert plain.status == 422
    line.say(request("/signup", FORM, f"Content-Length: {len(form)}",
                     "Expect: 100-continue", method="POST"))  # fmt: skip
    assert line.hear().status_line == "HTTP/1.1 100 Continue"
    line.say(form)
    assert line.hear().status == 422
    chunks = b"".join(b"1\r\n" + form[at : at + 1] + b"\r\n" for at in range(len(form)))
    said = line.ask(
        request("/signup", FORM, "Transfer-Encoding: chunked",
                method="POST", body=chunks + b"0\r\n\r\n")
    )  # fmt: skip
    assert said.status == 422
    assert b"nobody" in said.body


def test_who_would_speak_another_protocol_is_answered_in_this_one(line: Line) -> None:
    for upgrade in ("h2c", "websocket"):
        said = line.ask(request("/privacy", "Connection: Upgrade", f"Upgrade: {upgrade}"))
        assert said.status == 200
    assert line.ask(request("/nothing")).status == 404


@pytest.mark.parametrize(("octets", "status"), [
    (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", 400),
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    (request("/a b"), 400),
    (request("/\xe9"), 400),
    (request().replace(b"\r\n", b"\n"), 400),
    (request("/", "X: 1\r\n folded"), 400),
    (request("/", "Content-Length: 1", "Transfer-Encoding: chunked", method="POST"), 400),
    (request("/", "Content-Length: -1", method="POST"), 400),
    (request("/", *(f"X-{number}: 1" for number in range(MOST_HEADERS)), "X: 1"), 400),
    (request("/", "X: " + "x" * MOST_HEAD_OCTETS)[:-2], 431),
])  # fmt: skip
def test_what_is_no_request_is_refused_in_words_and_harms_nobody(
    site: LiveSite, line: Line, octets: bytes, status: int
) -> None:
    said = line.ask(octets)
    assert said.status == status
    assert said.headers["content-security-policy"].startswith("default-src 'none'")
    for name, value in ALWAYS.items():
        assert said.headers[name.lower()] == value
    assert said.body.decode().startswith("That is ")
    assert line.is_closed()
    assert is_quick(site, request()).status == 200


def test_another_host_beside_ours_is_refused(line: Line) -> None:
    line.ask(request())
    assert line.ask(request("/", "Host: evil.example")).status == 400
    assert line.ask(request().replace(b"coach", b"other")).status == 400


def test_a_change_by_another_process_is_seen_on_a_line_that_stays(
    site: LiveSite,
) -> None:
    with line_to(site.port) as line:
        assert b"Slow and steady" not in is_quick(site, request()).body
        change_the_tagline(site, "Slow and steady")
        assert until(lambda: b"Slow and steady" in line.ask(request()).body)


def change_the_tagline(site: LiveSite, words: str) -> None:
    """What another process does."""
    database = sqlite3.connect(site.data / "hrsite.db")
    database.execute(
        "INSERT OR REPLACE INTO site_words (id, tagline, help_is_hers, version)"
        " VALUES (1, ?, 0, 1)",
        (words,),
    )
    database.execute("UPDATE page_generation SET number = number + 1")
    database.commit()
    database.close()


def test_nothing_strangers_send_is_in_the_log(site: LiveSite) -> None:
    with line_to(site.port) as line:
        line.ask(b"junk-of-a-stranger\r\n\r\n")
    is_quick(site, request())
    said = "".join(site.lines)
    assert "stranger" not in said
    assert "warning" not in said


def test_hundreds_of_open_lines_do_not_keep_a_reader_away(site: LiveSite) -> None:
    lines = [socket.create_connection(("127.0.0.1", site.port)) for _ in range(900)]
    try:
        with line_to(site.port) as line:
            assert line.ask(request("/nothing")).status == 404
            # Whoever has been silent for longest makes room.
            assert until(lambda: len(select.select(lines, [], [], 0)[0]) >= 100)
            assert line.ask(request("/nothing")).status == 404
    finally:
        for one in lines:
            one.close()
