"""Postmark tells what came back: check the password it was given, read what it says."""

import base64
import binascii
import hmac
from typing import Any

from hrsite.outbox import blaming
from hrsite.outbox.events import UNSUBSCRIBED, Event, NotSigned, parsed, reply_code, words

# Postmark's own words for what happened. What is not here changes nothing: an answering machine,
# a challenge, a delay, or what we do not know.
_KINDS: dict[str, blaming.BounceKind] = {
    "HardBounce": "hard",
    "BadEmailAddress": "hard",
    "SpamComplaint": "complaint",
    "SoftBounce": "soft",
    "DnsError": "soft",
    "Blocked": "policy",
    "SpamNotification": "policy",
    "VirusNotification": "policy",
    "DMARCPolicy": "policy",
}
# She answered a letter, asking for no more: Postmark counts that among the bounces.
_ASKED = "Unsubscribe"


def read(octets: bytes, authorization: str, secret: str) -> list[Event]:
    """What Postmark says, if it knows the password. Raises NotSigned."""
    if not secret or not hmac.compare_digest(_password(authorization), secret.encode()):
        raise NotSigned
    found = parsed(octets)
    if _has_left(found):
        return [_leaving(found)]
    what, key = words(found, "Type"), found.get("ID")
    kind = _KINDS.get(what)
    if isinstance(key, int) and what == _ASKED:
        # Of her own words nothing is kept.
        return [Event("postmark", str(key), UNSUBSCRIBED, words(found, "Email"))]
    if kind is None or not isinstance(key, int):
        return []
    text = words(found, "Details")
    if kind == "hard" and blaming.kind_of(None, blaming.status_in(text)) == "policy":
        kind = "policy"
    return [
        Event(
            source="postmark",
            key=str(key),
            kind=kind,
            address=words(found, "Email"),
            code=blaming.code_in(text) or reply_code(found, "Code"),
            text=text or words(found, "Description"),
        )
    ]


def _has_left(found: dict[str, Any]) -> bool:
    """Did the reader press Postmark's own link? What the keeper blocks there says nothing of her
    will, and is undone there with one press.
    """
    said = [words(found, name) for name in ("RecordType", "SuppressionReason", "Origin")]
    is_on = found.get("SuppressSending") is True
    return is_on and said == ["SubscriptionChange", "ManualSuppression", "Recipient"]


def _leaving(found: dict[str, Any]) -> Event:
    return Event(
        source="postmark",
        key=f"{words(found, 'ChangedAt')[:40]}/{words(found, 'MessageID')[:40]}",
        kind=UNSUBSCRIBED,
        address=words(found, "Recipient"),
    )


def _password(authorization: str) -> bytes:
    """The password of basic authentication (RFC 7617), whatever the name."""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "basic":
        return b""
    try:
        return base64.b64decode(value, validate=True).partition(b":")[2]
    except (binascii.Error, ValueError):
        return b""
