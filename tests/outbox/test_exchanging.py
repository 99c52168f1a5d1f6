"""Which answer is about which letter, however the server's octets are cut into pieces."""

from hypothesis import given
from hypothesis import strategies as st

from hrsite.outbox.exchanging import Ended, Exchange, Parcel

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
    return Parcel(b"post@example.org", b"r%d@example.org" % number, b"Hello.\r\n", number)


def talk(exchange: Exchange, pieces: list[bytes], letters: int = 2) -> list[Ended]:
    """Begin letters whenever it may, hear these pieces, and write all there is to write."""
    waiting, ended = [parcel(number) for number in range(letters)], []
    for piece in [*pieces, b""]:
        if waiting and exchange.may_begin:
            exchange.begin(waiting.pop(0))
        exchange.written(len(exchange.to_write())) if exchange.to_write() else None
        ended += exchange.hear(piece)
    return ended


def told(ended: list[Ended]) -> list[tuple[int, str, int | None, str | None]]:
    return [(one.parcel.token, one.stage, one.code, one.fault) for one in ended]


@given(st.booleans(), st.lists(st.sampled_from(REPLIES + USUAL), max_size=12), st.data())
def test_each_letter_ends_at_most_once_and_never_as_taken_without_its_dot(
    pipelining: bool, replies: list[bytes], data: st.DataObject
) -> None:
    octets = b"".join(replies)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(octets)), max_size=8)))
    edges = [0, *cuts, len(octets)]
    pieces = [octets[begin:end] for begin, end in zip(edges, edges[1:], strict=False)]
    exchange = Exchange(pipelining, size=False)
    ended = talk(exchange, pieces) + exchange.broken("dropped", "It hung up.")
    tokens = [one.parcel.token for one in ended]
    assert len(tokens) == len(set(tokens))
    for one in ended:
        if one.stage == "reply":
            assert one.parcel.dot_at is not None
        if not one.was_begun:
            assert one.parcel.dot_at is None


@given(st.integers(0, 40), st.integers(0, 20))
def test_cutting_the_replies_anywhere_changes_no_result(cut: int, at: int) -> None:
    asked, reply = b"".join(USUAL[:3]), USUAL[3]
    pieces = [b"", asked[:cut], asked[cut:], reply[:at], reply[at:]]
    ended = talk(Exchange(pipelining=True, size=False), pieces, letters=1)
    assert told(ended) == [(0, "reply", 250, None)]


def test_the_next_letter_is_named_together_with_the_end_of_the_one_before() -> None:
    exchange = Exchange(pipelining=True, size=False)
    exchange.begin(parcel(1))
    exchange.written(len(exchange.to_write()))
    exchange.hear(b"250 ok\r\n250 ok\r\n354 go on\r\n")
    assert exchange.may_begin
    exchange.begin(parcel(2))
    assert exchange.to_write().startswith(b"Hello.\r\n.\r\nMAIL FROM:")
    assert b"\r\nDATA\r\n" in exchange.to_write()


def test_a_letter_named_on_a_line_that_closes_was_not_begun() -> None:
    exchange = Exchange(pipelining=True, size=False)
    exchange.begin(parcel(1))
    exchange.written(len(exchange.to_write()))
    exchange.hear(b"250 ok\r\n250 ok\r\n354 go on\r\n")
    exchange.begin(parcel(2))
    exchange.written(len(exchange.to_write()))
    first, second = exchange.hear(b"421 4.3.2 closing\r\n")
    assert (first.stage, first.code, first.was_begun) == ("reply", 421, True)
    assert (second.parcel.token, second.was_begun) == (2, False)
