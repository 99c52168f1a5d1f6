"""All hints about one text, its title and whatever else is written around it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from hrsite.hints.days import day_hints
from hrsite.hints.hint import Hint, together
from hrsite.hints.linking import link_hints, picture_hints
from hrsite.hints.reading import level_hints, reading_age, sentence_hints
from hrsite.hints.seen import Format, seen
from hrsite.hints.unfinished import unfinished_hints
from hrsite.hints.wording import word_hints


@dataclass(frozen=True)
class Box:
    """One box of a form: its name, what stands in it, and how that is written."""

    name: str
    text: str
    format: Format = "plain"
    # The text itself, beside its title and notes: only there sentences are counted.
    is_body: bool = False


@dataclass(frozen=True)
class Gathered:
    """The hints, those the coach has answered with "keep it" apart, and how easy it reads."""

    hints: tuple[Hint, ...]
    kept: tuple[Hint, ...] = ()
    age: int | None = None


def gather(
    boxes: Iterable[Box],
    language: str,
    today: date,
    kept: frozenset[str] = frozenset(),
    more: Iterable[Hint] = (),
) -> Gathered:
    """What may be worth a second look. `kept` are keys of hints; `more` come from elsewhere."""
    is_english = language.partition("-")[0].lower() == "en"
    found: list[Hint] = []
    age = None
    for box in boxes:
        look = seen(box.text, box.format)
        if is_english:
            found += word_hints(box.name, look.said)
            found += day_hints(box.name, look.prose, today)
        found += unfinished_hints(box.name, look.prose)
        if not box.is_body:
            continue
        found += link_hints(box.name, look.links)
        found += picture_hints(box.name, look.pictures)
        found += sentence_hints(box.name, look.prose, look.blocks)
        if is_english:
            age = reading_age(look.prose, look.blocks)
            found += level_hints(box.name, age)
    hints = together([*found, *more])
    return Gathered(
        tuple(hint for hint in hints if hint.key not in kept),
        tuple(hint for hint in hints if hint.key in kept),
        age,
    )
