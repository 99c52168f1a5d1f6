"""What nobody here knows: an old address leads on, for any other we say that nothing is there."""

from urllib.parse import quote

import structlog
from flask import Blueprint, Response, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import NotFound

from hrsite import errors
from hrsite.cookies import DESK
from hrsite.extensions import db
from hrsite.redirects import moving

# Browsers keep a 301 for good unless told otherwise, and the coach may have mistyped.
FOR_AN_HOUR = "public, max-age=3600"
READING = ("GET", "HEAD")

log = structlog.get_logger(__name__)
blueprint = Blueprint("redirects", __name__)


@blueprint.app_errorhandler(NotFound)
def nothing_here(fault: NotFound) -> Response:
    """Asked last of all, so that it costs pages that are there nothing."""
    return _way_on() or errors.page(404)


def _way_on() -> Response | None:
    path = request.path
    if request.method not in READING or path == DESK or path.startswith(DESK + "/"):
        return None
    try:
        new = moving.leads_to(db.session(), path)
    except SQLAlchemyError as fault:
        log.error("database_fault", kind=type(fault).__name__, exc_info=fault)
        db.session.rollback()
        return None
    if new is None:
        return None
    answer = Response(status=301, headers={"Location": quote(new)})
    answer.headers["Cache-Control"] = FOR_AN_HOUR
    return answer
