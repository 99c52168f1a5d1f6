"""The shape of what the coach sends about an article."""

from datetime import date
from typing import Any

from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    RadioField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, ValidationError

from hrsite import clock
from hrsite.posts.boxes import (
    LONGEST_BODY,
    MaybeDay,
    NeededWhen,
    WritingForm,
    one_line,
    paragraphs,
)
from hrsite.posts.moments import WhenForm
from hrsite.posts.tagging import LONGEST_NAME, names_of
from hrsite.shaping import Form
from hrsite.slugs import LONGEST_SLUG

MOST_TOPICS = 10
BAD_DAY = "Write the day like 2026-06-30."


def _today() -> date:
    return clock.local(clock.now()).date()


def _is_for_a_time(form: Any) -> bool:
    return bool(form.lasts.data == "until")


def _last_day(form: Any, field: Any) -> None:
    """A day that must be there for what is true for a time, and is ignored for all else."""
    if not _is_for_a_time(form) or field.data is None:
        NeededWhen(_is_for_a_time, "Choose the last day it is true.", BAD_DAY)(form, field)
    MaybeDay()(form, field)


class PostForm(WritingForm):
    """An article as it is written."""

    hinted = {
        "title": "in the title",
        "summary": "in the summary",
        "body": "",
        "content_note": "in the note before the text",
        "topics": "in the topics",
        "picture_alt": "in the picture’s description",
    }
    is_cut_in_a_letter = True

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
    topics = StringField(filters=[one_line])
    lasts = RadioField(
        choices=[
            SelectChoice("always", "Stays true"),
            SelectChoice("until", "Is true until a day"),
        ],
        default="always",
    )
    until_on = DateField(validators=[_last_day])
    reviewed_on = DateField(validators=[MaybeDay(_today)])
    content_note = StringField(
        filters=[one_line],
        validators=[Length(max=200, message="The note can have 200 characters at most.")],
    )
    picture = FileField()
    picture_alt = StringField(filters=[one_line], validators=[Length(max=500)])
    picture_decorative = BooleanField()
    remove_picture = BooleanField()
    body_picture = FileField()
    body_picture_alt = StringField(filters=[one_line], validators=[Length(max=500)])
    version = HiddenField()
    # Names this opening of the form: what was kept of it, and the one article it makes.
    key = HiddenField()

    def validate_topics(self, field: Any) -> None:
        """Few topics, and short ones."""
        names = names_of(field.data or "")
        if len(names) > MOST_TOPICS:
            raise ValidationError(f"An article can have {MOST_TOPICS} topics at most.")
        if any(len(name) > LONGEST_NAME for name in names):
            raise ValidationError(f"A topic can have {LONGEST_NAME} characters at most.")


class TextPictureForm(Form):
    """A picture that the editor puts into the text."""

    picture = FileField()
    picture_alt = StringField(filters=[one_line])
    picture_decorative = BooleanField()


class AddressForm(Form):
    """The last part of a published article's address."""

    slug = StringField(
        filters=[one_line],
        validators=[
            DataRequired("Write a word or a few."),
            Length(max=LONGEST_SLUG, message=f"Use {LONGEST_SLUG} letters at most."),
        ],
    )


# On the site and to readers, on the site alone, to readers alone.
EMAIL, SITE, ONLY = "email", "site", "only"


class PublishForm(WhenForm):
    """How and when an article goes out."""

    how = RadioField(
        choices=[
            SelectChoice(EMAIL, "Put it on the site and email it to readers"),
            SelectChoice(SITE, "Put it on the site only"),
            SelectChoice(ONLY, "Send it by email only, not on the site"),
        ],
        default=EMAIL,
        validators=[DataRequired("Choose how it goes out.")],
    )
    # What the review page showed. If that has changed, the button shows it again.
    seen = HiddenField()
