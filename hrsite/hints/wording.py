"""Words that hurt: where the coach says one herself, and what she could say. Pure.

The list is `words.toml`. Whole words alone, whatever their case; never within quotes, addresses,
code or names. "Addiction" is no word of the list, and no part of a word is looked at.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hrsite.hints.hint import Hint, Place
from hrsite.hints.seen import COVER

LIST = Path(__file__).with_name("words.toml")
# So many letters before and after a word are its neighbourhood.
NEAR = 120
# Where more than half of the words begin with a capital, capitals make no name.
MOST_CAPITALS = 0.5

_BEFORE = re.compile(r"([\w'’-]+)[ \t\n*_]+$")
_AFTER = re.compile(r"[ \t\n*_]{1,40}([\w'’-]{1,40})")
_ARTICLE = re.compile(r"\b([Aa])n?([ \t\n]+)$")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")


@dataclass(frozen=True)
class Entry:
    """What is looked for, and what may be said instead: for one and for many, where they differ."""

    why: str
    instead: Mapping[str, tuple[str, ...]]
    after: frozenset[str]
    before: frozenset[str]
    not_after: frozenset[str]
    not_before: frozenset[str]
    near_drugs: bool
    is_note: bool


@dataclass(frozen=True)
class WordList:
    """Every entry by what it looks for, and one pattern that finds them all, the longest first."""

    entries: Mapping[str, tuple[Entry, ...]]
    pattern: re.Pattern[str]
    drugs: re.Pattern[str]
    names: re.Pattern[str]


def word_hints(box: str, said: str) -> Iterator[Hint]:
    """The words of the list in a text whose quotes and addresses are covered."""
    words = _list()
    names = [match.span() for match in words.names.finditer(said)]
    capitals = _part_of_capitals(said)
    for match in words.pattern.finditer(said):
        if any(start <= match.start() < end for start, end in names):
            continue
        if capitals < MOST_CAPITALS and _is_name(said, match):
            continue
        phrase = _plain(match[0])
        for entry in words.entries.get(phrase, ()):
            if _stands(entry, said, match, words.drugs):
                yield _hint(box, said, match, entry, entry.instead[phrase])
                break


def _hint(
    box: str, said: str, match: re.Match[str], entry: Entry, instead: tuple[str, ...]
) -> Hint:
    start, first, bare = match.start(), match[0][:1], instead
    article = _ARTICLE.search(said, max(0, start - 8), start)
    is_capital = first.isupper()
    if article and instead:
        start, is_capital = article.start(), article[1] == "A"
        instead = tuple(_with_article(words, article[2]) for words in instead)
    if is_capital:
        instead = tuple(words[:1].upper() + words[1:] for words in instead)
    found = " ".join(match[0].split())
    place = Place(start, match.end(), instead)
    return Hint("word", box, found, entry.why, bare, (place,), entry.is_note)


def _with_article(words: str, gap: str) -> str:
    article = "an" if words[:1] in "aeio" or words.startswith("unh") else "a"
    return f"{article}{gap}{words}"


def _stands(entry: Entry, said: str, match: re.Match[str], drugs: re.Pattern[str]) -> bool:
    before = _BEFORE.search(said, max(0, match.start() - 40), match.start())
    after = _AFTER.match(said, match.end())
    last = before[1].strip("_").casefold() if before else ""
    following = after[1].strip("_").casefold() if after else ""
    if entry.after and last not in entry.after or entry.before and following not in entry.before:
        return False
    if last in entry.not_after or following in entry.not_before:
        return False
    if not entry.near_drugs:
        return True
    near = (
        said[max(0, match.start() - NEAR) : match.start()],
        said[match.end() : match.end() + NEAR],
    )
    return any(drugs.search(part) for part in near)


def _is_name(said: str, match: re.Match[str]) -> bool:
    """Is it written as a name is: capitals in it and in the word before or after it?"""
    if not all(word[:1].isupper() for word in match[0].split()):
        return False
    before = _BEFORE.search(said, max(0, match.start() - 40), match.start())
    after = _AFTER.match(said, match.end())
    neighbours = [found[1] for found in (before, after) if found]
    is_long = len(match[0].split()) > 1 and before is not None
    return is_long or any(word[:1].isupper() and word != "I" for word in neighbours)


def _part_of_capitals(said: str) -> float:
    words: list[str] = _WORD.findall(said.replace(COVER, " "))
    return sum(word[0].isupper() for word in words) / max(1, len(words))


def _plain(words: str) -> str:
    return " ".join(words.casefold().replace("’", "'").split())


@cache
def _list() -> WordList:
    read = tomllib.loads(LIST.read_text(encoding="utf-8"))
    entries: dict[str, tuple[Entry, ...]] = {}
    for raw in read["words"]:
        entry = _entry(raw)
        for phrase in entry.instead:
            entries[phrase] = (*entries.get(phrase, ()), entry)
    return WordList(
        entries,
        _any_of(entries, after=r"(?![^\W_]|-|['’]\w)"),
        _any_of(read["drugs"]),
        _any_of(read["names"]),
    )


def _entry(raw: dict[str, Any]) -> Entry:
    say, instead = raw["say"], raw.get("instead", {})
    if isinstance(say, dict):
        ones = dict.fromkeys(map(_plain, say), tuple(instead))
        many = dict.fromkeys(map(_plain, say.values()), tuple(instead.values()))
        phrases = ones | many
    else:
        phrases = dict.fromkeys(map(_plain, say), tuple(instead))
    nearby = {
        name: frozenset(raw.get(name, ()))
        for name in ("after", "before", "not_after", "not_before")
    }
    return Entry(
        why=raw["why"],
        instead=phrases,
        near_drugs=raw.get("near_drugs", False),
        is_note=raw.get("is_note", False),
        **nearby,
    )


def _any_of(
    phrases: Mapping[str, Any] | list[str], after: str = r"(?![^\W_]|-)"
) -> re.Pattern[str]:
    """One pattern for all, the longest first; most letters of a text begin none of them."""
    starting: dict[str, list[str]] = {}
    for phrase in sorted(phrases, key=len, reverse=True):
        rest = re.escape(phrase[1:]).replace(r"\ ", r"\s+")
        starting.setdefault(phrase[0].lower(), []).append(rest)
    firsts = re.escape("".join(starting))
    options = "|".join(
        f"{re.escape(first)}(?:{'|'.join(rests)})" for first, rests in starting.items()
    )
    pattern = rf"(?=[{firsts}])(?<![^\W_])(?<!['’-])(?:{options}){after}"
    return re.compile(pattern, re.IGNORECASE)
