"""The shape of what the coach sends about a notice's letters, reminders and calendars."""

from typing import Any

from wtforms import BooleanField, DateField, HiddenField, RadioField, TimeField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from hrsite.posts.boxes import CLOCK_FORMATS, NeededWhen
from hrsite.shaping import Form


def _is_later(form: Any) -> bool:
    return bool(form.when.data == "later")


class LetterForm(Form):
    """When its first letter goes out."""

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
    # What the review showed. If that has changed, the button shows it again.
    seen = HiddenField()


class SharingForm(Form):
    """What calendars say of it, and whether reminders go."""

    tells_in_calendar = BooleanField()
    sends_reminders = BooleanField()
