"""What the boxes of the desk's forms share: tidy text, days and times, hidden numbers."""

from collections.abc import Callable
from typing import Any

from wtforms.validators import StopValidation

from hrsite.markup import tidy_text

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
