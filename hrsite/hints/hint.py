"""One hint: what was found and where, why it might be said otherwise, and how. Pure."""

from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["word", "unfinished", "day", "link", "picture", "sentence", "level", "size", "plain"]


@dataclass(frozen=True)
class Place:
    """A stretch of a box's text, from `start` up to `end`, and what could stand there instead."""

    start: int
    end: int
    instead: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hint:
    """An idea for the coach, never an order. The same word in one box is one hint."""

    kind: Kind
    box: str
    found: str
    why: str
    choices: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    # Many people say it so themselves: a thought, not a suggestion.
    is_note: bool = False

    @property
    def key(self) -> str:
        """What "keep it" remembers: the same word in every box of one text."""
        return f"{self.kind}:{self.found.casefold()}"

    @property
    def name(self) -> str:
        """Tells it from all others of a form: "clean" of needles is not "clean" of people."""
        return ":".join((self.box, self.key, *self.choices[:1])).casefold()


def together(hints: list[Hint]) -> list[Hint]:
    """The hints in their order, each word of a box once with all its places."""
    places: dict[str, list[Place]] = {}
    first: dict[str, Hint] = {}
    for hint in hints:
        first.setdefault(hint.name, hint)
        places.setdefault(hint.name, []).extend(hint.places)
    return [replace(hint, places=tuple(places[name])) for name, hint in first.items()]


def changed(text: str, hint: Hint, choice: int) -> str:
    """The text with the chosen words in all places of a hint, which follow one another."""
    pieces, done = [], 0
    for place in hint.places:
        if choice < len(place.instead):
            pieces += [text[done : place.start], place.instead[choice]]
            done = place.end
    return "".join([*pieces, text[done:]])
