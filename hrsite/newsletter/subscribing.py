"""Confirm, choose, pause, unsubscribe: each writes consent."""

from collections.abc import Collection, Mapping
from datetime import datetime

from flask import current_app
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from hrsite import addresses, clock, tokens
from hrsite.newsletter import calling_back, consent, ending, leavings, rhythm
from hrsite.newsletter.models import (
    Cadence,
    ConsentEvent,
    FollowUp,
    Issue,
    Subscriber,
    Subscription,
    SubscriptionState,
    Topic,
)
from hrsite.newsletter.models_asking import AskedLetter
from hrsite.outbox import enqueue, recipients, suppression, turns
from hrsite.outbox.models import Recipient
from hrsite.sealing import Seal

PURPOSES = ("confirm", "settings", "unsubscribe")
CONFIRMED, UNCONFIRMED, UNSUBSCRIBED = (
    SubscriptionState.CONFIRMED,
    SubscriptionState.UNCONFIRMED,
    SubscriptionState.UNSUBSCRIBED,
)


def confirm(session: Session, token: str, now: datetime) -> tuple[Subscriber, bool] | None:
    """Say yes to all that waits for it; the person, and whether it was said before.

    None when no such link was ever sent, or when nothing waits and nothing is confirmed.
    """
    # Whoever is being forgotten at this moment, for she had not said yes, is gone when it is over.
    subscriber = find_and_hold(session, "confirm", token)
    if subscriber is None:
        return None
    waiting = [held for held in subscriber.subscriptions if held.state == UNCONFIRMED]
    if waiting:
        _take_yes(session, subscriber, waiting, "confirmed", "letter", now)
    if not chosen_topics(subscriber):
        return None
    _note_yes(session, subscriber, now)
    # Their own yes, by a letter that arrived: whatever closed the address is over.
    suppression.lift(session, subscriber.address_key, now)
    return subscriber, not waiting


def _take_yes(
    session: Session,
    subscriber: Subscriber,
    wished: list[Subscription],
    kind: str,
    how: str,
    now: datetime,
) -> bool:
    """Let a person have these letters; was it her first yes? Then a welcome is owed to her."""
    was_waiting = any(held.state == UNCONFIRMED for held in subscriber.subscriptions)
    is_first = was_waiting and not _said_yes_before(session, subscriber)
    if is_first:
        subscriber.welcome_at = now
    if not chosen_topics(subscriber):
        # A pause was of the letters that she had then left: who asks anew wants what is new.
        go_on(session, subscriber, now, how)
    left, folder = consent.leavings(session, subscriber.address_key), current_app.config["DATA_DIR"]
    back = [held.topic for held in wished if held.topic in left]
    leavings.note_back(folder, subscriber.unsubscribe_hash, back, now)
    for subscription in wished:
        set_state(subscription, CONFIRMED, now)
        consent.note(session, subscriber.address_key, kind, subscription.topic, how, now)
    _note_yes(session, subscriber, now)
    return is_first


def _note_yes(session: Session, subscriber: Subscriber, now: datetime) -> None:
    """It was no machine that typed this address."""
    session.execute(
        update(AskedLetter)
        .where(AskedLetter.subscriber_id == subscriber.id, AskedLetter.confirmed_at.is_(None))
        .values(confirmed_at=now)
    )


def _said_yes_before(session: Session, subscriber: Subscriber) -> bool:
    """Here, or where the list they came with is from. Whoever leaves has said it once, too."""
    yes = select(ConsentEvent.id).where(
        ConsentEvent.address_key == subscriber.address_key,
        ConsentEvent.kind.in_(("confirmed", "chosen", "brought", "unsubscribed")),
    )
    return bool(chosen_topics(subscriber)) or session.scalar(yes.limit(1)) is not None


def choose(
    session: Session, subscriber: Subscriber, wanted: set[Topic], how: str, now: datetime
) -> None:
    """Make a person's confirmed topics exactly these; letters for the others are called back.

    Twenty presses at the same moment wait for each other, and nineteen find nothing to do.
    """
    if hold(session, subscriber.id) is None:
        return  # Erased at this moment: nothing comes any more.
    held = {subscription.topic: subscription for subscription in subscriber.subscriptions}
    for topic in wanted:
        if topic not in held:
            held[topic] = Subscription(topic=topic, state=UNSUBSCRIBED, changed_at=now)
            subscriber.subscriptions.append(held[topic])
    wished = [held[topic] for topic in wanted if held[topic].state != CONFIRMED]
    if wished and _take_yes(session, subscriber, wished, "chosen", how, now):
        # Until now only letters that somebody asked for went there: the link came in one of them.
        suppression.lift(session, subscriber.address_key, now)
    elif wished:
        # They ask for letters again, so a complaint is over; that mail arrives is not shown.
        suppression.lift_complaint(session, subscriber.address_key)
    dropped = [held[topic] for topic in held if topic not in wanted]
    ending.end(session, subscriber, dropped, how, now)


def choose_discreet(session: Session, subscriber: Subscriber, wanted: bool, now: datetime) -> None:
    """From now on, letters that tell an onlooker nothing, or the whole ones again."""
    if subscriber.is_discreet != wanted:
        subscriber.is_discreet, kind = wanted, "plain" if wanted else "whole"
        consent.note(session, subscriber.address_key, kind, None, "settings", now)
        folder = current_app.config["DATA_DIR"]
        leavings.note_looks(folder, subscriber.unsubscribe_hash, wanted, now)
    enqueue.reword(session, subscriber.address_key, wanted)


def choose_cadence(
    session: Session, subscriber: Subscriber, cadence: Cadence, now: datetime
) -> None:
    """How often a person gets articles from now on. What is owed to her already still comes."""
    turns.before_a_change(session)  # Where a list is written down she is counted in one place.
    if subscriber.cadence != cadence:
        subscriber.cadence = cadence
        consent.note(session, subscriber.address_key, cadence.value, None, "settings", now)


def choose_reminders(session: Session, subscriber: Subscriber, wanted: bool, now: datetime) -> None:
    """A letter a day before each session, or no more of them; one that waits is called back."""
    if subscriber.wants_reminders != wanted:
        subscriber.wants_reminders = wanted
        kind = "reminders" if wanted else "no_reminders"
        consent.note(session, subscriber.address_key, kind, None, "settings", now)
    if not wanted:
        reminders = select(Issue.message_id).where(Issue.follow_up == FollowUp.REMINDER)
        enqueue.withdraw_of(session, subscriber.address_key, reminders, now)


def pause(session: Session, subscriber: Subscriber, months: int, now: datetime) -> None:
    """Write nothing to a person for so many months; letters that wait for her are called back."""
    subscriber.paused_until = rhythm.months_later(now, months, clock.zone())
    consent.note(session, subscriber.address_key, "paused", None, "settings", now)
    enqueue.withdraw(session, subscriber.address_key, list(Topic), now)
    calling_back.welcome(session, subscriber, now)


def go_on(session: Session, subscriber: Subscriber, now: datetime, how: str = "settings") -> None:
    """End a person's pause before its time."""
    if subscriber.is_paused(now):
        subscriber.paused_until = now
        consent.note(session, subscriber.address_key, "went_on", None, how, now)


def paused_until(subscriber: Subscriber, now: datetime) -> datetime | None:
    """When the letters she gets come again; nothing when she gets none, or has not paused them."""
    is_paused = subscriber.is_paused(now) and chosen_topics(subscriber)
    return subscriber.paused_until if is_paused else None


def unsubscribe(session: Session, subscriber: Subscriber, how: str, now: datetime) -> None:
    """Leave everything; in the same transaction, call back every letter that still waits."""
    choose(session, subscriber, set(), how, now)


def leave_as_of(
    session: Session, subscriber: Subscriber, topics: Collection[Topic], how: str, at: datetime
) -> None:
    """Leave these as of a moment that is past; what changed since then stays as it is."""
    if hold(session, subscriber.id) is not None:
        ended = [held for held in subscriber.subscriptions if held.topic in topics]
        ending.end(session, subscriber, [one for one in ended if one.changed_at <= at], how, at)


def chosen_topics(subscriber: Subscriber) -> list[Topic]:
    """What a person gets now."""
    return [held.topic for held in subscriber.subscriptions if held.state == CONFIRMED]


def find(session: Session, purpose: str, token: str) -> Subscriber | None:
    """The person a link belongs to. A token of another purpose finds nobody."""
    if purpose not in PURPOSES or not tokens.is_token_shaped(token):
        return None
    return find_by_fingerprint(session, purpose, tokens.fingerprint(token))


def find_by_fingerprint(session: Session, purpose: str, fingerprint: str) -> Subscriber | None:
    """The person whose link for a purpose has this fingerprint."""
    return _find(session, getattr(Subscriber, f"{purpose}_hash") == fingerprint)


def find_by_address(session: Session, typed: str) -> Subscriber | None:
    """The person with exactly this address. Raises addresses.BadAddress."""
    return find_by_key(session, key_of(addresses.check(typed)))


def find_by_key(session: Session, address_key: str) -> Subscriber | None:
    """The person whose address has this keyed hash."""
    return _find(session, Subscriber.id == recipients.number_of(address_key))


def hold(session: Session, subscriber_id: int) -> Subscriber | None:
    """A person as she is now, closed to others until the transaction ends; None: she is gone.

    Not her key: who writes an article down that is owed to her looks at that, and need not wait.
    """
    found = session.scalar(
        select(Subscriber)
        .where(Subscriber.id == subscriber_id)
        .with_for_update(of=Subscriber, key_share=True)
        .execution_options(populate_existing=True)
    )
    if found is not None:
        # Read after her row is ours: her letters may go elsewhere since we began to wait for it.
        session.refresh(found.recipient)
    return found


def find_and_hold(session: Session, purpose: str, token: str) -> Subscriber | None:
    """The person a link belongs to, for whoever changes something of hers; closed to others.

    Of two presses at the same moment the second one sees what the first has done: she may be
    erased, or have other links, by then.
    """
    found = find(session, purpose, token)
    held = hold(session, found.id) if found else None
    is_hers = held is not None and _link_hash(held, purpose) == tokens.fingerprint(token)
    return held if is_hers else None


def hold_by_key(session: Session, address_key: str) -> Subscriber | None:
    """The same of the person whose address has this keyed hash, and still has it then."""
    found = find_by_key(session, address_key)
    held = hold(session, found.id) if found else None
    return held if held is not None and held.address_key == address_key else None


def _link_hash(subscriber: Subscriber, purpose: str) -> str:
    return str(getattr(subscriber, f"{purpose}_hash"))


def _find(session: Session, condition: ColumnElement[bool]) -> Subscriber | None:
    return session.scalar(select(Subscriber).where(condition))


def new_subscriber(session: Session, address: addresses.Address, now: datetime) -> Subscriber:
    """A person with links of their own, and with nothing asked for yet."""
    known = recipients.among(session, [key_of(address)])
    subscriber = fresh_subscriber(address, now, known)
    session.add(subscriber)
    session.flush()
    return subscriber


def fresh_subscriber(
    address: addresses.Address, now: datetime, known: Mapping[str, Recipient]
) -> Subscriber:
    """The same, of whom the database does not know yet; `known` are those it has written to."""
    links, key = {purpose: tokens.new_token() for purpose in PURPOSES}, key_of(address)
    recipient = known.get(key) or Recipient(address_key=key)
    recipient.address, recipient.links = address.typed, links
    return Subscriber(
        recipient=recipient,
        created_at=now,
        **{f"{purpose}_hash": tokens.fingerprint(token) for purpose, token in links.items()},
    )


def set_state(subscription: Subscription, state: SubscriptionState, now: datetime) -> None:
    """Move a person's link to one topic."""
    subscription.state, subscription.changed_at = state, now


def key_of(address: addresses.Address) -> str:
    """The keyed hash that finds an address again."""
    seal: Seal = current_app.extensions["seal"]
    return seal.keyed_hash(address.key)
