"""The welcome letter: once, after a person first said yes; and one reminder before that."""

from datetime import datetime, timedelta

from flask import current_app, render_template
from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from hrsite.newsletter import guarding, letters, subscribing
from hrsite.newsletter.models import Subscriber, Subscription, SubscriptionState
from hrsite.newsletter.models_welcome import WelcomeWords
from hrsite.outbox.enqueue import PATIENCE, Envelope, put_delivery, put_message
from hrsite.outbox.models import TRANSACTIONAL
from hrsite.texts import markup

# An unanswered confirmation is asked about once more, after a day and before two.
REMIND_AFTER, REMIND_BEFORE = timedelta(hours=24), timedelta(hours=48)
UNCONFIRMED = SubscriptionState.UNCONFIRMED


class StaleWords(Exception):
    """The letter was saved elsewhere since this form was opened. `theirs` is how it stands now."""

    def __init__(self, theirs: WelcomeWords) -> None:
        super().__init__(theirs.version)
        self.theirs = theirs


def words(session: Session) -> WelcomeWords:
    """What the letter says now: hers, or ours as long as she has not written any."""
    kept = session.scalar(select(WelcomeWords).order_by(WelcomeWords.id).limit(1))
    return kept or _ours()


def save(
    session: Session, is_on: bool, body_html: str, version: int, now: datetime
) -> WelcomeWords:
    """Write her words down, and whether the letter goes out at all. Raises StaleWords."""
    kept = session.scalar(select(WelcomeWords).order_by(WelcomeWords.id).with_for_update())
    kept = kept or _ours()
    if kept.version != version:
        raise StaleWords(kept)
    kept.is_on, kept.body_html, kept.updated_at = is_on, markup.clean(body_html), now
    kept.version += 1
    session.add(kept)
    session.flush()
    return kept


def _ours() -> WelcomeWords:
    ours = render_template("email/welcome/ours.html")
    return WelcomeWords(is_on=True, body_html=markup.clean(ours), version=0)


def to_welcome(session: Session) -> list[int]:
    """People who have just said yes for the first time, oldest first."""
    owed = select(Subscriber.id).where(Subscriber.welcome_at.is_not(None))
    return list(session.scalars(owed.order_by(Subscriber.welcome_at, Subscriber.id)))


def welcome(session: Session, subscriber_id: int, now: datetime) -> None:
    """Write the welcome letter, unless it is off or she has left already."""
    subscriber, said = subscribing.hold(session, subscriber_id), words(session)
    if subscriber is None or subscriber.welcome_at is None:
        return
    subscriber.welcome_at = None
    if said.is_on and subscribing.chosen_topics(subscriber):
        letter = letters.welcome(said.body_html, current_app.config["BASE_URL"])
        # By the address, not by the row: once, also for somebody who was forgotten and came back,
        # as long as her first one is known.
        envelope = Envelope(
            f"{letters.WELCOME}{subscriber.address_key}", TRANSACTIONAL, now + PATIENCE
        )
        discreet = letters.discreet_welcome(letter.mark)
        message = put_message(session, envelope, letter, now, discreet)
        if message is not None:
            address, key = subscriber.address, subscriber.address_key
            plain = subscriber.is_discreet
            put_delivery(session, message, address, key, subscriber.links, now, is_discreet=plain)


def to_remind(session: Session, now: datetime) -> list[int]:
    """People who asked a day ago and have not answered, and were not reminded of it.

    Nobody while it seems that a machine types in addresses: one letter is too much already.
    """
    if guarding.strain(session, now).is_doubtful:
        return []
    silent = exists().where(
        Subscription.subscriber_id == Subscriber.id,
        Subscription.state == UNCONFIRMED,
        Subscription.changed_at <= now - REMIND_AFTER,
        Subscription.changed_at > now - REMIND_BEFORE,
        or_(Subscriber.reminded_at.is_(None), Subscriber.reminded_at < Subscription.changed_at),
    )
    return list(session.scalars(select(Subscriber.id).where(silent).order_by(Subscriber.id)))


def remind(session: Session, subscriber_id: int, now: datetime) -> None:
    """Ask once more, within the limits that hold for any letter a stranger can set off."""
    subscriber = subscribing.hold(session, subscriber_id)
    if subscriber is None or not guarding.may_write_to(session, subscriber.address_key, now):
        return
    waiting = [held for held in subscriber.subscriptions if held.state == UNCONFIRMED]
    since = max((held.changed_at for held in waiting), default=None)
    if since is None or (subscriber.reminded_at and subscriber.reminded_at >= since):
        return  # Answered, or reminded by another worker, in this very moment.
    subscriber.reminded_at = now
    letters.put_personal(session, "reminder", subscriber, now)
