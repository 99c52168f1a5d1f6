"""No line of a letter has more octets than a mail server must take, whatever stands at its end."""

import binascii

from hypothesis import example, given
from hypothesis import strategies as st

from hrsite.outbox.letters import _with_places
from hrsite.outbox.wire import quoted_printable, tidy_lines

MARK = "placedabcd"
# What quoted-printable must spell otherwise at the end of a line, or everywhere.
WORDS = st.lists(st.sampled_from([*"a \t=.é🙂\n\u2028\x0b", "x" * 20]), max_size=60).map("".join)
PURPOSES = st.sampled_from(["settings", "unsubscribe", "move"])
LONGEST_TOKEN = "t" * 64


def lines_of(octets: bytes) -> list[bytes]:
    return octets.split(b"\r\n")


def text_of(octets: bytes) -> str:
    return binascii.a2b_qp(octets).decode().replace("\r\n", "\n")


@given(WORDS)
@example("a" * 74 + " \nb")
@example("a" * 75 + "\t\n")
@example("a" * 72 + "é \n")
@example("a" * 73 + "= \n")
def test_a_line_has_at_most_76_octets_and_ends_in_no_space(words: str) -> None:
    octets = quoted_printable(tidy_lines(words))
    assert max(map(len, lines_of(octets))) <= 76
    assert not any(line.endswith((b" ", b"\t")) for line in lines_of(octets))
    assert text_of(octets) == tidy_lines(words)


@given(st.lists(st.tuples(WORDS, PURPOSES), max_size=3), WORDS)
@example([("a" * 76, "settings")], "")
@example([("é" * 12 + "a" * 4, "settings")], " ")
@example([("a" * 73 + " ", "move")], "\n")
def test_nor_has_one_in_which_a_reader_s_own_link_is_filled_in(
    before: list[tuple[str, str]], after: str
) -> None:
    # A place is known by the letters that follow its mark: a word next to it would be taken in.
    text = "".join(f"{words}{MARK}-{purpose}/" for words, purpose in before) + after
    octets = _with_places(text, MARK)
    own = tidy_lines(text)
    for _, purpose in before:
        octets = octets.replace(f"{MARK}-{purpose}".encode(), LONGEST_TOKEN.encode())
        own = own.replace(f"{MARK}-{purpose}", LONGEST_TOKEN)
    assert max(map(len, lines_of(octets))) <= 76
    assert text_of(octets) == own
