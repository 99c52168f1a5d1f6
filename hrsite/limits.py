"""How much may be sent to us: little by readers, whose forms are short; pictures by the coach."""

from io import BytesIO

from flask import Flask, current_app, request, session
from werkzeug.exceptions import RequestEntityTooLarge

from hrsite.cookies import DESK, WAS_HERE, WHOSE

# An address, two topics and a signed time come to some 400 octets.
READERS_OCTETS = 64 * 1024
# What a mail service reports is longer. Nobody may send more than this who has never signed in, so
# whoever answers can read as much before anything else is done, however slowly it comes.
STRANGERS_OCTETS = 256 * 1024


def init_app(app: Flask) -> None:
    """Set the limits before anything reads a form."""
    app.before_request(_limit)


def _limit() -> None:
    config = current_app.config
    most: int = config["MAX_CONTENT_LENGTH"]
    has_been_in = WHOSE in session or WAS_HERE in session
    if not request.path.startswith(DESK + "/") or not has_been_in:
        most = READERS_OCTETS
    elif request.mimetype == "application/x-www-form-urlencoded":
        # Werkzeug reads such a form whole: MAX_FORM_MEMORY_SIZE binds the other kind alone.
        most = config["MAX_FORM_MEMORY_SIZE"]
    request.max_content_length = most
    if request.environ.get("wsgi.input_terminated") and "HTTP_TRANSFER_ENCODING" in request.environ:
        _measure(most)


def _measure(most: int) -> None:
    """Read a body that came in chunks. Werkzeug would cut it off at the limit, and say nothing."""
    body = request.environ["wsgi.input"].read(most + 1)
    if len(body) > most:
        raise RequestEntityTooLarge
    del request.environ["HTTP_TRANSFER_ENCODING"]
    request.environ |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
