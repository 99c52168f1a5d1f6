"""Letters should go to another address: asked at the one, proved at the other, and told at both.

The old one can take it back for as long as its letter says, whatever is pressed meanwhile. So after
a change there is no other for that time, and an earlier wish that she was told of can be stopped
though a newer one has taken its place.

The page answers alike whoever the new address belongs to; what becomes of it the worker decides.
The person stays who she is: her choices, her proof of consent and what waits for her go along.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.orm import Session

from hrsite import addresses, tokens
from hrsite.newsletter import consent, guarding, letters, moving_in, relinking, subscribing
from hrsite.newsletter.models import ConsentEvent, Subscriber
from hrsite.newsletter.models_asking import AskedLetter
from hrsite.newsletter.models_moving import AddressChange
from hrsite.outbox import enqueue, suppression, turns

# So long the button at the new address works, and the one that takes it back at the old.
LASTS = timedelta(days=3)
MOST_A_DAY = 3
AT_ONCE = 100
SAME = "That is the address your letters go to now."
TOO_OFTEN = "You asked for this a few times today. Please try again tomorrow."
TOO_SOON = (
    "Your letters moved to this address a short while ago. For three days the one before can take"
    " them back. Until then they stay here."
)


class NotNow(Exception):
    """It cannot be asked for. The message is for the person."""


class Gone(Exception):
    """It was stopped or forgotten, or a newer one took its place, while we waited for it."""


def ask(session: Session, subscriber: Subscriber, typed: str, now: datetime) -> None:
    """Keep the wish, until the worker writes about it. Raises BadAddress, NotNow and Gone."""
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
    if subscribing.hold(session, subscriber.id) is None:
        raise Gone
    earlier = _wishes(session, subscriber.id)
    if any(_may_be_taken_back(one, now) for one in earlier):
        raise NotNow(TOO_SOON)
    key = subscribing.key_of(address)
    if earlier and _asks_at(earlier[-1], key) and not guarding.may_write_to(session, key, now):
        # Pressed twice: no other letter would come today, and the button in the first one works.
        return
    for one in earlier:
        _end(session, one, now)
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


def _asks_at(wish: AddressChange, address_key: str) -> bool:
    return bool(wish.address) and subscribing.key_of(addresses.check(wish.address)) == address_key


def _end(session: Session, wish: AddressChange, now: datetime) -> None:
    """A newer wish takes its place. She may have been told of it, and can still stop it then."""
    if wish.written_at is None or wish.asked_at <= now - LASTS:
        forget(session, wish, now)
        return
    _forget_address(session, wish, now)
    wish.address, wish.move_hash = "", tokens.fingerprint(tokens.new_token())


def unwritten(session: Session) -> list[int]:
    """The wishes of which nobody has been told yet."""
    waiting = select(AddressChange.id).where(AddressChange.written_at.is_(None))
    return list(session.scalars(waiting.order_by(AddressChange.id)))


def write(session: Session, change_id: int, now: datetime) -> None:
    """Ask at the new address, and tell at the old one; once, of several workers that come."""
    try:
        subscriber, change = _hold(session, change_id)
    except Gone:
        return
    if change.written_at is not None:
        return
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
    letters at the old address; the link to leave works from every letter she ever got. Raises Gone.
    """
    turns.before_a_change(session)  # First of all: who writes a list down looks at her row too.
    subscriber, change = _hold(session, change.id)
    if change.done_at is not None:
        return True
    if not change.address:
        raise Gone
    former = subscriber.address
    if not _go_to(session, subscriber, addresses.check(change.address), now):
        return False
    change.former_address, change.done_at = former, now
    return True


def stop(session: Session, change: AddressChange, now: datetime) -> Subscriber | None:
    """The button at the old address: it was not she. Nothing comes of it, or all is put back.

    The person; None when the old address belongs to somebody else since. Raises Gone.
    """
    turns.before_a_change(session)  # First of all: who writes a list down looks at her row too.
    subscriber, change = _hold(session, change.id)
    wishes = _wishes(session, subscriber.id)
    # She may have been told of several before one of them was done.
    done = next((one for one in wishes if one.id >= change.id and one.former_address), None)
    if done is not None and done.former_address:
        if not _go_to(session, subscriber, addresses.check(done.former_address), now):
            return None
    else:
        # Whoever asked for it had her link.
        relinking.renew_private_links(session, subscriber, now)
    for one in wishes:
        forget(session, one, now)
    return subscriber


def _hold(session: Session, change_id: int) -> tuple[Subscriber, AddressChange]:
    """A change as it is now, and whose; nobody else touches one of hers until the end."""
    whose = select(AddressChange.subscriber_id).where(AddressChange.id == change_id)
    number = session.scalar(whose)
    subscriber = None if number is None else subscribing.hold(session, number)
    if subscriber is None:
        raise Gone
    again = select(AddressChange).where(AddressChange.id == change_id)
    change = session.scalar(again.execution_options(populate_existing=True))
    if change is None:
        raise Gone
    return subscriber, change


def _wishes(session: Session, subscriber_id: int) -> list[AddressChange]:
    """All of one person, oldest first."""
    hers = select(AddressChange).where(AddressChange.subscriber_id == subscriber_id)
    return list(
        session.scalars(hers.order_by(AddressChange.id).execution_options(populate_existing=True))
    )


def _may_be_taken_back(change: AddressChange, now: datetime) -> bool:
    """Is it done, and the address before was told that it has time to stop it?"""
    return change.done_at is not None and change.asked_at > now - LASTS


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


def has_moved_since(address_key: Any, moment: Any) -> ColumnElement[bool]:
    """Did the person at an address come to it from another one after a moment?"""
    return exists().where(
        ConsentEvent.address_key == address_key,
        ConsentEvent.kind == "moved",
        ConsentEvent.happened_at > moment,
    )


def forget_old(session: Session, now: datetime) -> int:
    """Drop the next of what has had its time, and the addresses that were never proved."""
    old = select(AddressChange).where(AddressChange.asked_at <= now - LASTS).limit(AT_ONCE)
    changes = session.scalars(old).all()
    for change in changes:
        forget(session, change, now)
    return len(changes)


def forget_of(session: Session, subscriber_id: int, now: datetime) -> None:
    """Drop all that a person wished: she is erased, or forgotten, or makes room."""
    for wish in _wishes(session, subscriber_id):
        forget(session, wish, now)


def forget(session: Session, change: AddressChange, now: datetime) -> None:
    """Drop one wish; of an address where nobody gets letters only the keyed hash stays."""
    if change.done_at is None:
        _forget_address(session, change, now)
    session.delete(change)
    session.flush()


def _forget_address(session: Session, change: AddressChange, now: datetime) -> None:
    """Of an address that was asked and not proved."""
    if change.written_at is not None and change.address:
        key = subscribing.key_of(addresses.check(change.address))
        if subscribing.find_by_key(session, key) is None:
            enqueue.blank(session, key, now)


def _go_to(
    session: Session, subscriber: Subscriber, address: addresses.Address, now: datetime
) -> bool:
    """Give a person another address, if nobody gets letters there, or can take theirs from it."""
    old, new = subscriber.address_key, subscribing.key_of(address)
    other = subscribing.find_by_key(session, new)
    if other is not None:
        wishes = _wishes(session, other.id)
        if subscribing.chosen_topics(other) or any(_may_be_taken_back(one, now) for one in wishes):
            return False
        forget_of(session, other.id, now)
    moving_in.make_room(session, new, other, subscriber.id, now)
    recipient = subscriber.recipient
    recipient.address, recipient.address_key = address.typed, new
    session.flush()
    # Whoever had left there made room. Her proof must say what she did alone, also when it goes
    # back with her to the old address.
    consent.forget_of(session, new)
    session.execute(
        update(ConsentEvent).where(ConsentEvent.address_key == old).values(address_key=new)
    )
    # Her proof is whole at the new address; at the old one only that she left it is known.
    consent.note(session, old, "unsubscribed", None, "settings", now)
    consent.note(session, new, "moved", None, "letter", now, former_key=old)
    relinking.renew_private_links(session, subscriber, now)
    # A letter arrived there, and its owner pressed the button. What comes back from now on of
    # letters to the old address must not close the new one; and none goes to the old one any more.
    suppression.lift(session, new, now)
    suppression.note_opened(session, new, now)
    return True
