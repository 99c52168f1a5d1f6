"""Hints about what stands in a writing form, and her answers: say it so, keep it, ask again.

One piece for articles, notices, pages and the welcome letter. Hints never stop anything.
"""

from collections.abc import Sequence
from datetime import datetime

from hrsite import clock, furniture
from hrsite.hints.gathering import Box, Gathered, gather
from hrsite.hints.hint import Hint, changed
from hrsite.hints.keeping import as_text, kept_in
from hrsite.hints.seen import Format
from hrsite.posts.boxes import WritingForm
from hrsite.texts.markup import from_markdown, word_count

# What the button of an answer says to the server: the deed, the choice, and which hint.
SAY, KEEP, ASK, LOOK = "hint-say", "hint-keep", "hint-ask", "hints"
# A letter of so many words is near the size where it is cut (80 KB with all that is around).
MOST_WORDS_IN_A_LETTER = 9_000
TOO_LONG = (
    "The letter will hold its beginning and a link to the rest: mail programs cut long letters."
)
# What is said of an answer, and how: words and categories of flashes.
Told = Sequence[tuple[str, str]]


def about(form: WritingForm, now: datetime, others: Sequence[Hint] = ()) -> Gathered:
    """The hints about what stands in a form; `others` are what a later room finds in it."""
    boxes = _boxes(form)
    language, today = furniture.site().language, clock.local(now).date()
    more = _of_size(boxes) if form.is_cut_in_a_letter else []
    return gather(boxes, language, today, kept_in(form.kept_hints.data), more=[*more, *others])


def answer(
    form: WritingForm, act: str | None, now: datetime, others: Sequence[Hint] = ()
) -> Told | None:
    """Do to the boxes what the button of a hint says; None for a button of anything else.

    Returns what there is to say of it, and how. Nothing is saved: the form is shown again.
    """
    deed, _, rest = (act or "").partition("|")
    if deed == LOOK:
        return []
    if deed not in (SAY, KEEP, ASK):
        return None
    choice, _, name = rest.partition("|")
    hint = _called(name, about(form, now, others))
    if hint is None:
        return [("That is no longer in the text.", "careful")]
    if deed == SAY:
        _say(form, hint, choice)
        return [(f"Changed “{hint.found}”. The text is not saved yet.", "done")]
    kept = kept_in(form.kept_hints.data)
    kept = kept | {hint.key} if deed == KEEP else kept - {hint.key}
    form.kept_hints.data = as_text(kept)
    words = "stays as it is" if deed == KEEP else "is looked at again"
    return [(f"“{hint.found}” {words}.", "done")]


def _say(form: WritingForm, hint: Hint, choice: str) -> None:
    """Put the chosen words into the hint's box."""
    number = int(choice) if choice.isdecimal() and len(choice) < 3 else 0
    (text,) = (box.text for box in _boxes(form) if box.name == hint.box)
    form[hint.box].data = changed(text, hint, number)


def _called(name: str, found: Gathered) -> Hint | None:
    both = (*found.hints, *found.kept)
    return next((hint for hint in both if hint.name == name), None)


def _boxes(form: WritingForm) -> list[Box]:
    written: Format = "html" if form.body_format.data == "html" else "markdown"
    return [
        Box(name, form[name].data or "", written, is_body=True)
        if name == "body"
        else Box(name, form[name].data or "")
        for name in form.hinted
    ]


def _of_size(boxes: Sequence[Box]) -> list[Hint]:
    for box in boxes:
        if box.is_body and len(box.text) > MOST_WORDS_IN_A_LETTER:  # No word is shorter than that.
            html = box.text if box.format == "html" else from_markdown(box.text)
            count = word_count(html)
            if count > MOST_WORDS_IN_A_LETTER:
                return [Hint("size", box.name, f"{count:,} words", TOO_LONG)]
    return []
