"""Mailgun tells what came back: check its signature and its age, read what it says."""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hrsite.outbox import blaming
from hrsite.outbox.events import (
    UNSUBSCRIBED,
    Event,
    EventKind,
    NotSigned,
    inner,
    letter_ids,
    parsed,
    reply_code,
    words,
)

# Mailgun repeats what it could not tell us for eight hours.
OLDEST = timedelta(hours=12)
# How far its clock may be ahead of ours.
NEWEST = timedelta(minutes=5)


@dataclass(frozen=True)
class Told:
    """What one call says. Its token is good once: the signature does not cover the events."""

    token: str
    events: tuple[Event, ...]


def read(octets: bytes, signing_key: str, now: datetime) -> Told:
    """What Mailgun says, if it is Mailgun, and lately. Raises NotSigned."""
    found = parsed(octets)
    signature = inner(found, "signature")
    token, stamp = words(signature, "token"), str(signature.get("timestamp", ""))[:20]
    true = hmac.digest(
        signing_key.encode(), f"{stamp}{token}".encode("utf-8", "replace"), "sha256"
    ).hex()
    given = words(signature, "signature").encode("utf-8", "replace")
    if not signing_key or not token or not hmac.compare_digest(true.encode(), given):
        raise NotSigned
    if not stamp.isascii() or not stamp.isdigit() or not _is_fresh(int(stamp), now):
        raise NotSigned
    return Told(token, tuple(_events(inner(found, "event-data"))))


def _is_fresh(seconds: int, now: datetime) -> bool:
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return False
    return now - OLDEST <= moment <= now + NEWEST


def _events(said: dict[str, Any]) -> list[Event]:
    kind, key = _kind(said), words(said, "id")
    if kind is None or not key:
        return []
    status = inner(said, "delivery-status")
    text = words(status, "message") or words(status, "description")
    return [
        Event(
            source="mailgun",
            key=key,
            kind=kind,
            address=words(said, "recipient"),
            code=reply_code(status, "code"),
            text=text,
            return_paths=(words(inner(said, "envelope"), "sender"),),
            letter_ids=letter_ids(words(inner(said, "message", "headers"), "message-id")),
        )
    ]


def _kind(said: dict[str, Any]) -> EventKind | None:
    """A temporary failure changes nothing: Mailgun goes on trying, and tells how it ended."""
    what, reason = words(said, "event"), words(said, "reason")
    if what in ("accepted", "delivered"):
        return "taken"
    if what == "complained" or (what == "failed" and reason == "suppress-complaint"):
        return "complaint"
    if what == "unsubscribed" or (what == "failed" and reason == "suppress-unsubscribe"):
        return UNSUBSCRIBED
    if what != "failed" or words(said, "severity") != "permanent":
        return None
    status = inner(said, "delivery-status")
    code, text = reply_code(status, "code"), words(status, "message")
    enhanced = blaming.status_in(words(status, "enhanced-code")) or blaming.status_in(text)
    return blaming.kind_told(code, enhanced, is_gone=reason in ("bounce", "suppress-bounce"))
