"""The shape of what the coach sends about a session notice."""

from typing import Any

from wtforms import BooleanField, DateField, HiddenField, StringField, TextAreaField, TimeField
from wtforms.validators import DataRequired, Length

from hrsite.posts.boxes import CLOCK_FORMATS, NeededWhen, one_line, paragraphs
from hrsite.shaping import Form

UNREADABLE_TIME = "Write the time like 18:00."


def _has_a_time(form: Any) -> bool:
    return not form.until_further_notice.data


class NoticeForm(Form):
    """A session notice as it is written."""

    title = StringField(
        filters=[one_line],
        validators=[
            DataRequired("Give it a title first. Your words are still here."),
            Length(max=200, message="The title can have 200 characters at most."),
        ],
    )
    body = TextAreaField(
        filters=[paragraphs],
        validators=[Length(max=20_000, message="The text can have 20,000 characters at most.")],
    )
    date = DateField(
        validators=[
            NeededWhen(
                _has_a_time,
                "Choose a day, or tick “until further notice”.",
                "Write the day like 2026-06-30.",
            )
        ]
    )
    time = TimeField(
        format=CLOCK_FORMATS,
        validators=[NeededWhen(_has_a_time, "Say when it starts.", UNREADABLE_TIME)],
    )
    end_time = TimeField(
        format=CLOCK_FORMATS,
        validators=[
            NeededWhen(
                _has_a_time,
                "Say when it ends. Then the notice goes away by itself.",
                UNREADABLE_TIME,
            )
        ],
    )
    until_further_notice = BooleanField()
    place = StringField(
        filters=[one_line],
        validators=[Length(max=200, message="The place can have 200 characters at most.")],
    )
    how_to_join = TextAreaField(
        filters=[paragraphs],
        validators=[Length(max=2_000, message="How to join can have 2,000 characters at most.")],
    )
    email = BooleanField()
    version = HiddenField()
    # Names this opening of the form: what was kept of it, and the one thing it makes.
    key = HiddenField()
