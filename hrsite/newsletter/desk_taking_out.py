"""The coach takes her list with her, as a file. Her password is asked for once more.

`desk` puts it at its address, behind the guard.
"""

from collections.abc import Iterator

from flask import Response, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue
from wtforms import PasswordField, RadioField
from wtforms.fields.choices import SelectChoice

from hrsite import clock
from hrsite.accounts import auditing, guard, signing_in, tries
from hrsite.extensions import db, only_reads
from hrsite.furniture import clock_time
from hrsite.newsletter import taking_out
from hrsite.shaping import Form

SEPARATORS = {"comma": ",", "semicolon": ";"}
WRONG = "This is not your password. Please try again."


class FileForm(Form):
    """Her password, and how the file is separated."""

    separator = RadioField(
        "What stands between the columns?",
        choices=[
            SelectChoice("comma", "A comma, for most programs"),
            SelectChoice("semicolon", "A semicolon, for Excel in much of Europe"),
        ],
        default="comma",
        validate_choice=False,
    )
    password = PasswordField("Your password")


def take_out() -> ResponseReturnValue:
    """Ask for the password; then the file."""
    form = FileForm()
    if not form.validate_on_submit():
        return _page(form)
    session, now, account = db.session(), clock.now(), guard.present().account
    try:
        signing_in.check_again(
            session, account, form.password.data or "", guard.network_of(request), now
        )
    except signing_in.WrongPassword:
        session.commit()
        form.password.errors = [WRONG]
        return _page(form, 422)
    except tries.TooManyTries as trouble:
        form.password.errors = [f"Too many tries. Please wait until {clock_time(trouble.until)}."]
        return _page(form, 429)
    auditing.record(session, "list_taken_out", now=now, account_id=account.id)
    session.commit()
    name = f"subscribers-{clock.local(now).date().isoformat()}.csv"
    answer = Response(
        stream_with_context(_read(SEPARATORS.get(form.separator.data, ","))),
        content_type="text/csv; charset=utf-8",
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _read(separator: str) -> Iterator[str]:
    """The file's parts. While one is made nobody who writes has to wait."""
    parts = taking_out.parts(db.session(), separator, clock.now())
    while True:
        token = only_reads.set(True)
        try:
            part = next(parts, None)
        finally:
            only_reads.reset(token)
        if part is None:
            return
        yield part


def _page(form: FileForm, status: int = 200) -> ResponseReturnValue:
    return render_template("newsletter/desk/take_out.html", form=form), status
