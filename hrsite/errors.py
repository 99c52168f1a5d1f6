"""The pages for what goes wrong: what happened, what is safe, what to do next. Never a trace."""

import sqlite3
from typing import NamedTuple

import structlog
from flask import Flask, Response, make_response, render_template, request
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, SecurityError

from hrsite import furniture
from hrsite.extensions import db

# https://www.sqlite.org/rescode.html
PASSING_SQLITE_FAULTS = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}

log = structlog.get_logger(__name__)


class Words(NamedTuple):
    """What an error page says."""

    title: str
    what_happened: str
    what_next: str


WORDS = {
    400: Words(
        "We could not read that",
        "Something in what was sent to us could not be understood. Nothing was changed.",
        "Go back, check what you typed, and send it again.",
    ),
    403: Words(
        "This is not open to you",
        "The page is closed, or the form came from another site. Nothing was changed.",
        "Go to the first page and start from there.",
    ),
    404: Words(
        "There is no page here",
        "The address may be old, or a letter in it may be wrong.",
        "Look through the articles, or go to the first page.",
    ),
    405: Words(
        "That cannot be done here",
        "The page is there, but it does not take what was sent. Nothing was changed.",
        "Go back and use the button on the page.",
    ),
    413: Words(
        "That was too big",
        "What was sent is larger than this site takes. Nothing was changed.",
        "Go back: your words are still in the form. Choose a smaller picture, or shorten the text.",
    ),
    415: Words(
        "We cannot read that kind of file",
        "What was sent is of a kind this site does not take. Nothing was changed.",
        "Go back and choose another file.",
    ),
    429: Words(
        "Too many tries",
        "That was tried many times in a short while, so we wait a little.",
        "Please try again later.",
    ),
    500: Words(
        "Something broke on our side",
        "It was not you. What was saved before is safe.",
        "Please try again in a few minutes.",
    ),
    503: Words(
        "We are busy for a moment",
        "The site could not write just now. What was saved before is safe.",
        "Please go back and press the button again in a minute. Your words are still in the form.",
    ),
}

# For a form whose mark is missing, or of another session (accounts/views.py).
STALE_FORM = Words(
    "This form is no longer fresh",
    "You may have signed out, or in again, since you opened it. Nothing was changed.",
    "Go back, copy what you wrote, open the page again and paste it.",
)


def init_app(app: Flask) -> None:
    """Give every fault its page."""
    app.register_error_handler(HTTPException, _http_fault)
    app.register_error_handler(DBAPIError, _database_fault)
    app.register_error_handler(PoolTimeout, _pool_fault)
    app.register_error_handler(OSError, _disk_fault)
    app.register_error_handler(Exception, _fault)


def page(code: int, words: Words | None = None) -> Response:
    """The page for a status, in the words given or its own."""
    said = words or WORDS.get(code, WORDS[400 if code < 500 else 500])
    if code >= 500 or isinstance(request.routing_exception, SecurityError):
        # After a Host that is not ours, Flask can build no address; the words need none.
        return _bare_page(code, said)
    try:
        html = render_template("errors/page.html", code=code, **said._asdict())
    except SQLAlchemyError as fault:
        # The menu and the recent posts come from the database; the words need neither.
        log.error("database_fault", kind=type(fault).__name__, path=request.path, exc_info=fault)
        return _bare_page(code, said)
    return make_response(html, code)


def _bare_page(code: int, said: Words) -> Response:
    """The words alone, on a page that asks the database nothing: it may be what is gone."""
    return make_response(
        render_template(
            "errors/bare.html", code=code, site=furniture.last_known(), **said._asdict()
        ),
        code,
    )


def _http_fault(fault: HTTPException) -> Response | HTTPException:
    code = fault.code or 500
    if code < 400:
        return fault  # A redirect is no fault.
    answer = page(code)
    for name, value in fault.get_headers():
        if name in ("Allow", "Retry-After"):
            answer.headers[name] = value
    return answer


def _database_fault(fault: DBAPIError) -> Response:
    log.error("database_fault", kind=type(fault.orig).__name__, path=request.path, exc_info=fault)
    db.session.rollback()
    return _busy_page() if _may_pass(fault) else page(500)


def _pool_fault(fault: PoolTimeout) -> Response:
    log.error("database_busy", path=request.path, exc_info=fault)
    return _busy_page()


def _may_pass(fault: DBAPIError) -> bool:
    """Is the database locked, full, or out of reach: a thing that may be over in a minute?"""
    if isinstance(fault.orig, sqlite3.Error):
        # The lowest octet says which fault it is, the others which kind of it.
        return getattr(fault.orig, "sqlite_errorcode", 0) & 0xFF in PASSING_SQLITE_FAULTS
    # IntegrityError: two people saved the same new thing at once. Pressed again, it goes through.
    return isinstance(fault, (OperationalError, InterfaceError, IntegrityError))


def _busy_page() -> Response:
    answer = page(503)
    answer.headers["Retry-After"] = "60"
    return answer


def _disk_fault(fault: OSError) -> Response:
    log.error("disk_fault", number=fault.errno, path=request.path, exc_info=fault)
    return page(503)


def _fault(fault: Exception) -> Response:
    log.error("fault", path=request.path, exc_info=fault)
    return page(500)
