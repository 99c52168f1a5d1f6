"""`hrsite bounce`: a mail server hands over what came back, one message on standard input."""

import sys

import click
import structlog
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy.exc import SQLAlchemyError

from hrsite import clock
from hrsite.extensions import db
from hrsite.newsletter import leaving, moving
from hrsite.outbox import bouncing
from hrsite.outbox.reports import MOST_OCTETS

log = structlog.get_logger(__name__)

# sysexits.h: the mail server keeps the message and tries again later.
EX_TEMPFAIL = 75


@click.command("bounce")
@click.argument("recipients", nargs=-1)
@click.pass_context
def bounce(context: click.Context, recipients: tuple[str, ...]) -> None:
    """Read one returned message on standard input, as a mail server's alias pipes it.

    RECIPIENTS: where it came to, if the mail server can say; else its headers tell.
    """
    stream = sys.stdin.buffer
    octets = stream.read(MOST_OCTETS)
    while stream.read(MOST_OCTETS):
        pass  # All of it, or the mail server would take the pipe for broken.
    try:
        _take(context.ensure_object(ScriptInfo).load_app(), octets, recipients[:20])
    except (SQLAlchemyError, OSError, SystemExit) as trouble:
        log.error("bounce_not_taken", exc_info=None if isinstance(trouble, SystemExit) else trouble)
        sys.exit(EX_TEMPFAIL)


def _take(app: Flask, octets: bytes, recipients: tuple[str, ...]) -> None:
    with app.app_context():
        now = clock.now()
        bouncing.take_message(db.session(), octets, recipients, now, moving.former_keys)
        leaving.leave_as_told(db.session(), now)
        db.session.commit()
