"""Words by which an onlooker knows what a letter is about: `telltales.toml`, and the site's own.

Too many are better than too few, for what they cost is one sentence of a plain letter. But where
they would meet in ordinary directions, that sentence may be the one that somebody needs.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import furniture
from hrsite.posts.models import Tag
from hrsite.posts.terms import LITTLE

LIST = Path(__file__).with_name("telltales.toml")
# A page's or a mailbox's address, without what ends the sentence around it.
ADDRESS = re.compile(
    r"(?:(?:https?://|www\.)[^\s<>]+|[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,190}"
    r"|(?<![\w@.-])(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,24}/[^\s<>]+)(?<![.,:;!?)\]>\"'”’])",
    re.IGNORECASE,
)
# Stands in for an address while the words around it are read; no word and no gap holds it.
COVER = "\0"
# A telltale of so many letters is found also within the words that an address runs together.
SHORTEST_WITHIN = 5
# Between the words of a phrase: no sign that ends or parts a sentence.
_GAP = r"(?:[^\w.,:;!?…()\0]|_){0,3}"
_NOTHING_AFTER = r"(?=\s*(?:[.,:;!?…()\n]|$))"
_WORD = re.compile(r"[^\W_]+\*?")


class Ours(NamedTuple):
    """What is known of this site: the names that tell, and its host, which every letter holds."""

    names: tuple[str, ...] = ()
    host: str = ""


class Span(NamedTuple):
    """Where in a text something tells, from `start` up to `end`."""

    start: int
    end: int


@dataclass(frozen=True)
class _Found:
    """The patterns of the list, for texts that are folded."""

    telling: re.Pattern[str]
    harmless: re.Pattern[str]
    within: re.Pattern[str]
    everyday: frozenset[str]


NO_SITE = Ours()


def ours(session: Session) -> Ours:
    """The site's name, its tagline and its topics, as they are now."""
    site = furniture.site()
    tags = session.scalars(select(Tag.name).order_by(Tag.id))
    names = (*_names_in(site.name), site.tagline, *filter(_is_telltale, tags))
    return Ours(names, urlsplit(site.base_url).hostname or "")


def spans(text: str, known: Ours = NO_SITE) -> list[Span]:
    """Each place of a text that would tell an onlooker, in their order."""
    addresses = list(ADDRESS.finditer(text))
    prose = ADDRESS.sub(lambda match: COVER * len(match[0]), text)
    found = [Span(*one.span()) for one in addresses if _tells_within(one[0], known)]
    return sorted([*found, *_in_prose(prose, known)])


def is_telling(text: str, known: Ours = NO_SITE) -> bool:
    """Would these words tell an onlooker what a letter is about?"""
    return bool(spans(text, known))


def _in_prose(prose: str, known: Ours) -> Iterator[Span]:
    folded, places = _folded(prose)
    # Behind the last letter, for a match that ends there.
    places.append(len(prose))
    patterns = _list()
    spared = [match.span() for match in patterns.harmless.finditer(folded)]
    for match in patterns.telling.finditer(folded):
        if not any(start < match.end() and match.start() < end for start, end in spared):
            yield Span(places[match.start()], places[match.end() - 1] + 1)
    for match in _named(known.names).finditer(folded):
        yield Span(places[match.start()], places[match.end() - 1] + 1)


def _tells_within(address: str, known: Ours) -> bool:
    """Does an address tell, but for the site's own host, which nothing can hide?"""
    read, _ = _folded(unquote(address))
    if known.host:
        read = read.replace(known.host, " ")
    long_names = (_together(name) for name in known.names)
    return (
        any(_in_prose(read, known))
        or _list().within.search(read) is not None
        or any(len(name) > SHORTEST_WITHIN and name in read for name in long_names)
    )


def _names_in(name: str) -> tuple[str, ...]:
    """A site's name, and of "Steady Ground Harm Reduction" the two words that are its own too."""
    folded, _ = _folded(name)
    rest = [word for word in _WORD.findall(_list().telling.sub(" ", folded)) if word not in LITTLE]
    return (name, " ".join(rest)) if len(rest) > 1 else (name,)


def _is_telltale(topic: str) -> bool:
    words = _WORD.findall(_folded(topic)[0])
    return len(words) > 1 or not _list().everyday.issuperset(words)


def _together(name: str) -> str:
    return "".join(_WORD.findall(_folded(name)[0]))


def _folded(text: str) -> tuple[str, list[int]]:
    """A text without cases, accents and signs nobody sees; and where each letter of it stood."""
    letters: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        for letter in unicodedata.normalize("NFKD", sign.casefold()):
            if unicodedata.category(letter) not in ("Mn", "Cf"):
                letters.append(letter)
                places.append(place)
    return "".join(letters), places


@cache
def _list() -> _Found:
    read = tomllib.loads(LIST.read_text(encoding="utf-8"))
    together = (phrase.replace(" ", "") for phrase in read["telling"])
    within = [one.rstrip("*") for one in together if len(one) > SHORTEST_WITHIN]
    return _Found(
        telling=_any_of([*read["telling"], *read["in_company"]]),
        harmless=_any_of(read["harmless"]),
        within=re.compile("|".join(map(re.escape, within))),
        everyday=frozenset(read["everyday"].split()),
    )


# Every notice is read for the same names, until one of them changes.
@lru_cache(maxsize=4)
def _named(names: tuple[str, ...]) -> re.Pattern[str]:
    """The names as they may stand in a text. A number, or one letter, is no name."""
    folded = (" ".join(_WORD.findall(_folded(name)[0])) for name in names)
    return _any_of([name for name in folded if sum(map(str.isalpha, name)) > 1])


def _any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """One pattern for all, the longest first; most letters of a text begin none of them."""
    starting: dict[str, list[str]] = {}
    for phrase in sorted(phrases, key=len, reverse=True):
        starting.setdefault(phrase[0], []).append(_rest_of(phrase))
    if not starting:
        return re.compile(r"(?!)")
    options = [f"{first}(?:{'|'.join(rests)})" for first, rests in starting.items()]
    firsts = "".join(starting)
    # A digit may stand before a word, and a letter before a number.
    begin = r"(?:(?<![^\W\d_])(?!\d)|(?<!\d)(?=\d))"
    return re.compile(rf"(?=[{firsts}]){begin}(?:{'|'.join(options)})")


def _rest_of(phrase: str) -> str:
    """What follows the first letter of a phrase."""
    words = [
        word.rstrip("*") + (r"[^\W\d_]*" if word.endswith("*") else "")
        for word in _WORD.findall(phrase)
    ]
    ending = "" if phrase.endswith("*") else "(?:['’]?s)?"
    after = _NOTHING_AFTER if phrase.endswith(".") else r"(?![^\W\d_])"
    return _GAP.join(words)[1:] + ending + after
