"""Letters should go to another address: asked at the one, proved at the other, and told at both.

The page answers alike whoever the new address belongs to; what becomes of it the worker decides.
The person stays who she is: her choices, her proof of consent and what waits for her go along.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from hrsite import addresses, tokens
from hrsite.newsletter import consent, guarding, letters, subscribing
from hrsite.newsletter.models import ConsentEvent, Subscriber
from hrsite.newsletter.models_asking import AskedLetter
from hrsite.newsletter.models_moving import AddressChange
from hrsite.outbox import enqueue, forgetting, numbering, recipients, settling, suppression
from hrsite.outbox.models import TRANSACTIONAL, Delivery, Recipient

# So long the button at the new address works, and the one that takes it back at the old.
LASTS = timedelta(days=3)
MOST_A_DAY = 3
AT_ONCE = 100
SAME = "That is the address your letters go to now."
TOO_OFTEN = "You asked for this a few times today. Please try again tomorrow."


class NotNow(Exception):
    """It cannot be asked for. The message is for the person."""


def ask(session: Session, subscriber: Subscriber, typed: str, now: datetime) -> None:
    """Keep the wish, until the worker writes about it. Raises addresses.BadAddress and NotNow."""
    address = addresses.check(typed)
    if subscribing.key_of(address) == subscriber.address_key:
        raise NotNow(SAME)
    asked = select(func.count()).where(
        AskedLetter.subscriber_id == subscriber.id,
        AskedLetter.written_at > now - guarding.DAY,
        AskedLetter.is_to_confirm.is_(False),
    )
    if session.scalars(asked.select_from(AskedLetter)).one() >= MOST_A_DAY:
        raise NotNow(TOO_OFTEN)
    forget_of(session, subscriber.id, now)
    session.add(
        AddressChange(
            subscriber_id=subscriber.id,
            address=address.typed,
            # Of tokens that nobody has seen: the worker makes those that count.
            move_hash=tokens.fingerprint(tokens.new_token()),
            stop_hash=tokens.fingerprint(tokens.new_token()),
            asked_at=now,
        )
    )


def unwritten(session: Session) -> list[int]:
    """The wishes of which nobody has been told yet."""
    waiting = select(AddressChange.id).where(AddressChange.written_at.is_(None))
    return list(session.scalars(waiting.order_by(AddressChange.id)))


def write(session: Session, change_id: int, now: datetime) -> None:
    """Ask at the new address, and tell at the old one; another worker's is left to it."""
    change = session.scalar(
        select(AddressChange)
        .where(AddressChange.id == change_id, AddressChange.written_at.is_(None))
        .with_for_update(skip_locked=True)
    )
    if change is None:
        return
    subscriber = session.get_one(Subscriber, change.subscriber_id)
    move, stop = tokens.new_token(), tokens.new_token()
    change.move_hash, change.stop_hash = tokens.fingerprint(move), tokens.fingerprint(stop)
    change.written_at = now
    guarding.note_letter(session, subscriber, now, is_to_confirm=False)
    letters.put_personal(session, "moving", subscriber, now, {**subscriber.links, "stop": stop})
    address = addresses.check(change.address)
    key = subscribing.key_of(address)
    if suppression.is_for_good(session, key) or not guarding.may_write_to(session, key, now):
        return
    other = subscribing.find_by_key(session, key)
    if other is not None and subscribing.chosen_topics(other):
        letters.put_personal(session, letters.already(other, now), other, now)
    else:
        plain = subscriber.is_discreet
        letters.put_move(session, change.id, address, key, {"move": move}, now, is_discreet=plain)


def find(session: Session, purpose: str, token: str, now: datetime) -> AddressChange | None:
    """The change a letter's link belongs to, while it works. `purpose`: "move" or "stop"."""
    if not tokens.is_token_shaped(token):
        return None
    column = {"move": AddressChange.move_hash, "stop": AddressChange.stop_hash}[purpose]
    return session.scalar(
        select(AddressChange).where(
            column == tokens.fingerprint(token), AddressChange.asked_at > now - LASTS
        )
    )


def make(session: Session, change: AddressChange, now: datetime) -> bool:
    """The button at the new address: letters go there from now on. False: it is taken since.

    What waits for her goes there too. Her settings link is a new one, for the old one stands in
    letters at the old address; the link to leave works from every letter she ever got.
    """
    if change.done_at is not None:
        return True
    subscriber = session.get_one(Subscriber, change.subscriber_id)
    former = subscriber.address
    if not _go_to(session, subscriber, addresses.check(change.address), now):
        return False
    change.former_address, change.done_at = former, now
    return True


def stop(session: Session, change: AddressChange, now: datetime) -> bool:
    """The button at the old address: it was not she. Nothing comes of it, or all is put back.

    False when the old address belongs to somebody else since.
    """
    subscriber = session.get_one(Subscriber, change.subscriber_id)
    if change.done_at is not None and change.former_address:
        if not _go_to(session, subscriber, addresses.check(change.former_address), now):
            return False
    else:
        # Whoever asked for it had her link.
        subscribing.renew_private_links(subscriber)
    session.delete(change)
    return True


def former_keys(session: Session, address_key: str) -> dict[str, datetime]:
    """Where the letters of the person at an address went before, and until when."""
    moved = (
        select(ConsentEvent.former_key, func.max(ConsentEvent.happened_at))
        .where(
            ConsentEvent.address_key == address_key,
            ConsentEvent.former_key != address_key,
        )
        .group_by(ConsentEvent.former_key)
    )
    return {key: until for key, until in session.execute(moved) if key is not None}


def has_moved_since(session: Session, address_key: str, moment: datetime) -> bool:
    """Did the person at an address come to it from another one after a moment?"""
    moved = select(ConsentEvent.id).where(
        ConsentEvent.address_key == address_key,
        ConsentEvent.kind == "moved",
        ConsentEvent.happened_at > moment,
    )
    return session.scalar(moved.limit(1)) is not None


def forget_old(session: Session, now: datetime) -> None:
    """Drop what has had its time, and the addresses that were never proved."""
    for change in session.scalars(
        select(AddressChange).where(AddressChange.asked_at <= now - LASTS).limit(AT_ONCE)
    ).all():
        forget(session, change, now)


def forget_of(session: Session, subscriber_id: int, now: datetime) -> None:
    """Drop a person's wish: she is erased."""
    whose = AddressChange.subscriber_id == subscriber_id
    change = session.scalar(select(AddressChange).where(whose))
    if change is not None:
        forget(session, change, now)


def forget(session: Session, change: AddressChange, now: datetime) -> None:
    """Drop one wish; of an address where nobody gets letters only the keyed hash stays."""
    if change.done_at is None and change.written_at is not None:
        key = subscribing.key_of(addresses.check(change.address))
        if subscribing.find_by_key(session, key) is None:
            enqueue.blank(session, key, now)
    session.delete(change)
    session.flush()


def _go_to(
    session: Session, subscriber: Subscriber, address: addresses.Address, now: datetime
) -> bool:
    """Give a person another address, if nobody gets letters there."""
    old, new = subscriber.address_key, subscribing.key_of(address)
    other = subscribing.find_by_key(session, new)
    if other is not None and subscribing.chosen_topics(other):
        return False
    _make_room(session, new, other, subscriber.id, now)
    recipient = subscriber.recipient
    recipient.address, recipient.address_key = address.typed, new
    session.flush()
    session.execute(
        update(ConsentEvent).where(ConsentEvent.address_key == old).values(address_key=new)
    )
    # Her proof is whole at the new address; at the old one only that she left it is known.
    consent.note(session, old, "unsubscribed", None, "settings", now)
    consent.note(session, new, "moved", None, "letter", now, former_key=old)
    subscribing.renew_private_links(subscriber)
    # A letter arrived there, and its owner pressed the button. What comes back from now on of
    # letters to the old address must not close the new one; and none goes to the old one any more.
    suppression.lift(session, new, now)
    suppression.note_opened(session, new, now)
    settling.free_claims_of(session, recipient.id, now)
    return True


def _make_room(
    session: Session, key: str, other: Subscriber | None, recipient_id: int, now: datetime
) -> None:
    """Whoever had left there, or never said yes, makes room; and letters written there do."""
    if other is not None:
        enqueue.withdraw(session, key, [TRANSACTIONAL], now)
        session.delete(other)
        session.flush()
    there = recipients.among(session, [key]).get(key)
    if there is not None:
        forgetting.forget_of(session, there.id)
        _hand_on(session, there, recipient_id)


def _hand_on(session: Session, there: Recipient, recipient_id: int) -> None:
    """What a worker has in its hands just now becomes hers, with the number that it goes out with.

    Not a letter of which she has a copy of her own: that stays with nobody, until it is forgotten.
    """
    of_hers = select(Delivery.message_id).where(Delivery.recipient_id == recipient_id)
    in_hand = session.scalars(select(Delivery).where(Delivery.recipient_id == there.id)).all()
    twice = set(
        session.scalars(of_hers.where(Delivery.message_id.in_([one.message_id for one in in_hand])))
    )
    for copy in in_hand:
        copy.kept_letter_id = numbering.letter_id_of(copy)
        if copy.message_id not in twice:
            copy.recipient_id = recipient_id
    if twice:
        there.address, there.links = "", {}
        there.address_key = tokens.fingerprint(tokens.new_token())
        session.flush()
        return
    session.flush()
    session.execute(delete(Recipient).where(Recipient.id == there.id))
    session.expunge(there)
