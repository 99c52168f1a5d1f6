"""The way out: the link in each letter, and the mail program's own press (RFC 8058).

`views` puts these at their addresses.
"""

import threading
from datetime import datetime
from itertools import chain, repeat
from pathlib import Path

import structlog
from flask import Flask, current_app, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import RequestEntityTooLarge

from hrsite import clock, furniture, tokens
from hrsite.extensions import db
from hrsite.newsletter import spooling, subscribing, trying
from hrsite.newsletter.models import Subscriber

log = structlog.get_logger(__name__)

DONE = "Nothing more will be sent."
# Seconds until a database that would not take it is asked again: more each time, up to the last.
PAUSES = (0.5, 1, 2, 5, 10, 30)
TROUBLE = (DBAPIError, PoolTimeout, OSError)


def ask(token: str) -> ResponseReturnValue:
    """One button. Opening the link changes nothing."""
    if person("unsubscribe", token) is None:
        return unknown_link("leave")
    return render_template("newsletter/unsubscribe.html", token=token)


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
    except TROUBLE as trouble:
        log.error("leaving_put_by", kind=type(trouble).__name__)
        db.session.rollback()
    return _put_by(token, is_button, now)


def undo(token: str) -> ResponseReturnValue:
    """Take the leaving back, within the hour."""
    subscriber = person("unsubscribe", token)
    if subscriber is None or not subscribing.undo(db.session(), subscriber, clock.now()):
        return unknown_link("come back")
    db.session.commit()
    return render_template("newsletter/undone.html")


def person(purpose: str, token: str) -> Subscriber | None:
    """Whose link it is."""
    return subscribing.find(db.session(), purpose, token)


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
    undo_until = subscribing.may_undo_until(db.session(), subscriber, now) if is_button else None
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
        threading.Thread(target=_carry_out, args=(app,), daemon=True).start()
    if not is_button:
        return DONE
    # The words alone: the database, which has the rest of a page, is what does not answer.
    return render_template("newsletter/put_by.html", site=furniture.last_known())


def _carry_out(app: Flask) -> None:
    """Try until everybody has left. The worker does the same; one of the two is there first."""
    folder: Path = app.config["DATA_DIR"]
    # One at a time: a thousand may leave while the database is away. Whoever is kept while the
    # other is just ending makes it begin again, or begins itself.
    alone = app.extensions.setdefault("carrying_out", threading.Lock())
    while not spooling.is_empty(folder) and alone.acquire(blocking=False):
        try:
            _try_until_empty(app, folder)
        finally:
            alone.release()


def _try_until_empty(app: Flask, folder: Path) -> None:
    waited = threading.Event()
    pauses = chain(PAUSES, repeat(PAUSES[-1]))
    with app.app_context():
        while not spooling.is_empty(folder):
            waited.wait(next(pauses))
            try:
                spooling.carry_out(db.session(), folder, db.session.commit)
            except TROUBLE:
                db.session.rollback()
