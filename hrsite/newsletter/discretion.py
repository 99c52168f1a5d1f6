"""What a plain letter may hold of the coach's own words: each sentence that tells nothing.

From a sentence that would tell it keeps what nobody can come in without: links, numbers, codes.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from hrsite.hints.hint import Hint, Place
from hrsite.newsletter.telltales import ADDRESS, COVER, NO_SITE, Ours, is_telling, spans
from hrsite.posts.terms import LITTLE

# A sentence is shown by its first letters.
MOST_SHOWN = 60
# Between what is kept of a sentence and the next one.
_DASH = " – "

_END = re.compile(r"[.!?…]+[\"'”’)\]]*[ \t]+|\n+")
# What ends in a point and goes on.
_NO_END = re.compile(
    r"\b(?:e\.g|i\.e|approx|dr|mr|mrs|ms)\.\s+\S?$|\b(?:apt|ext|no|nr|rm|tel)\.\s+\d$",
    re.IGNORECASE,
)
# Three digits at least, however they are parted, with the letters and keys that belong to them.
_NUMBER = re.compile(
    r"(?<!\w)[#*+(]{0,2}[a-z]{0,3}\d(?:[ ()./:-]{0,2}\d){2,}[a-z]{0,3}(?!\w)[#*]?",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"\b(?:(?:door|entry|access|gate|meeting|key|buzzer|wi-?fi) ?)?"
    r"(?:(?:pass ?codes?|passwords?|pass ?phrases?|pins?|(?:code|safe) ?words?|codes?|keywords?|id"
    r"|buzz(?:er)?|extension|mot de passe)\b|ext\b\.?)",
    re.IGNORECASE,
)
_IS = r"(?:(?:\b(?:is|are|be|number|no\.)(?=[\s:])|[:=#–—-])\s*)"
_QUOTED = r"[\"“‘'«]\s*(?P<quoted>[^\"”’'»\n]{1,60}?)\s*[\"”’'»]"
# Half of a code opens nothing: "A1 B2" and "nine nine two" are kept whole.
_DIGIT = r"(?i:zero|oh|one|two|three|four|five|six|seven|eight|nine)\b"
_SPOKEN = rf"{_DIGIT}(?:[ -]{_DIGIT})+"
_ONE = r"[^\s,;\0\"“”«»()]*[^\s,;.!?:\0\"“”«»()]"
_BARE = rf"(?P<bare>{_SPOKEN}|{_ONE}(?:(?<=\d) [A-Z]*\d[A-Z\d]*(?![^\s,;.!?:)]))*)"
# The word right after "code", or behind the next "is".
_AT_ONCE = re.compile(rf"\s*{_IS}*(?:{_QUOTED}|{_BARE})")
_LATER = re.compile(rf"[^,;.\n\0]{{0,60}}?(?:\b(?:is|are)\b|[:=])\s*(?:{_QUOTED}|{_BARE})")


class Part(NamedTuple):
    """A sentence or a line of a text, and what a plain letter has of it."""

    start: int
    end: int
    kept: str
    # The word that tells; empty: none does.
    telltale: str = ""


def quiet(text: str, ours: Ours = NO_SITE) -> str:
    """The text as it is, if it tells nothing; otherwise without the sentences that would."""
    while is_telling(text, ours):
        shorter = _joined(text, parts(text, ours))
        # A phrase may arise of two sentences that did not stand together before.
        text = shorter if len(shorter) < len(text) else ""
    return text


def parts(text: str, ours: Ours = NO_SITE) -> list[Part]:
    """The sentences of a text in their order; together they are the whole of it."""
    found = spans(text, ours)
    made = []
    for start, end in _sentences(text):
        telling = [span for span in found if span.start < end and start < span.end]
        if telling:
            word = text[telling[0].start : telling[0].end]
            made.append(Part(start, end, _ways_in(text[start:end], ours), word))
        else:
            made.append(Part(start, end, text[start:end]))
    return made


def hints(texts: Mapping[str, str], ours: Ours) -> list[Hint]:
    """For the coach: what plain letters leave out of these boxes, by the boxes' names."""
    return [
        Hint("plain", box, _beginning(text[part.start : part.end]), _why(part), places=(_at(part),))
        for box, text in texts.items()
        for part in parts(text, ours)
        if part.telltale
    ]


def _at(part: Part) -> Place:
    return Place(part.start, part.end)


def _why(part: Part) -> str:
    kept = f" and keep “{part.kept}” of it" if part.kept else ""
    return (
        f"“{' '.join(part.telltale.split())}” could tell an onlooker what the letter is about. So"
        f" plain letters leave this out{kept}; whole letters have all of it. What people need to"
        " come in can stand in a sentence without that word."
    )


def _beginning(sentence: str) -> str:
    words = " ".join(sentence.split())
    return words if len(words) <= MOST_SHOWN else f"{words[:MOST_SHOWN].rstrip()} …"


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where each sentence is, with the space after it. No line goes on in the next."""
    covered = ADDRESS.sub(lambda match: COVER * len(match[0]), text)
    begin = 0
    for match in _END.finditer(covered):
        is_line = match[0].endswith("\n")
        if is_line or not _NO_END.search(covered, max(begin, match.start() - 8), match.end() + 1):
            yield begin, match.end()
            begin = match.end()
    if begin < len(text):
        yield begin, len(text)


def _joined(text: str, made: list[Part]) -> str:
    """What is kept: whole sentences as they stood, and of the others their ways in."""
    lines, is_cut = [""], False
    for part in made:
        whole = text[part.start : part.end]
        lines[-1] += whole if not part.telltale else f"{part.kept}{_DASH}" if part.kept else ""
        is_cut = is_cut or bool(part.telltale)
        if whole.endswith("\n"):
            lines[-1] = _tidy(lines[-1])
            if lines[-1] or not is_cut:
                lines[-1:] = [lines[-1] + "\n" * (len(whole) - len(whole.rstrip("\n"))), ""]
            is_cut = False
    return "".join([*lines[:-1], _tidy(lines[-1])]).strip()


def _tidy(line: str) -> str:
    return line.rstrip().removesuffix(_DASH.rstrip()).rstrip()


def _ways_in(sentence: str, ours: Ours) -> str:
    """The links, the numbers and the codes of a sentence, but for those that tell."""
    covered = ADDRESS.sub(lambda match: COVER * len(match[0]), sentence)
    found = [(match.start(), match[0]) for match in ADDRESS.finditer(sentence)]
    end = 0
    for label in _CODE.finditer(covered):
        code = _code_after(label, covered) if label.start() >= end else None
        if code is None:
            continue
        at = code.start("bare") if code["bare"] else code.start("quoted")
        number = _NUMBER.match(covered, at)
        end = max(code.end(), number.end() if number else 0)
        value = number[0] if number else code["quoted"] or code["bare"]
        found.append((label.start(), f"{label[0]} {value}"))
        covered = covered[: label.start()] + COVER * (end - label.start()) + covered[end:]
    for number in _NUMBER.finditer(covered):
        bare = number[0] if ")" in number[0] else number[0].replace("(", "")
        found.append((number.start(), bare))
    return ", ".join(way for _, way in sorted(found) if not is_telling(way, ours))


def _code_after(label: re.Match[str], covered: str) -> re.Match[str] | None:
    code = _AT_ONCE.match(covered, label.end())
    if code and code["bare"] and code["bare"].casefold() in LITTLE:
        code = _LATER.match(covered, label.end())
    return code
