"""Calls as mail services make them, signed with keys of our own. Shapes from their public pages."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite.outbox.models import Suppression
from hrsite.outbox.models_bouncing import Bounce

TOPIC = "arn:aws:sns:eu-central-1:123456789012:bounces"
SECRET = "a-long-webhook-secret"
SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type",
    ),
}  # fmt: skip


class Amazon:
    """Signs as SNS does; `certificate` is what the keeper keeps in a file."""

    def __init__(self, folder: Path, now: datetime, days: int = 30) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=60))
            .not_valid_after(now + timedelta(days=days))
            .sign(self._key, hashes.SHA256())
        )
        self.certificate = folder / f"sns-{made.serial_number}.pem"
        self.certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))

    def call(self, message: dict[str, Any] | str, version: str = "2", **changes: Any) -> bytes:
        """One signed call."""
        said = {
            "Type": "Notification",
            "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
            "TopicArn": TOPIC,
            "Message": message if isinstance(message, str) else json.dumps(message),
            "Timestamp": "2026-06-02T14:00:00.000Z",
            "SignatureVersion": version,
            "SigningCertURL": "https://sns.eu-central-1.amazonaws.com/x.pem",
        } | changes
        names = SIGNED[said["Type"]]
        text = "".join(f"{name}\n{said[name]}\n" for name in names if name in said)
        algorithm = hashes.SHA1() if version == "1" else hashes.SHA256()  # noqa: S303 - as they do
        signature = self._key.sign(text.encode(), padding.PKCS1v15(), algorithm)
        said["Signature"] = base64.b64encode(signature).decode()
        return json.dumps(said).encode()

    def asks_to_be_let_in(self, link: str) -> bytes:
        """The first call of all, before any news."""
        words = "You have chosen to subscribe to the topic."
        return self.call(words, Type="SubscriptionConfirmation", SubscribeURL=link, Token="t" * 64)


def ses_bounce(
    address: str,
    status: str = "5.1.1",
    kind: str = "Permanent",
    sub_type: str = "General",
    source: str = "coach@example.com",
    message_id: str = "",
    feedback_id: str = "0100-bounce",
) -> dict[str, Any]:
    """What SES says of a letter that came back."""
    headers = [{"name": "Message-ID", "value": message_id}] if message_id else []
    return {
        "notificationType": "Bounce",
        "bounce": {
            "bounceType": kind,
            "bounceSubType": sub_type,
            "feedbackId": feedback_id,
            "timestamp": "2026-06-02T14:00:00.000Z",
            "bouncedRecipients": [
                {
                    "emailAddress": address,
                    "action": "failed",
                    "status": status,
                    "diagnosticCode": f"smtp; 550 {status} <{address}>: no",
                }
            ],
        },
        "mail": {"source": source, "headers": headers, "destination": [address]},
    }


def ses_without_report(
    address: str, kind: str, sub_type: str, feedback_id: str = "0100-bounce"
) -> dict[str, Any]:
    """What SES says of a letter that something answered, without a report of a mail server's."""
    told = ses_bounce(address, kind=kind, sub_type=sub_type, feedback_id=feedback_id)
    told["bounce"]["bouncedRecipients"] = [{"emailAddress": address}]
    return told


def ses_complaint(address: str, kind: str = "abuse") -> dict[str, Any]:
    """What SES says of a complaint."""
    return {
        "eventType": "Complaint",
        "complaint": {
            "feedbackId": "0100-complaint",
            "complaintFeedbackType": kind,
            "complainedRecipients": [{"emailAddress": address}],
        },
        "mail": {"source": "coach@example.com"},
    }


def ses_preferences(*left: str, everything: bool = False) -> dict[str, Any]:
    """Which kinds of a list that SES manages somebody has left, and whether all."""
    kinds = [
        {"topicName": name, "subscriptionStatus": "OptOut" if name in left else "OptIn"}
        for name in ("one", "two")
    ]
    return {"unsubscribeAll": everything, "topicSubscriptionStatus": kinds}


def ses_subscription(address: str, new: dict[str, Any], old: dict[str, Any]) -> dict[str, Any]:
    """What SES says when a reader chose at a list that it manages."""
    return {
        "eventType": "Subscription",
        "mail": {"source": "coach@example.com", "messageId": "0100-mail", "destination": [address]},
        "subscription": {
            "contactList": "readers",
            "timestamp": "2026-06-02T14:00:00.000Z",
            "source": "UnsubscribeHeader",
            "newTopicPreferences": new,
            "oldTopicPreferences": old,
        },
    }


def ses_taken(address: str, source: str, what: str = "Delivery") -> dict[str, Any]:
    """What SES says of a letter that it took ("Send"), or that their server took."""
    mail = {"source": source, "messageId": "0100-mail", "destination": [address]}
    return {"eventType": what, what.lower(): {}, "mail": mail}


def postmark(
    kind: str, address: str, number: int = 42, details: str = "smtp;550 5.1.1 no"
) -> bytes:
    """One call of Postmark's."""
    record = "SpamComplaint" if kind == "SpamComplaint" else "Bounce"
    return json.dumps(
        {
            "RecordType": record,
            "ID": number,
            "Type": kind,
            "Email": address,
            "Details": details,
            "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
            "BouncedAt": "2026-06-02T14:00:00Z",
        }
    ).encode()


def postmark_change(address: str, **changes: Any) -> bytes:
    """Postmark's call when a reader pressed the link that it puts into letters."""
    return json.dumps(
        {
            "RecordType": "SubscriptionChange",
            "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
            "MessageStream": "broadcast",
            "ChangedAt": "2026-06-02T14:00:00Z",
            "Recipient": address,
            "Origin": "Recipient",
            "SuppressSending": True,
            "SuppressionReason": "ManualSuppression",
        }
        | changes
    ).encode()


def basic(password: str, name: str = "postmark") -> dict[str, str]:
    """The header of basic authentication."""
    return {"Authorization": f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}"}


def mailgun(
    signing_key: str,
    address: str,
    now: datetime,
    token: str = "t" * 50,
    message_id: str = "",
    **changes: Any,
) -> bytes:
    """One signed call of Mailgun's."""
    stamp = str(int(now.astimezone(UTC).timestamp()))
    signature = hmac.digest(signing_key.encode(), f"{stamp}{token}".encode(), "sha256").hex()
    return json.dumps(
        {
            "signature": {"timestamp": stamp, "token": token, "signature": signature},
            "event-data": {
                "id": "G9Bn5sl1TC6nu79C8C0bwg",
                "event": "failed",
                "severity": "permanent",
                "reason": "bounce",
                "recipient": address,
                "delivery-status": {
                    "code": 550,
                    "enhanced-code": "5.1.1",
                    "message": f"5.1.1 <{address}> no",
                },
                "message": {"headers": {"message-id": message_id}},
            }
            | changes,
        }
    ).encode()


def noted(session: Session) -> list[tuple[str, str]]:
    """Who told of what, oldest first."""
    return [(one.source, one.kind) for one in session.scalars(select(Bounce).order_by(Bounce.id))]


def closed(session: Session) -> list[str]:
    """For which reasons addresses are closed."""
    return [one.kind for one in session.scalars(select(Suppression))]
