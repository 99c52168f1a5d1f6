"""What the boxes of the desk's forms share: tidy text, days and times, hidden numbers."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, ClassVar, TypeVar

from werkzeug.datastructures import MultiDict
from wtforms import HiddenField
from wtforms.validators import StopValidation

from hrsite.posts.timing import is_in_reach
from hrsite.shaping import Form
from hrsite.texts.markup import clean, from_markdown, tidy_text, to_markdown
from hrsite.tokens import is_token_shaped, new_token
from hrsite.unsaved import UnsavedWords, boxes_of

F = TypeVar("F")

LONGEST_BODY = 400_000
# Of all boxes of a form together.
MOST_LETTERS = LONGEST_BODY + 10_000
# What browsers send, and what people type where the browser has no box for times.
CLOCK_FORMATS = ["%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M%p"]


class WritingForm(Form):
    """A form for a text: its `body`, what that holds, and which hints she has kept."""

    # The boxes that hints look at, in their order, and how each is called beside a hint.
    hinted: ClassVar[Mapping[str, str]] = {"body": ""}
    is_cut_in_a_letter: ClassVar[bool] = False

    # Markdown, as typed, or HTML, from the editor.
    body_format = HiddenField(default="markdown")
    # Hints answered with "keep it".
    kept_hints = HiddenField()


def one_line(text: str | None) -> str | None:
    """Text for one line: tidy, with single spaces."""
    return None if text is None else " ".join(tidy_text(text).split())


def paragraphs(text: str | None) -> str | None:
    """Text of many lines: tidy, and otherwise as it was typed."""
    return None if text is None else tidy_text(text)


def number_in(text: str | None) -> int:
    """The number a hidden field carries; 0, which no saved version has, for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


def key_in(form: Any) -> str:
    """The name of this opening of a form; nothing, when it is not one of ours."""
    key = form.key.data or ""
    return key if is_token_shaped(key) else ""


def named(form: Any) -> None:
    """See that this opening of a form has a name."""
    if not key_in(form):
        form.key.data = new_token()


def opened(kind: Callable[..., F], words: UnsavedWords | None) -> F:
    """A form with a name of its own, or one as it was when its words were kept."""
    form: Any = kind() if words is None else kind(formdata=MultiDict(boxes_of(words)))
    form.key.data = new_token() if words is None else words.key
    found: F = form
    return found


def put_in_box(form: Any) -> str:
    """The text for the editor; the box gets it as Markdown, whichever of the two it came from."""
    html = clean(html_of(form))
    if form.body_format.data == "html":
        form.body.data, form.body_format.data = to_markdown(html), "markdown"
    return html


def html_of(form: Any) -> str:
    """The text as HTML; whoever stores or shows it cleans it."""
    text = form.body.data or ""
    return text if form.body_format.data == "html" else from_markdown(text)


class MaybeDay:
    """A day that may be left out, but not misspelled; none after `latest`, where there is one."""

    def __init__(self, latest: Callable[[], date] | None = None) -> None:
        self.latest = latest

    def __call__(self, form: Any, field: Any) -> None:
        """Raise StopValidation, always: nothing more is asked of the field."""
        field.errors = []
        if field.data is None:
            is_typed = any(text.strip() for text in field.raw_data or [])
            raise StopValidation("Write the day like 2026-06-30." if is_typed else None)
        is_too_late = self.latest is not None and field.data > self.latest()
        if is_too_late or not is_in_reach(field.data):
            raise StopValidation("This day looks wrong. Please check it.")
        raise StopValidation


class NeededWhen:
    """A day or a time that must be there and readable in some cases, and is ignored in others."""

    def __init__(self, is_needed: Callable[[Any], bool], missing: str, unreadable: str) -> None:
        self.is_needed = is_needed
        self.missing = missing
        self.unreadable = unreadable

    def __call__(self, form: Any, field: Any) -> None:
        """Raise StopValidation, always: nothing more is asked of the field."""
        field.errors = []
        if not self.is_needed(form) or field.data is not None:
            raise StopValidation
        is_typed = any(text.strip() for text in field.raw_data or [])
        raise StopValidation(self.unreadable if is_typed else self.missing)
