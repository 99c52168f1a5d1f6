"""The secrets in links, and the signed time in the signup form: one purpose each."""

import hashlib
import re
import secrets
from datetime import UTC, datetime
from functools import lru_cache

from flask import current_app
from itsdangerous import BadSignature, Signer

# 128 bits in 22 letters: longer would push List-Unsubscribe past what one line may hold.
TOKEN_OCTETS = 16
TOKEN_SHAPE = re.compile(r"[A-Za-z0-9_-]{22}")


class BadStamp(Exception):
    """The signed time was not made here."""


def new_token() -> str:
    """A fresh link token of 128 random bits, 22 letters long."""
    return secrets.token_urlsafe(TOKEN_OCTETS)


def is_token_shaped(text: str) -> bool:
    """May this be a token at all? Saves asking the database about nonsense."""
    return TOKEN_SHAPE.fullmatch(text) is not None


def fingerprint(token: str) -> str:
    """What the database keeps of a token: enough to find it, useless to whoever steals it.

    Looking up a hash also takes away the timing of a comparison letter by letter.
    """
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def stamp(moment: datetime) -> str:
    """Sign the moment a form was rendered; the form carries it in place of a cookie."""
    return _stamp(current_app.secret_key or "", int(moment.timestamp()))


# Every form of one second carries the same.
@lru_cache(maxsize=2)
def _stamp(secret_key: str | bytes, seconds: int) -> str:
    return _signer(secret_key).sign(str(seconds)).decode()


def read_stamp(text: str) -> datetime:
    """The moment a form was rendered. Raises BadStamp when we did not sign it."""
    try:
        seconds = int(_signer(current_app.secret_key or "").unsign(text.encode("utf-8", "replace")))
        moment = datetime.fromtimestamp(seconds, UTC)
    except (BadSignature, ValueError, OverflowError, OSError) as trouble:
        raise BadStamp from trouble
    if stamp(moment) != text:
        # Base64 lets letters follow its "=": the same signature, but not as we wrote it.
        raise BadStamp
    return moment


def _signer(secret_key: str | bytes) -> Signer:
    return Signer(secret_key, salt="signup-form", digest_method=hashlib.sha256)
