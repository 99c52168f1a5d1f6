"""Somebody typed an address into a public form: keep it, and answer it by mail or not at all.

The form keeps the same row for every address. What becomes of it is decided by the worker, so
neither the page nor the time it takes tells anybody who is on the list.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import addresses
from hrsite.newsletter import consent, letters, subscribing, trying
from hrsite.newsletter.models import (
    SignupRequest,
    Subscriber,
    Subscription,
    SubscriptionState,
    Topic,
)
from hrsite.outbox import enqueue, history, suppression

# So many letters may a stranger set off by typing somebody's address.
LETTER_LIMITS = ((timedelta(hours=24), 1), (timedelta(days=30), 3))
# And so many when mail to the address came back, or its owner complained of one.
CLOSED_LIMITS = ((timedelta(days=30), 1),)
# Of letters that are no stranger's doing the limits take no notice.
NOT_BY_STRANGERS = (trying.TEST, letters.WELCOME)
UNCONFIRMED, UNSUBSCRIBED = SubscriptionState.UNCONFIRMED, SubscriptionState.UNSUBSCRIBED


def request_signup(session: Session, typed: str, topics: Iterable[Topic], now: datetime) -> None:
    """Keep what a form asked for, until the worker answers it. The same work for any address.

    Raises addresses.BadAddress.
    """
    _request(session, "signup", typed, topics, now)


def request_link(session: Session, typed: str, now: datetime) -> None:
    """Keep somebody's wish for their settings link. Raises addresses.BadAddress."""
    _request(session, "link", typed, (), now)


def _request(
    session: Session, kind: str, typed: str, topics: Iterable[Topic], now: datetime
) -> None:
    session.add(
        SignupRequest(
            kind=kind,
            address=addresses.check(typed).typed,
            topics=" ".join(topics),
            words_version=consent.CONSENT_VERSION,
            asked_at=now,
        )
    )


def waiting(session: Session) -> list[int]:
    """The numbers of the requests that have not been answered, oldest first."""
    return list(session.scalars(select(SignupRequest.id).order_by(SignupRequest.id)))


def answer(session: Session, request_id: int, now: datetime) -> None:
    """Turn a request into a letter, or into nothing; another worker's request is left to it."""
    request = session.scalar(
        select(SignupRequest)
        .where(SignupRequest.id == request_id)
        .with_for_update(skip_locked=True)
    )
    if request is None:
        return
    address = addresses.check(request.address)
    subscriber = subscribing.find_by_key(session, subscribing.key_of(address))
    if request.kind == "signup":
        wanted = [Topic(word) for word in request.topics.split()]
        _answer_signup(session, subscriber, address, wanted, request.words_version, now)
    elif subscriber is not None:
        _write_to(session, subscriber, "link", now)
    session.delete(request)


def _answer_signup(
    session: Session,
    subscriber: Subscriber | None,
    address: addresses.Address,
    wanted: list[Topic],
    words_version: str,
    now: datetime,
) -> None:
    subscriber = subscriber or subscribing.new_subscriber(session, address, now)
    held = {subscription.topic: subscription for subscription in subscriber.subscriptions}
    for topic in wanted:
        if topic not in held:
            held[topic] = Subscription(topic=topic, state=UNCONFIRMED, changed_at=now)
            subscriber.subscriptions.append(held[topic])
        elif held[topic].state == UNSUBSCRIBED:
            subscribing.set_state(held[topic], UNCONFIRMED, now)
        consent.note(session, subscriber.address_key, "asked", topic, "form", now, words_version)
    session.flush()
    is_open = any(subscription.state == UNCONFIRMED for subscription in held.values())
    # A closed address is opened by its owner's yes alone, whatever they had said yes to before.
    is_closed = suppression.is_suppressed(session, subscriber.address_key)
    _write_to(session, subscriber, "confirm" if is_open or is_closed else "already", now)


def _write_to(session: Session, subscriber: Subscriber, letter: str, now: datetime) -> None:
    if may_write_to(session, subscriber, now):
        letters.put_personal(session, letter, subscriber, now)


def may_write_to(session: Session, subscriber: Subscriber, now: datetime) -> bool:
    """Is a letter still within LETTER_LIMITS, or CLOSED_LIMITS?"""
    return may_write_to_key(session, subscriber.address_key, now)


def may_write_to_key(session: Session, address_key: str, now: datetime) -> bool:
    """The same of an address that belongs to nobody yet."""
    is_closed = suppression.is_suppressed(session, address_key)
    return all(
        history.letter_count(
            session, address_key, enqueue.TRANSACTIONAL, now - span, besides=NOT_BY_STRANGERS
        )
        < most
        for span, most in (CLOSED_LIMITS if is_closed else LETTER_LIMITS)
    )
