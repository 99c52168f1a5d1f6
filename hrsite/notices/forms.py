"""The shape of what the coach sends about a session notice."""

from typing import Any

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
from wtforms.validators import DataRequired, Length, StopValidation

from hrsite.notices.models import Rhythm
from hrsite.posts.boxes import (
    CLOCK_FORMATS,
    MaybeDay,
    NeededWhen,
    WritingForm,
    one_line,
    paragraphs,
)
from hrsite.shaping import Form
from hrsite.zones import AnyZone

UNREADABLE_TIME = "Write the time like 18:00."


RHYTHMS = {
    Rhythm.ONCE: "One time",
    Rhythm.WEEKLY: "Every week",
    Rhythm.STANDING: "Until further notice",
}
# The series as a whole, where a single day of it could be chosen.
ALL = "all"


def _has_a_time(form: Any) -> bool:
    return str(form.rhythm.data) != Rhythm.STANDING


def _always(form: Any) -> bool:
    return True


class OnlyFor(MaybeDay):
    """A day that belongs to one rhythm; with another it stands in a box that is not shown."""

    def __init__(self, rhythm: Rhythm) -> None:
        super().__init__()
        self.rhythm = rhythm

    def __call__(self, form: Any, field: Any) -> None:
        """Raise StopValidation, always."""
        if str(form.rhythm.data) != self.rhythm:
            field.errors, field.data = [], None
            raise StopValidation
        super().__call__(form, field)


class NoticeForm(WritingForm):
    """A session notice as it is written."""

    hinted = {
        "title": "at the top",
        "place": "under “Where”",
        "for_whom": "under “Who it is for”",
        "body": "",
        "how_to_join": "under “How to join”",
    }

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
                "Choose a day, or choose “Until further notice”.",
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
    rhythm = RadioField(
        choices=[SelectChoice(rhythm.value, words) for rhythm, words in RHYTHMS.items()],
        default=Rhythm.ONCE.value,
    )
    # Asked for when it lasts so long that an hour may be wrong.
    is_long = BooleanField()
    last_on = DateField(validators=[OnlyFor(Rhythm.WEEKLY)])
    review_on = DateField(validators=[OnlyFor(Rhythm.STANDING)])
    zone = StringField(filters=[one_line], validators=[AnyZone()])
    for_whom = StringField(
        filters=[one_line],
        validators=[Length(max=200, message="This can have 200 characters at most.")],
    )
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


class MoveForm(Form):
    """Where a session goes: which one, and to what day and hour."""

    which = RadioField(default=ALL, validate_choice=False)
    date = DateField(
        validators=[NeededWhen(_always, "Choose the new day.", "Write the day like 2026-06-30.")]
    )
    time = TimeField(
        format=CLOCK_FORMATS,
        validators=[NeededWhen(_always, "Say when it starts.", UNREADABLE_TIME)],
    )
    is_mistake = BooleanField()
    version = HiddenField()


class CancelForm(Form):
    """Which session is called off."""

    which = RadioField(default=ALL, validate_choice=False)
    version = HiddenField()
