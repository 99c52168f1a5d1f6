"""What mail services tell us by webhook: signed, bounded, each thing once. Without a cookie."""

from datetime import datetime

from flask import Blueprint, abort, current_app, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.extensions import db
from hrsite.limits import STRANGERS_OCTETS
from hrsite.newsletter import leaving, moving
from hrsite.outbox import bouncing, mailgun, postmark, returned, ses
from hrsite.outbox.certificates import Certificate, certificates_in
from hrsite.outbox.events import Event, NotSigned

blueprint = Blueprint("outbox", __name__, url_prefix="/webhooks")

HEARD = ("", 200, {"Content-Type": "text/plain; charset=utf-8"})


@blueprint.post("/ses")
def hear_ses() -> ResponseReturnValue:
    """Amazon SES, through an SNS topic."""
    topic, file = current_app.config["SES_TOPIC"], current_app.config["SES_CERTIFICATE_FILE"]
    if not topic or not file:
        abort(404)
    now, session = clock.now(), db.session()
    try:
        told = ses.read(_body(), _certificates(file), topic, now)
    except NotSigned:
        abort(403)
    returned.must_open(session, "ses", told.link or None, now)
    return _take(session, told.events, now)


@blueprint.post("/postmark")
def hear_postmark() -> ResponseReturnValue:
    """Postmark, with the password that the keeper gave it."""
    secret = current_app.config["POSTMARK_SECRET"]
    if not secret:
        abort(404)
    try:
        events = postmark.read(_body(), request.headers.get("Authorization", ""), secret)
    except NotSigned:
        abort(403)
    return _take(db.session(), events, clock.now())


@blueprint.post("/mailgun")
def hear_mailgun() -> ResponseReturnValue:
    """Mailgun, with its signing key."""
    signing_key = current_app.config["MAILGUN_SIGNING_KEY"]
    if not signing_key:
        abort(404)
    now, session = clock.now(), db.session()
    try:
        told = mailgun.read(_body(), signing_key, now)
    except NotSigned:
        abort(403)
    is_first = returned.is_first_call(session, told.token, now)
    return _take(session, told.events if is_first else (), now)


def _body() -> bytes:
    # A report of one letter is a few thousand octets; it may repeat the letter's headers.
    request.max_content_length = STRANGERS_OCTETS
    return request.get_data(cache=False)


def _certificates(file: str) -> list[Certificate]:
    try:
        return certificates_in(file)
    except (OSError, ValueError):
        return []  # Then nothing is believed; the doctor says why.


def _take(
    session: Session, events: tuple[Event, ...] | list[Event], now: datetime
) -> ResponseReturnValue:
    are_news = [bouncing.take_event(session, one, now, moving.former_keys) for one in events]
    if any(are_news):
        leaving.leave_as_told(session, now)
    session.commit()
    return HEARD
