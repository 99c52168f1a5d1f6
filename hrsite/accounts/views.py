"""The doors everybody may knock at: sign in, set up, sign out."""

import json
from datetime import datetime

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError

from hrsite import addresses, clock, errors, furniture
from hrsite.accounts import guard, passwords, pressing_again, setting_up, signing_in, tries
from hrsite.accounts.forms import SetUpForm, SignInForm
from hrsite.cookies import DESK
from hrsite.described import NOBODY_NAMED
from hrsite.extensions import db
from hrsite.settings import reading, writing

blueprint = Blueprint("accounts", __name__, url_prefix=DESK)

# One sentence for every cause: it tells nobody which addresses may come in.
WRONG = "This address and this password do not belong together. Please check both and try again."
LATE = "You were away for a while, so the desk closed by itself."
SIGNED_OUT = "You are signed out."
KEPT = "What you wrote is safe on this page. Please sign in, and then send it."
NOT_DONE = "What you pressed was not done. Please sign in, and then press it again."
PRESS_AGAIN = "That was not done yet. Press it again if you still want it."
WRONG_CODE = (
    "This code does not work. It may be used already, or older than a day. "
    "Type `hrsite owner reset` on the server to get a new one."
)
TAKEN = "Somebody else signs in with this address already. Please use another one."
REFUSED = 422  # We understood the form, and cannot do what it asks (RFC 9110, 15.5.21).


@blueprint.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    """The sign-in page; on a new site, the way to set it up."""
    wanted = guard.desk_path(request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(wanted or _home(), 303)
    if setting_up.needs_owner(db.session()):
        return redirect(url_for("accounts.set_up"), 303)
    return _sign_in_page(SignInForm(wanted=wanted))


@blueprint.post("/sign-in")
def send_sign_in() -> ResponseReturnValue:
    """Let somebody in, or say in words why not."""
    form = SignInForm()
    if not form.validate():
        return _sign_in_page(form, status=REFUSED)
    session, now = db.session(), clock.now()
    try:
        desk_session, token = signing_in.sign_in(
            session,
            form.email.data or "",
            form.password.data or "",
            guard.network_of(request),
            bool(form.keep.data),
            now,
        )
    except signing_in.WrongSignIn:
        session.commit()
        return _sign_in_page(form, WRONG, REFUSED)
    except tries.TooManyTries as trouble:
        answer = current_app.make_response(_sign_in_page(form, wait_words(trouble.until, now), 429))
        answer.headers["Retry-After"] = str(int((trouble.until - now).total_seconds()) + 1)
        return answer
    if current_user.is_authenticated:
        old = guard.present()
        signing_in.end_session(session, old.account, old.desk_session.id, "signed_out", now)
    session.commit()
    guard.enter(desk_session, token)
    return _go_on(form)


@blueprint.get("/set-up")
def set_up() -> ResponseReturnValue:
    """Ask for the code from the console; a name the site has already is proposed."""
    known = furniture.site().coach_name
    return _set_up_page(SetUpForm(name="" if known == NOBODY_NAMED else known))


@blueprint.post("/set-up")
def send_set_up() -> ResponseReturnValue:
    """Make the owner, or let her in again, and sign her in here."""
    form = SetUpForm()
    if not form.validate():
        return _set_up_page(form, status=REFUSED)
    session, now = db.session(), clock.now()
    try:
        owner = setting_up.set_up(
            session,
            form.code.data or "",
            form.name.data or "",
            form.email.data or "",
            form.password.data or "",
            now,
        )
    except setting_up.WrongSetUpCode:
        return _set_up_page(form, WRONG_CODE, REFUSED)
    except setting_up.EmailTaken:
        return _set_up_page(form, TAKEN, REFUSED)
    except (setting_up.BadName, addresses.BadAddress, passwords.WeakPassword) as trouble:
        return _set_up_page(form, str(trouble), REFUSED)
    writing.name_coach(session, owner.name, now)
    desk_session, token = signing_in.start_session(session, owner, False, now)
    session.commit()
    guard.enter(desk_session, token)
    flash("This is your desk. Keep your password somewhere safe.", "done")
    return redirect(_home(), 303)


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End the session of this browser, row and cookie."""
    if current_user.is_authenticated:
        here = guard.present()
        signing_in.end_session(
            db.session(), here.account, here.desk_session.id, "signed_out", clock.now()
        )
        db.session.commit()
    guard.leave()
    flash("You are signed out.", "done")
    return redirect(url_for("accounts.sign_in"), 303)


@blueprint.app_errorhandler(guard.FormCameLate)
def keep_the_words(late: guard.FormCameLate) -> ResponseReturnValue:
    """A form came after its session ended: sign in on this page, and no word is lost."""
    return _late_page(late, LATE)


@blueprint.app_errorhandler(CSRFError)
def keep_the_words_of_an_old_form(fault: CSRFError) -> ResponseReturnValue:
    """A form has no mark of this session. One that a page of ours sent keeps its words.

    Nothing is done with them: she sends them again by her own press. What another site may have
    sent is refused, and the front door's own forms, which hold no words, are asked for anew.
    """
    late = guard.late_form()
    is_ours = guard.is_from_our_page(request, current_app.config["BASE_URL"])
    if not is_ours or late.wanted is None or request.blueprint == blueprint.name:
        return errors.page(400, errors.STALE_FORM)
    if not current_user.is_authenticated:
        return _late_page(late, SIGNED_OUT)
    return _press_again(late.wanted, late.pairs, 403)


def wait_words(until: datetime, now: datetime) -> str:
    """How long to wait, in words and by the clock."""
    minutes = int((until - now).total_seconds() // 60) + 1
    return (
        "There were five wrong tries within an hour, so we wait a little. Please try again in "
        f"{furniture.count(minutes, 'minute', 'minutes')}, after {furniture.clock_time(until)}, "
        f"{furniture.zone_name()}."
    )


def _go_on(form: SignInForm) -> ResponseReturnValue:
    """To the page she was on the way to; after a press that came late, through one more."""
    wanted = guard.desk_path(form.wanted.data)
    if wanted and form.held.data:
        return _press_again(wanted, form.held_pairs(), 200)
    return redirect(wanted or guard.desk_path(request.args.get("next")) or _home(), 303)


def _press_again(wanted: str, pairs: list[tuple[str, str]], status: int) -> ResponseReturnValue:
    """One button that says what it does; where it cannot, the page with the one she pressed."""
    press, page = pressing_again.press_of(wanted, pairs), pressing_again.page_of(wanted) or _home()
    if press is None:
        flash(PRESS_AGAIN, "careful")
        return redirect(page, 303)
    return render_template("accounts/held.html", wanted=wanted, press=press, page=page), status


def _late_page(late: guard.FormCameLate, told: str) -> ResponseReturnValue:
    press = pressing_again.press_of(late.wanted, late.pairs)
    told += f" {KEPT if press and press.has_words else NOT_DONE}"
    form = SignInForm(formdata=None, wanted=late.wanted, held=json.dumps(late.pairs))
    return _sign_in_page(form, told, 403)


def _sign_in_page(
    form: SignInForm, problem: str | None = None, status: int = 200
) -> ResponseReturnValue:
    return render_template("accounts/sign_in.html", form=form, problem=problem), status


def _set_up_page(
    form: SetUpForm, problem: str | None = None, status: int = 200
) -> ResponseReturnValue:
    seen_name = reading.words(db.session()).coach_name
    page = render_template(
        "accounts/set_up.html", form=form, problem=problem, seen_name=seen_name or ""
    )
    return page, status


def _home() -> str:
    return url_for("pages_desk.home")
