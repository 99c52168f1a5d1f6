"""Which answer is about which letter, however the server's octets are cut into pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrsite.outbox.exchanging import Exchange
from hrsite.outbox.parcels import Ended, Parcel

REPLIES = [
    b"250 ok\r\n",
    b"250-two\r\n250 lines\r\n",
    b"354 go on\r\n",
    b"421 closing\r\n",
    b"450 later\r\n",
    b"550 5.1.1 nobody\r\n",
    b"nonsense\r\n",
    b"\r\n",
    b"999 what\r\n",
]
USUAL = [b"250 ok\r\n", b"250 ok\r\n", b"354 go on\r\n", b"250 2.0.0 kept\r\n"]


def parcel(number: int) -> Parcel:
    return Parcel(b"post@example.org", b"r%d@example.org" % number, b"Hello.\r\n", token=number)


def write_all(exchange: Exchange) -> bytes:
    """Let the system take all there is to write; what that was."""
    octets = b"".join(exchange.to_write)
    exchange.written(len(octets))
    return octets


def talk(exchange: Exchange, pieces: list[bytes], letters: int = 2) -> list[Ended]:
    """Begin letters whenever it may, hear these pieces, and write all there is to write."""
    waiting, ended = [parcel(number) for number in range(letters)], []
    for piece in [*pieces, b""]:
        if waiting and exchange.may_begin:
            exchange.begin(waiting.pop(0))
        write_all(exchange)
        ended += exchange.hear(piece)
    return ended


def told(ended: list[Ended]) -> list[tuple[int, str, int | None, str | None]]:
    return [(one.parcel.token, one.stage, one.code, one.fault) for one in ended]


@given(
    st.sampled_from([(False, False), (True, False), (True, True)]),
    st.lists(st.sampled_from(REPLIES + USUAL), max_size=12),
    st.data(),
)
def test_each_letter_ends_at_most_once_and_never_as_taken_without_its_end(
    offers: tuple[bool, bool], replies: list[bytes], data: st.DataObject
) -> None:
    pipelining, chunking = offers
    octets = b"".join(replies)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(octets)), max_size=8)))
    edges = [0, *cuts, len(octets)]
    pieces = [octets[begin:end] for begin, end in zip(edges, edges[1:], strict=False)]
    exchange = Exchange(pipelining, size=False, chunking=chunking)
    ended = talk(exchange, pieces) + exchange.broken("dropped", "It hung up.")
    tokens = [one.parcel.token for one in ended]
    assert len(tokens) == len(set(tokens))
    for one in ended:
        if one.stage == "reply":
            assert one.parcel.whole_at is not None
        if not one.was_begun:
            assert one.parcel.whole_at is None or chunking


@given(st.integers(0, 40), st.integers(0, 20))
def test_cutting_the_replies_anywhere_changes_no_result(cut: int, at: int) -> None:
    asked, reply = b"".join(USUAL[:3]), USUAL[3]
    pieces = [b"", asked[:cut], asked[cut:], reply[:at], reply[at:]]
    ended = talk(Exchange(pipelining=True, size=False), pieces, letters=1)
    assert told(ended) == [(0, "reply", 250, None)]


def test_the_next_letter_is_named_together_with_the_end_of_the_one_before() -> None:
    exchange = Exchange(pipelining=True, size=False)
    exchange.begin(parcel(1))
    write_all(exchange)
    exchange.hear(b"250 ok\r\n250 ok\r\n354 go on\r\n")
    assert exchange.may_begin
    exchange.begin(parcel(2))
    said = write_all(exchange)
    assert said.startswith(b"Hello.\r\n.\r\nMAIL FROM:")
    assert b"\r\nDATA\r\n" in said


def test_a_letter_named_on_a_line_that_closes_was_not_begun() -> None:
    exchange = Exchange(pipelining=True, size=False)
    exchange.begin(parcel(1))
    write_all(exchange)
    exchange.hear(b"250 ok\r\n250 ok\r\n354 go on\r\n")
    exchange.begin(parcel(2))
    write_all(exchange)
    first, second = exchange.hear(b"421 4.3.2 closing\r\n")
    assert (first.stage, first.code, first.was_begun) == ("reply", 421, True)
    assert (second.parcel.token, second.was_begun) == (2, False)


def whole_letters(count: int) -> Exchange:
    """So many letters on a connection that has taken one whole; nothing of them is written."""
    exchange = Exchange(pipelining=True, size=True, chunking=True)
    assert told(talk(exchange, [b"250 ok\r\n" * 3], letters=1)) == [(0, "reply", 250, None)]
    for number in range(count):
        assert exchange.may_begin
        exchange.begin(parcel(number))
    return exchange


def test_where_chunking_is_offered_letters_go_whole_before_any_answer() -> None:
    exchange = whole_letters(4)
    assert not exchange.may_begin
    names = b"MAIL FROM:<post@example.org> SIZE=8\r\nRCPT TO:<r%d@example.org>\r\n"
    each = [names % number + b"BDAT 8 LAST\r\nHello.\r\n" for number in range(4)]
    # In between, whatever a refused letter may have left behind is cleared away.
    assert write_all(exchange) == b"RSET\r\n".join(each)
    ended = exchange.hear(b"250 ok\r\n" * 7)
    assert told(ended) == [(0, "reply", 250, None), (1, "reply", 250, None)]


def test_a_refused_letter_takes_no_other_with_it() -> None:
    exchange = whole_letters(2)
    write_all(exchange)
    ended = exchange.hear(b"250 ok\r\n550 5.1.1 nobody\r\n503 5.5.1 no readers\r\n")
    assert told(ended) == [(0, "rcpt", 550, None)]
    assert told(exchange.hear(b"250 ok\r\n" * 4)) == [(1, "reply", 250, None)]
    assert not exchange.to_write


def test_of_letters_sent_whole_a_broken_line_leaves_in_doubt_what_was_written_to_its_end() -> None:
    exchange = whole_letters(3)
    octets = b"".join(exchange.to_write)
    exchange.written(octets.rindex(b"Hello.") + 3)
    ended = exchange.hear(b"250 ok\r\n" * 3) + exchange.broken("dropped", "It hung up.")
    assert [(one.parcel.token, one.stage, one.was_begun) for one in ended] == [
        (0, "reply", True),
        (1, "reply", True),
        (2, "mail", False),
    ]


@pytest.mark.parametrize("heard", [b"", b"250 ok\r\n" * 2])
def test_behind_a_421_no_letter_was_taken_though_it_was_sent_whole(heard: bytes) -> None:
    exchange = whole_letters(4)
    write_all(exchange)
    assert told(exchange.hear(b"250 ok\r\n" * 4)) == [(0, "reply", 250, None)]
    second, *others = exchange.hear(heard + b"421 closing\r\n")
    assert (second.parcel.token, second.code) == (1, 421)
    assert [(one.parcel.token, one.was_begun) for one in others] == [(2, False), (3, False)]


def test_dots_are_doubled_for_data_and_never_for_bdat() -> None:
    dots = b".\r\n..\r\nend\r\n"
    for chunking in (False, True):
        exchange = Exchange(pipelining=True, size=True, chunking=chunking)
        exchange.begin(Parcel(b"p@example.org", b"r@example.org", dots, has_dots=True))
        said = write_all(exchange)
        assert b" SIZE=%d\r\n" % len(dots) in said
        exchange.hear(b"250 ok\r\n250 ok\r\n354 go on\r\n" if not chunking else b"")
        said += write_all(exchange)
        wanted = b"BDAT 12 LAST\r\n" + dots if chunking else b"..\r\n...\r\nend\r\n.\r\n"
        assert said.endswith(wanted)


def test_without_pipelining_chunking_is_not_used() -> None:
    assert not Exchange(pipelining=False, size=False, chunking=True).chunking


def test_until_one_is_taken_whole_no_other_goes_behind_it() -> None:
    exchange = Exchange(pipelining=True, size=True, chunking=True)
    exchange.begin(parcel(0))
    assert (exchange.may_begin, exchange.capacity) == (False, 1)
    # Then no other is to blame for the line.
    (ended,) = exchange.broken("dropped", "Gone.")
    assert (ended.stage, ended.was_begun) == ("mail", True)


@pytest.mark.parametrize("code", [500, 502, 503, 504])
def test_a_letter_whose_server_knows_no_chunks_goes_by_another_connection(code: int) -> None:
    exchange = Exchange(pipelining=True, size=True, chunking=True)
    no = b"%d 5.5.1 what?\r\n" % code
    (ended,) = talk(exchange, [b"250 ok\r\n" * 2 + no * 9], letters=1)
    assert (ended.was_begun, exchange.is_over, exchange.cannot_chunk) == (False, True, True)


def test_a_server_that_took_chunks_knows_them() -> None:
    exchange = whole_letters(1)
    write_all(exchange)
    ended = exchange.hear(b"250 ok\r\n250 ok\r\n503 5.5.1 not now\r\n")
    assert (told(ended), exchange.cannot_chunk) == ([(0, "reply", 503, None)], False)


def test_a_line_that_served_before_is_no_letters_fault() -> None:
    exchange = whole_letters(3)
    write_all(exchange)
    assert len(exchange.hear(b"250 ok\r\n" * 11)) == 3
    exchange.begin(parcel(4))
    exchange.begin(parcel(5))
    assert [one.was_begun for one in exchange.broken("dropped", "Gone.")] == [False, False]


@pytest.mark.parametrize("offers", [(False, False), (True, False), (True, True)])
@pytest.mark.parametrize("no", [b"421 enough of you\r\n", b"452 enough for one session\r\n"])
def test_a_letter_too_many_for_its_connection_goes_by_another(
    offers: tuple[bool, bool], no: bytes
) -> None:
    pipelining, chunking = offers
    usual = USUAL[:2] + USUAL[3:] if chunking else USUAL
    exchange = Exchange(pipelining, size=False, chunking=chunking)
    assert told(talk(exchange, usual, letters=1)) == [(0, "reply", 250, None)]
    (ended,) = talk(exchange, [no, *[b"503 5.5.1 no\r\n"] * 2], letters=1)
    assert (ended.stage, ended.was_begun) == ("mail", False)
    assert exchange.is_over
    second = Exchange(pipelining, size=False, chunking=chunking)
    second.begin(ended.parcel)
    write_all(second)
    heard = [one for reply in usual for one in (second.hear(reply), write_all(second))[0]]
    assert told(heard) == [(0, "reply", 250, None)]


@pytest.mark.parametrize("no", [b"421 busy\r\n", b"452 4.3.1 full\r\n"])
def test_a_connection_that_never_took_a_letter_is_believed(no: bytes) -> None:
    exchange = Exchange(pipelining=False, size=False)
    (ended,) = talk(exchange, [no], letters=1)
    assert (ended.stage, ended.code, ended.was_begun) == ("mail", int(no[:3]), True)
