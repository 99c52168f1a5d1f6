"""The way out: the link in each letter, and the mail program's own press (RFC 8058).

`views` puts these at their addresses.
"""

from datetime import datetime

import structlog
from flask import Flask, current_app, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from hrsite import clock, furniture, tokens
from hrsite.extensions import db
from hrsite.newsletter import returning, spooling, subscribing, trying
from hrsite.newsletter.models import Subscriber

log = structlog.get_logger(__name__)

DONE = "Nothing more will be sent."


def ask(token: str) -> ResponseReturnValue:
    """One button. Opening the link changes nothing.

    Also while the database does not answer: whose link it is turns out when the press is carried
    out.
    """
    try:
        if person("unsubscribe", token) is None:
            return unknown_link("leave")
        return render_template("newsletter/unsubscribe.html", token=token)
    except spooling.TROUBLE as trouble:
        log.error("leaving_asked_in_trouble", kind=type(trouble).__name__)
        db.session.rollback()
    site = furniture.last_known()
    return render_template("newsletter/unsubscribe.html", token=token, site=site)


def leave(token: str) -> ResponseReturnValue:
    """Leave at once: by the button, or by the mail program's own press.

    A mail program is answered 200 whatever the token: an erased reader, or a link of a site
    restored from a backup, gets nothing more either. While the database is in trouble it is kept
    on the disk, and carried out as soon as it can be.
    """
    is_button = _is_button()
    now = clock.now()
    try:
        return _leave_now(token, is_button, now)
    except spooling.TROUBLE as trouble:
        log.error("leaving_put_by", kind=type(trouble).__name__)
        db.session.rollback()
    return _put_by(token, is_button, now)


def undo(token: str) -> ResponseReturnValue:
    """Take the leaving back, within the hour."""
    subscriber, now = person_to_change("unsubscribe", token), clock.now()
    if subscriber is None or not returning.undo(db.session(), subscriber, now):
        return unknown_link("come back")
    db.session.commit()
    paused_until = subscribing.paused_until(subscriber, now)
    return render_template("newsletter/undone.html", paused_until=paused_until)


def person(purpose: str, token: str) -> Subscriber | None:
    """Whose link it is."""
    return subscribing.find(db.session(), purpose, token)


def person_to_change(purpose: str, token: str) -> Subscriber | None:
    """The same, for a press that changes something: one press at a time."""
    return subscribing.find_and_hold(db.session(), purpose, token)


def unknown_link(what: str, page: str = "newsletter/unknown_link.html") -> ResponseReturnValue:
    """The page for a link that is nobody's, or that came with a test."""
    if (request.view_args or {}).get("token") == trying.TEST_LINK:
        return render_template("newsletter/test_link.html", what=what)
    return render_template(page, what=what), 404


def _is_button() -> bool:
    """Is it our own page's button? A press of a mail program may bring along whatever it likes."""
    try:
        return "button" in request.form
    except RequestEntityTooLarge:
        return False


def _leave_now(token: str, is_button: bool, now: datetime) -> ResponseReturnValue:
    subscriber = person("unsubscribe", token)
    if subscriber is None:
        return unknown_link("leave") if is_button else DONE
    how = "letter" if is_button else "header"
    subscribing.unsubscribe(db.session(), subscriber, how, now)
    # She may have left before, by her mail program: a second press makes the hour no longer.
    undo_until = returning.may_undo_until(db.session(), subscriber, now) if is_button else None
    db.session.commit()
    if not is_button:
        return DONE
    return render_template("newsletter/unsubscribed.html", token=token, undo_until=undo_until)


def _put_by(token: str, is_button: bool, now: datetime) -> ResponseReturnValue:
    if tokens.is_token_shaped(token):
        how = "letter" if is_button else "header"
        leaving = spooling.Leaving(tokens.fingerprint(token), how, now)
        spooling.keep(current_app.config["DATA_DIR"], leaving)
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
        spooling.carry_out_meanwhile(app)
    if not is_button:
        return DONE
    # The words alone: the database, which has the rest of a page, is what does not answer.
    return render_template("newsletter/put_by.html", site=furniture.last_known())
