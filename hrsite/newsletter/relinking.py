"""A reader gets other links: those that lie about, or that a stranger has, open nothing more."""

from datetime import datetime

from sqlalchemy.orm import Session

from hrsite import tokens
from hrsite.newsletter.models import Subscriber
from hrsite.outbox import settling


def renew_private_links(session: Session, subscriber: Subscriber, now: datetime) -> None:
    """Give a person other links but the one to leave: those she had open nothing from now on.

    Letters that a worker has claimed have the old ones in them, so it claims them anew.
    """
    for purpose in ("settings", "confirm"):
        token = tokens.new_token()
        subscriber.recipient.links = {**subscriber.links, purpose: token}
        setattr(subscriber, f"{purpose}_hash", tokens.fingerprint(token))
    settling.free_claims_of(session, subscriber.recipient.id, now)
