"""Amazon SES tells what came back, through SNS: check its signature, read what it says.

Nothing is fetched: the certificate that SNS signs with lies in a file the keeper put there.
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from hrsite.outbox import blaming
from hrsite.outbox.certificates import Certificate
from hrsite.outbox.events import (
    UNSUBSCRIBED,
    Event,
    EventKind,
    NotSigned,
    inner,
    letter_ids,
    objects,
    parsed,
    words,
)

# Which fields SNS signs, in this order; a Subject only where there is one.
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type",
    ),
}  # fmt: skip
# Version 1 is SNS's default to this day. Forging it takes a second preimage, not a collision.
_HASHES = {"1": "SHA1", "2": "SHA256"}
_OUR_FAULT = ("ContentRejected", "AttachmentRejected", "MessageTooLarge")
# What every report of a mail server's says of a reader (RFC 3464), as far as SES passes it on.
_OF_A_REPORT = ("action", "status", "diagnosticCode")
_NO_REASON = ("General", "Undetermined")


@dataclass(frozen=True)
class Told:
    """What one call says: events, or the link that the keeper must open to begin."""

    events: tuple[Event, ...] = ()
    link: str = ""


def read(octets: bytes, certificates: list[Certificate], topic: str, now: datetime) -> Told:
    """What SNS says, if it is SNS, and about our topic. Raises NotSigned."""
    found = parsed(octets)
    if not topic or words(found, "TopicArn") != topic:
        raise NotSigned
    _check(found, certificates, now)
    if found["Type"] == "SubscriptionConfirmation":
        return Told(link=_safe_link(words(found, "SubscribeURL")))
    message = found.get("Message")
    return Told(tuple(_events(parsed(message.encode()) if isinstance(message, str) else {})))


def _check(found: dict[str, Any], certificates: list[Certificate], now: datetime) -> None:
    names = _SIGNED.get(str(found.get("Type")), ())
    hash_name = _HASHES.get(str(found.get("SignatureVersion")))
    pairs = [(name, found[name]) for name in names if name in found]
    if hash_name is None or not pairs or not all(isinstance(text, str) for _, text in pairs):
        raise NotSigned
    content = "".join(f"{name}\n{text}\n" for name, text in pairs).encode("utf-8", "replace")
    try:
        signature = base64.b64decode(str(found.get("Signature")), validate=True)
    except (binascii.Error, ValueError):
        raise NotSigned from None
    if not any(
        one.is_valid_at(now) and one.has_signed(content, signature, hash_name)
        for one in certificates
    ):
        raise NotSigned


def _safe_link(url: str) -> str:
    """Amazon's own host only: somebody at our desk is going to press it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    host = parts.hostname or ""
    is_amazon = host.startswith("sns.") and host.endswith((".amazonaws.com", ".amazonaws.com.cn"))
    return url if parts.scheme == "https" and is_amazon and url.isprintable() else ""


def _events(said: dict[str, Any]) -> list[Event]:
    """Bounces, complaints, letters that SES has taken or handed on, and readers who left there."""
    what = words(said, "notificationType") or words(said, "eventType")
    part = inner(said, what.lower())
    if what in ("Send", "Delivery"):
        return [_event(said, words(inner(said, "mail"), "messageId"), "taken", _addressee(said))]
    if what == "Subscription" and _has_left(part):
        key = f"{words(inner(said, 'mail'), 'messageId')[:80]}/{words(part, 'timestamp')[:30]}"
        return [_event(said, key, UNSUBSCRIBED, _addressee(said))]
    key = words(part, "feedbackId")
    if what == "Bounce" and key:
        return [
            _event(said, f"{key}/{place}", _kind(part, one), one)
            for place, one in enumerate(objects(part, "bouncedRecipients"))
            if not _is_an_answer(part, one)
        ]
    is_not_spam = words(part, "complaintFeedbackType") == "not-spam"
    if what == "Complaint" and key and not is_not_spam:
        return [
            _event(said, f"{key}/{place}", "complaint", one)
            for place, one in enumerate(objects(part, "complainedRecipients"))
        ]
    return []


def _addressee(said: dict[str, Any]) -> dict[str, Any]:
    people = inner(said, "mail").get("destination")
    to = [one for one in people if isinstance(one, str)] if isinstance(people, list) else []
    return {"emailAddress": "".join(to[:1])}


def _has_left(part: dict[str, Any]) -> bool:
    """Did she leave all letters, or one more kind, of a list that SES manages? Its kinds are not
    ours, and it is one of our letters that she left by.
    """
    new, old = inner(part, "newTopicPreferences"), inner(part, "oldTopicPreferences")
    return new.get("unsubscribeAll") is True or bool(_left(new) - _left(old))


def _left(preferences: dict[str, Any]) -> set[str]:
    kinds = objects(preferences, "topicSubscriptionStatus")
    return {
        words(one, "topicName") for one in kinds if words(one, "subscriptionStatus") == "OptOut"
    }


def _is_an_answer(bounce: dict[str, Any], person: dict[str, Any]) -> bool:
    """Did a robot answer, such as an out-of-office? SES calls that a bounce for now.

    Nothing else tells it from one: no mail server has reported, and SES found no reason either.
    """
    is_reported = any(words(person, name) for name in _OF_A_REPORT)
    is_gone = words(bounce, "bounceType") == "Permanent"
    return not is_reported and not is_gone and words(bounce, "bounceSubType") in _NO_REASON


def _event(said: dict[str, Any], key: str, kind: EventKind, person: dict[str, Any]) -> Event:
    mail, text = inner(said, "mail"), words(person, "diagnosticCode")
    message_ids = [
        words(header, "value")
        for header in objects(mail, "headers")
        if words(header, "name").lower() == "message-id"
    ]
    return Event(
        source="ses",
        key=key,
        kind=kind,
        address=words(person, "emailAddress"),
        code=blaming.code_in(text),
        text=text,
        return_paths=(words(mail, "source"),),
        letter_ids=letter_ids(*message_ids, words(inner(mail, "commonHeaders"), "messageId")),
    )


def _kind(bounce: dict[str, Any], person: dict[str, Any]) -> blaming.BounceKind:
    text = words(person, "diagnosticCode")
    status = blaming.status_in(words(person, "status")) or blaming.status_in(text)
    if words(bounce, "bounceSubType") in _OUR_FAULT:
        return "policy"
    is_gone = words(bounce, "bounceType") == "Permanent"
    return blaming.kind_told(blaming.code_in(text), status, is_gone=is_gone)
