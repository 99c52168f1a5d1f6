"""What the boxes of the desk's forms share: tidy text, days and times, hidden numbers."""

from collections.abc import Callable
from datetime import date
from typing import Any

from wtforms.validators import StopValidation

from hrsite.markup import tidy_text
from hrsite.posts.timing import is_in_reach

LONGEST_BODY = 400_000
# What browsers send, and what people type where the browser has no box for times.
CLOCK_FORMATS = ["%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M%p"]


def one_line(text: str | None) -> str | None:
    """Text for one line: tidy, with single spaces."""
    return None if text is None else " ".join(tidy_text(text).split())


def paragraphs(text: str | None) -> str | None:
    """Text of many lines: tidy, and otherwise as it was typed."""
    return None if text is None else tidy_text(text)


def number_in(text: str | None) -> int:
    """The number a hidden field carries; 0, which no saved version has, for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


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
