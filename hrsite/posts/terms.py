"""Text becomes the terms that are searched: words without case, accents and endings. Pure.

One reading for whatever is indexed, asked or marked, on every database: so what is found on
SQLite is found on PostgreSQL, and each mark stands where the match is.
"""

import functools
import re
import threading
import unicodedata
from collections.abc import Iterator
from html import unescape
from typing import Any, NamedTuple

# A longer "word" is an address or a joke; its beginning is enough to find it by.
LONGEST_TERM = 40
SHORTEST_STEMMED = 4
# What stands between two blanks is read once, unless it is a whole line of Chinese.
LONGEST_KEPT = 60

# Chinese and Japanese write no spaces: each sign is a term, and a word is a phrase of them.
SIGNS = "\u3005\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
APOSTROPHES = re.compile("['’ʼ＇]")
# French: what stands before the apostrophe is another word (l'alcool, qu'elle).
ELISIONS = {*"lcdjmnst", "qu", "jusqu", "lorsqu", "puisqu"}
# Letters that no accent can be taken from.
SPELT_OUT = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i"})
# Clean HTML: a tag may have ">" between quotes, and a word may begin inside "<strong>".
_TAG = re.compile(r'<(/?)([a-z0-9]+)(?:[^>"]|"[^"]*")*>')
WITHIN_A_WORD = {"a", "strong", "em"}
WITHIN_A_LINE = {"br", "img"}
_STOPS, _CLOSING = tuple(".!?…:;,—–·。！？；：؟؛،۔।॥"), ")]\"'”’»›"

LANGUAGES = {
    "da": "danish", "de": "german", "en": "english", "es": "spanish", "fi": "finnish",
    "fr": "french", "hu": "hungarian", "it": "italian", "nl": "dutch", "no": "norwegian",
    "nb": "norwegian", "nn": "norwegian", "pt": "portuguese", "ro": "romanian", "sv": "swedish",
}  # fmt: skip

# Words that say nothing by themselves. In quotes they count.
_ENGLISH = (
    "a about am an and are as at be been but by can could did do does for from get had has have"
    " he her his how i if im in is it its ive me my not of on or our she should so some than that"
    " the their them then there these they this to was we were what when where which who why will"
    " with would you your cant dont never wont"
)
_FRENCH = (
    "au aux avec ce ces comment dans de des du elle en est et il je la le les leur ma mais mes mon"
    " ne nous on ou par pas pour que qui sa se ses son sur ta tes ton tu un une vous"
)
LITTLE = frozenset(f"{_ENGLISH} {_FRENCH}".split())


class Term(NamedTuple):
    """One term, and where in the text its word stands."""

    text: str
    word: str
    start: int
    end: int


# A term, and where its word begins and ends: what showing needs, at a third of the cost.
Spot = tuple[str, int, int]


def terms_of(text: str, language: str) -> Iterator[Term]:
    """The terms of a text in their order."""
    for match in _words().finditer(text):
        term, word = _read(match[0], language)
        if term:
            yield Term(term, word, match.start(), match.end())


def spots_of(text: str, language: str) -> Iterator[Spot]:
    """The same without the words themselves."""
    begin = 0
    for written in text.split(" "):  # No word goes on behind a blank.
        spots = _spots if len(written) <= LONGEST_KEPT else _spots.__wrapped__
        for term, start, end in spots(written, language):
            yield term, begin + start, begin + end
        begin += len(written) + 1


@functools.lru_cache(maxsize=10_000)
def _spots(written: str, language: str) -> tuple[Spot, ...]:
    return tuple((term, start, end) for term, _, start, end in terms_of(written, language))


def plain(html: str) -> str:
    """The words of clean HTML in one line, for searching."""
    return " ".join(_blocks(html))


def in_one_line(html: str) -> str:
    """The same for showing: where a heading or an entry ends without a stop there is a dot."""
    *blocks, last = _blocks(html) or [""]
    ended = (b if b.rstrip(_CLOSING).endswith(_STOPS) else f"{b} ·" for b in blocks)
    return " ".join([*ended, last])


def _blocks(html: str) -> list[str]:
    """The text of each heading, paragraph, entry or cell."""
    text = _TAG.sub(lambda tag: _between(tag[2]), html.replace("\n", " "))
    lines = (" ".join(unescape(line).split()) for line in text.split("\n"))
    return [line for line in lines if line]


def _between(tag: str) -> str:
    return "" if tag in WITHIN_A_WORD else " " if tag in WITHIN_A_LINE else "\n"


def folded(text: str) -> str:
    """Without case, accents and other marks; "ﬁ" becomes "fi" and "ß" becomes "ss"."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(sign for sign in apart if unicodedata.category(sign)[0] != "M")
    return bare.translate(SPELT_OUT)


@functools.lru_cache(maxsize=10_000)
def _read(word: str, language: str) -> tuple[str, str]:
    """A word as it is written becomes a term, and itself unstemmed: "can't" is cant. Or nothing."""
    first, *rest = APOSTROPHES.split(folded(word))
    if rest and first in ELISIONS and len(rest) == 1:
        first, rest = rest[0], []
    whole = "".join(sign for sign in "".join([first, *rest]) if sign.isalnum())[:LONGEST_TERM]
    return _stem(whole, language), whole


def _stem(word: str, language: str) -> str:
    name = LANGUAGES.get(language.partition("-")[0].lower())
    if name is None or len(word) < SHORTEST_STEMMED or not word.isascii() or not word.isalpha():
        return word
    with _turn:  # A stemmer keeps the word it works on.
        stem: str = _stemmer(name).stemWord(word)
    return stem


_turn = threading.Lock()


@functools.cache
def _stemmer(name: str) -> Any:
    import snowballstemmer  # Every language at once; only searching needs it.

    return snowballstemmer.stemmer(name)


@functools.cache
def _words() -> re.Pattern[str]:
    """A sign by itself; or letters and digits with their marks, also round an apostrophe."""
    signs = map(chr, range(0x300, 0xFFFF))
    marks = "".join(sign for sign in signs if unicodedata.category(sign)[0] == "M")
    # Runs of letters, and no choice at each of them: three times as quick.
    letters = rf"[^\W_{SIGNS}]+(?:[{marks}]+[^\W_{SIGNS}]*)*"
    return re.compile(rf"{letters}(?:{APOSTROPHES.pattern}{letters})*|[{SIGNS}][{marks}]*")
