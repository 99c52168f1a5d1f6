"""Who typed an address and waits for an answer: how many, since when, and a way to forget them.

`desk` puts this at its address, behind the guard.
"""

from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput

from hrsite import clock, furniture
from hrsite.accounts import auditing, guard, pressing_again
from hrsite.extensions import db
from hrsite.newsletter import asking
from hrsite.shaping import Form


class HoursForm(Form):
    """The hours whose requests are to be forgotten."""

    hours = SelectMultipleField(
        "In the hour from", validate_choice=False, option_widget=CheckboxInput()
    )


@pressing_again.only_on_its_page
def requests_waiting() -> ResponseReturnValue:
    """Show them hour by hour; forget those of the hours she ticked."""
    session, form = db.session(), HoursForm()
    waiting = asking.waiting(session)
    named = {f"{hour:%Y%m%d%H}": hour for hour in waiting}
    if request.method == "POST":
        chosen = {named[name] for name in form.hours.data or [] if name in named}
        if chosen:
            return _forget(chosen)
        form.hours.errors = ["Tick at least one hour."]
    form.hours.choices = [
        SelectChoice(name, _label(hour, waiting[hour])) for name, hour in named.items()
    ]
    total = sum(waiting.values())
    page = render_template("newsletter/desk/waiting.html", form=form, total=total)
    return page, 422 if form.hours.errors else 200


def _label(hour: datetime, count: int) -> str:
    return f"{furniture.moment(hour)}: {furniture.count(count, 'request', 'requests')}"


def _forget(hours: set[datetime]) -> ResponseReturnValue:
    session, now = db.session(), clock.now()
    count = asking.forget(session, hours)
    account_id = guard.present().account.id
    auditing.record(
        session, "requests_forgotten", now=now, account_id=account_id, detail=str(count)
    )
    session.commit()
    was = furniture.count(count, "request is", "requests are")
    flash(f"{was} forgotten. No letter goes to them.", "done")
    return redirect(url_for("newsletter_desk.requests_waiting"), 303)
