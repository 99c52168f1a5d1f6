"""The shape of what the coach sends about an article."""

from collections.abc import Callable
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    RadioField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, StopValidation, ValidationError

from hrsite.markup import tidy_text
from hrsite.posts.tagging import LONGEST_NAME, names_of

LONGEST_BODY = 400_000
MOST_TOPICS = 10
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


class PostForm(FlaskForm):
    """An article as it is written."""

    title = StringField(
        filters=[one_line],
        validators=[
            DataRequired("Give it a title first. Your words are still here."),
            Length(max=200, message="The title can have 200 characters at most."),
        ],
    )
    summary = TextAreaField(
        filters=[one_line],
        validators=[Length(max=400, message="The summary can have 400 characters at most.")],
    )
    body = TextAreaField(
        filters=[paragraphs],
        validators=[
            Length(max=LONGEST_BODY, message="The text can have 400,000 characters at most.")
        ],
    )
    body_format = HiddenField(default="markdown")
    topics = StringField(filters=[one_line])
    picture = FileField()
    picture_alt = StringField(filters=[one_line], validators=[Length(max=500)])
    picture_decorative = BooleanField()
    remove_picture = BooleanField()
    body_picture = FileField()
    body_picture_alt = StringField(filters=[one_line], validators=[Length(max=500)])
    version = HiddenField()

    def validate_topics(self, field: Any) -> None:
        """Few topics, and short ones."""
        names = names_of(field.data or "")
        if len(names) > MOST_TOPICS:
            raise ValidationError(f"An article can have {MOST_TOPICS} topics at most.")
        if any(len(name) > LONGEST_NAME for name in names):
            raise ValidationError(f"A topic can have {LONGEST_NAME} characters at most.")


def _is_later(form: Any) -> bool:
    return bool(form.when.data == "later")


class PublishForm(FlaskForm):
    """How and when an article goes out."""

    how = RadioField(
        choices=[
            SelectChoice("email", "Put it on the site and email it to readers"),
            SelectChoice("site", "Put it on the site only"),
        ],
        default="email",
        validators=[DataRequired("Choose how it goes out.")],
    )
    when = RadioField(
        choices=[SelectChoice("now", "Now"), SelectChoice("later", "Later")],
        default="now",
        validators=[DataRequired("Choose when.")],
    )
    date = DateField(
        validators=[NeededWhen(_is_later, "Choose a day.", "Write the day like 2026-06-30.")]
    )
    time = TimeField(
        format=CLOCK_FORMATS,
        validators=[NeededWhen(_is_later, "Choose a time.", "Write the time like 18:00.")],
    )
    # What the review page showed. If that has changed, the button shows it again.
    once = HiddenField()
