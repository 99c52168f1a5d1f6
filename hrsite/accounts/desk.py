"""The account page of the desk: a new password, and where she is signed in."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hrsite import clock
from hrsite.accounts import guard, noting, passwords, signing_in, tries
from hrsite.accounts.forms import PasswordForm
from hrsite.accounts.views import REFUSED, wait_words
from hrsite.columns import LARGEST_ID
from hrsite.cookies import DESK
from hrsite.extensions import db

blueprint = Blueprint("accounts_desk", __name__, url_prefix=f"{DESK}/account")
blueprint.before_request(guard.require_coach)

WRONG = "This is not the password you have now. Nothing was changed. Please try again."
CHANGED = "You have a new password. Everywhere else you are signed out."


@dataclass(frozen=True)
class OpenSession:
    """One browser that is signed in, as the page shows it."""

    id: int
    started_at: datetime
    seen_at: datetime
    is_this: bool
    kept: bool


@blueprint.get("")
def account() -> ResponseReturnValue:
    """Her account."""
    return _page(PasswordForm())


@blueprint.post("")
def change_password() -> ResponseReturnValue:
    """Take a new password, and close the desk in every other browser."""
    form = PasswordForm()
    if not form.validate():
        return _page(form, status=REFUSED)
    session, now, here = db.session(), clock.now(), guard.present()
    try:
        signing_in.check_again(
            session,
            here.account,
            form.current_password.data or "",
            guard.network_of(request),
            now,
        )
        desk_session, token = signing_in.change_password(
            session, here.desk_session, form.new_password.data or "", now
        )
    except signing_in.WrongPassword:
        session.commit()
        form.current_password.errors = [WRONG]
        return _page(form, status=REFUSED)
    except passwords.WeakPassword as trouble:
        form.new_password.errors = [str(trouble)]
        return _page(form, status=REFUSED)
    except tries.TooManyTries as trouble:
        form.current_password.errors = [wait_words(trouble.until, now)]
        return _page(form, status=429)
    session.commit()
    guard.enter(desk_session, token)
    flash(CHANGED, "done")
    return redirect(url_for("accounts_desk.account"), 303)


@blueprint.post(f"/sessions/<int(max={LARGEST_ID}):id>/end")
def end_session(id: int) -> ResponseReturnValue:
    """Close the desk in one browser; when it is this one, that is signing out."""
    here, session = guard.present(), db.session()
    is_this = here.desk_session.id == id
    if not signing_in.end_session(session, here.account, id, "session_ended", clock.now()):
        abort(404)
    session.commit()
    if is_this:
        guard.leave()
        return redirect(url_for("accounts.sign_in"), 303)
    flash("That browser is signed out.", "done")
    return redirect(url_for("accounts_desk.account"), 303)


def _page(form: PasswordForm, status: int = 200) -> ResponseReturnValue:
    here = guard.present()
    rows = signing_in.sessions_of(db.session(), here.account, clock.now())
    shown = [
        OpenSession(
            id=row.id,
            started_at=row.started_at,
            seen_at=row.seen_at,
            is_this=row.id == here.desk_session.id,
            kept=row.is_kept,
        )
        for row in rows
    ]
    page = render_template(
        "accounts/desk/account.html", form=form, sessions=shown, done=noting.newest(db.session())
    )
    return page, status
