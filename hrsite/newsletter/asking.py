"""Somebody typed an address into a public form: keep it, and answer it by mail or not at all.

The form keeps the same row for every address. What becomes of it is decided by the worker, so
neither the page nor the time it takes tells anybody who is on the list.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, extract, func, select
from sqlalchemy.orm import Session

from hrsite import addresses
from hrsite.columns import changed_rows, is_one_of
from hrsite.newsletter import consent, guarding, lapsing, letters, subscribing
from hrsite.newsletter.models import (
    Subscriber,
    Subscription,
    SubscriptionState,
    Topic,
)
from hrsite.newsletter.models_asking import SignupRequest
from hrsite.outbox import suppression

# For each letter that may still be written, so many are looked at: most of a flood come to nothing.
FOR_EACH_LETTER = 4
HOUR_SECONDS = 3600
UNCONFIRMED, UNSUBSCRIBED = SubscriptionState.UNCONFIRMED, SubscriptionState.UNSUBSCRIBED


def request_signup(
    session: Session, typed: str, topics: Iterable[Topic], network: str, now: datetime
) -> None:
    """Keep what a form asked for, until the worker answers it. The same work for any address.

    Raises addresses.BadAddress.
    """
    _request(session, "signup", typed, topics, network, now)


def request_link(session: Session, typed: str, network: str, now: datetime) -> None:
    """Keep somebody's wish for their settings link. Raises addresses.BadAddress."""
    _request(session, "link", typed, (), network, now)


def _request(
    session: Session,
    kind: str,
    typed: str,
    topics: Iterable[Topic],
    network: str,
    now: datetime,
) -> None:
    address = addresses.check(typed).typed
    turn = guarding.turn(session, network, now)
    session.add(
        SignupRequest(
            kind=kind,
            address=address,
            topics=" ".join(topics),
            words_version=consent.CONSENT_VERSION,
            asked_at=now,
            turn=turn,
            due_at=guarding.due_at(turn, now),
        )
    )


def due(session: Session, now: datetime, besides: Collection[int] = ()) -> list[int]:
    """The numbers of the next requests to answer: the first of each network before the second of
    any. None while so many letters were written that the others wait.

    `besides` were tried just now: as many that cannot be answered keep nobody behind them waiting.
    """
    most = guarding.strain(session, now).left * FOR_EACH_LETTER
    next_ones = (
        select(SignupRequest.id)
        .where(SignupRequest.due_at <= now, ~is_one_of(SignupRequest.id, besides))
        .order_by(SignupRequest.turn, SignupRequest.id)
        .limit(most)
    )
    return list(session.scalars(next_ones))


def answer(session: Session, request_id: int, now: datetime) -> None:
    """Turn a request into a letter, or into nothing; another worker's request is left to it, and
    so is one for whose letter there is no room now.
    """
    guarding.one_at_a_time(session)
    if not guarding.strain(session, now).left:
        return
    request = session.scalar(
        select(SignupRequest)
        .where(SignupRequest.id == request_id)
        .with_for_update(skip_locked=True)
    )
    if request is None:
        return
    address = addresses.check(request.address)
    key = subscribing.key_of(address)
    if suppression.is_for_good(session, key):
        # Erased, and never to be written to: not even a row is made.
        session.delete(request)
        return
    # She may say yes, leave or be erased at this moment: what she does must not be overwritten.
    subscriber = subscribing.hold_by_key(session, key)
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
    key = subscribing.key_of(address)
    if subscriber is None and not guarding.may_write_to(session, key, now):
        return  # No letter could tell its owner, so the address is not kept.
    subscriber = subscriber or subscribing.new_subscriber(session, address, now)
    held = {subscription.topic: subscription for subscription in subscriber.subscriptions}
    for topic in wanted:
        if topic not in held:
            held[topic] = Subscription(topic=topic, state=UNCONFIRMED, changed_at=now)
            subscriber.subscriptions.append(held[topic])
        elif held[topic].state == UNSUBSCRIBED:
            consent.keep_leaving(session, subscriber.address_key, held[topic])
            subscribing.set_state(held[topic], UNCONFIRMED, now)
        consent.note(session, subscriber.address_key, "asked", topic, "form", now, words_version)
    session.flush()
    is_open = any(subscription.state == UNCONFIRMED for subscription in held.values())
    # A closed address is opened by its owner's yes alone, whatever they had said yes to before.
    is_closed = suppression.is_suppressed(session, subscriber.address_key)
    letter = "confirm" if is_open or is_closed else letters.already(subscriber, now)
    _write_to(session, subscriber, letter, now)


def _write_to(session: Session, subscriber: Subscriber, letter: str, now: datetime) -> None:
    if guarding.may_write_to(session, subscriber.address_key, now):
        letters.put_personal(session, letter, subscriber, now)
        is_to_confirm = letter == "confirm"
        if is_to_confirm:
            lapsing.begin_anew(subscriber, now)
        guarding.note_letter(session, subscriber, now, is_to_confirm=is_to_confirm)


def waiting(session: Session) -> dict[datetime, int]:
    """How many requests wait that were made in each hour, by the hour's beginning, in order."""
    seconds = extract("epoch", SignupRequest.asked_at)
    hours = session.execute(
        select((seconds - seconds % HOUR_SECONDS).label("hour"), func.count())
        .group_by("hour")
        .order_by("hour")
    )
    return {datetime.fromtimestamp(int(hour), UTC): count for hour, count in hours}


def forget(session: Session, hours: Iterable[datetime]) -> int:
    """Drop the requests made in these hours, unanswered; how many."""
    count = 0
    for hour in hours:
        within = (
            SignupRequest.asked_at >= hour,
            SignupRequest.asked_at < hour + timedelta(hours=1),
        )
        count += changed_rows(session.execute(delete(SignupRequest).where(*within)))
    return count
