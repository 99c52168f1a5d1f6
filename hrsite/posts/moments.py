"""Boxes for a day and a time, and the moment they name: for whatever is to happen now or later."""

from datetime import datetime
from typing import Any, NamedTuple

from wtforms import DateField, RadioField, TimeField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, DataRequired, Optional

from hrsite import clock
from hrsite.posts.boxes import CLOCK_FORMATS, NeededWhen
from hrsite.posts.timing import NoSuchTime, moment_of
from hrsite.shaping import Form


class Chosen(NamedTuple):
    """The moment, None for now; and of a time that comes twice that night: first or second."""

    at: datetime | None
    which: str = ""


def _is_later(form: Any) -> bool:
    return not isinstance(form, WhenForm) or bool(form.when.data == "later")


class MomentForm(Form):
    """A day and a time that lie ahead, on the coach's clock."""

    date = DateField(
        validators=[NeededWhen(_is_later, "Choose a day.", "Write the day like 2026-06-30.")]
    )
    time = TimeField(
        format=CLOCK_FORMATS,
        validators=[NeededWhen(_is_later, "Choose a time.", "Write the time like 18:00.")],
    )
    # Asked when the clocks go back and show the time twice.
    which = RadioField(
        choices=[
            SelectChoice("first", "The first time, before the clocks go back"),
            SelectChoice("second", "The second time, after they went back"),
        ],
        validators=[Optional(), AnyOf(("first", "second"))],
        validate_choice=False,
    )


class WhenForm(MomentForm):
    """Now, or at such a moment."""

    when = RadioField(
        choices=[SelectChoice("now", "Now"), SelectChoice("later", "Later")],
        default="now",
        validators=[DataRequired("Choose when.")],
    )


def chosen(form: MomentForm, now: datetime) -> Chosen | None:
    """What a form that is valid asks for; None when no such moment lies ahead: its box says why."""
    if not _is_later(form):
        return Chosen(None)
    which = form.which.data or ""
    try:
        moment = moment_of(form.date.data, form.time.data, clock.zone(), which == "second")
    except NoSuchTime as trouble:
        form.time.errors = [str(trouble)]
        return None
    if moment.comes_twice and not which:
        form.which.errors = ["The clocks go back that night and show this time twice. Choose one."]
        return None
    if moment.at <= now:
        or_now = ", or choose now" if isinstance(form, WhenForm) else ""
        form.time.errors = [f"That time has passed. Choose a later one{or_now}."]
        return None
    return Chosen(moment.at, which if moment.comes_twice else "")
