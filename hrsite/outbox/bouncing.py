"""A letter came back, or is there: find which one, believe it or not, draw the conclusions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from flask import current_app
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, joinedload

from hrsite import addresses
from hrsite.outbox import proving, recipients, reports, suppression, turns, unwanted
from hrsite.outbox.events import UNSUBSCRIBED, Event, EventKind
from hrsite.outbox.models import MAY_HAVE_IT, Delivery, OutboxMessage
from hrsite.outbox.models_bouncing import Bounce
from hrsite.outbox.numbering import letter_id_of
from hrsite.outbox.quoting import quoted
from hrsite.outbox.return_paths import return_paths

_MOST_CLAIMS = 20
# By keys, where the letters of the reader at an address went before, and until when. Who has moved
# the newsletter knows, and whoever takes in what came back asks it for us.
FormerKeys = Callable[[Session, str], Mapping[str, datetime]]


def _nobody_moved(session: Session, address_key: str) -> dict[str, datetime]:
    return {}


def take_message(
    session: Session,
    octets: bytes,
    recipients: tuple[str, ...],
    now: datetime,
    former_keys: FormerKeys = _nobody_moved,
) -> bool:
    """Read a message that came back; False when it changes nothing.

    It is believed only when it came to a return path that we wrote on that very copy.
    `recipients`: where it came to, when the mail server has told us; else its headers say.
    """
    report = reports.read(octets)
    if report.kind is None and not report.is_wording:
        return False
    delivery = _claimed(session, (*recipients, *report.came_to))
    if delivery is None:
        return False
    if report.is_wording:
        report = reports.read_wording(octets)
    about = _Named(session, delivery, report.about, former_keys)
    if report.kind is None or (report.must_name_her and not about.is_her):
        return False
    _hold_message(session, delivery)
    proving.call_accepted(session, delivery)
    kind = about.meaning(report.kind, report.failed)
    # A copy comes back once for each reason, by whichever ways the report reaches us.
    key = f"dsn/{delivery.id}/{kind}"
    event = Event("dsn", key, kind, "", report.code, report.text)
    return _record(session, delivery, delivery.address_key, event, now, closes=not about.is_former)


def take_event(
    session: Session, event: Event, now: datetime, former_keys: FormerKeys = _nobody_moved
) -> bool:
    """What a mail service told us, its signature checked; False when it changes nothing."""
    key = _key_of(event.address) or ""
    # Told of each letter, it must not read all that this reader ever got.
    which = [proving.HAS_NO_ANSWER] if event.kind == "taken" else []
    delivery = _claimed(session, event.return_paths)
    delivery = delivery or _named(session, key, event.letter_ids, *which)
    if delivery is not None and event.kind != "taken":
        _hold_message(session, delivery)
    is_news = delivery is not None and proving.call_accepted(session, delivery)
    if event.kind == "taken":
        return is_news
    delivery = delivery or _newest(session, key)
    if delivery is not None:
        about = _Named(session, delivery, [event.address], former_keys)
        key, closes = delivery.address_key, not about.is_former
        event = replace(event, kind=about.meaning(event.kind, event.address))
        return _record(session, delivery, key, event, now, closes=closes)
    if event.kind == UNSUBSCRIBED and _is_known(session, key):
        return _record(session, None, key, event, now)  # From a letter that is forgotten here.
    return False  # Somebody we never wrote to: the service may carry other people's mail too.


def _hold_message(session: Session, delivery: Delivery) -> None:
    """Before the copy, as turns.py says: what came back is tied to its message, and may stop it."""
    meant = OutboxMessage.id == delivery.message_id
    turns.hold_messages(session, select(OutboxMessage.id).where(meant))


class _Named:
    """Whom a report of a copy is about, by the addresses it names."""

    def __init__(
        self, session: Session, copy: Delivery, about: Iterable[str], former_keys: FormerKeys
    ) -> None:
        own, former = copy.address_key, former_keys(session, copy.address_key)
        named = {_key_of(one) for one in about}
        self.is_her = own in named or not named.isdisjoint(former)
        # It came from an address that she has left: of her new one it says nothing.
        self.is_former = own not in named and (
            self.is_her or any(copy.changed_at < until for until in former.values())
        )
        self._address = copy.address

    def meaning(self, kind: EventKind, failed: str) -> EventKind:
        """What it means for her that the letter could not be put into this mailbox for good.

        Of another one it says nothing final: her own took the letter, and sent it on. That may be
        to several, of which she reads the others.
        """
        is_hers = kind != "hard" or self.is_former or not _is_elsewhere(self._address, failed)
        return kind if is_hers else "soft"


def _is_elsewhere(hers: str, failed: str) -> bool:
    """Is it the mailbox of somebody else, as far as the two addresses tell?"""
    try:
        (name, domain), (other_name, other_domain) = map(_plain, (hers, failed))
    except addresses.BadAddress:
        return False  # Such as a name that only its own server knows.
    # Within a house mail is handed on to the machine that keeps it.
    is_in_her_house = f".{other_domain}".endswith(f".{domain}")
    return name != other_name or not is_in_her_house


def _plain(address: str) -> tuple[str, str]:
    """Name and domain of an address, without the tag that its owner may add."""
    local, _, domain = addresses.check(address).key.rpartition("@")
    return local.partition("+")[0], domain


def _record(
    session: Session,
    delivery: Delivery | None,
    address_key: str,
    event: Event,
    now: datetime,
    *,
    closes: bool = True,
) -> bool:
    key = event.key if event.source == "dsn" else f"{event.source}/{event.key}"
    if event.kind == UNSUBSCRIBED:
        # Postmark gives it no number, only a moment. Whose it is our own number says: a keyed hash
        # in the middle of a text would stay as it is when the key is changed (rekeying.py).
        key += f"/{session.scalar(select(recipients.number_of(address_key)))}"
    text = quoted(event.text, event.address, delivery.address if delivery else "")
    bounce = Bounce(
        delivery_id=delivery and delivery.id,
        message_id=delivery and delivery.message_id,
        address_key=address_key,
        kind=event.kind,
        source=event.source,
        event_key=key[:200],
        reply_code=event.code,
        reply_text=text,
    )
    if not suppression.record(session, bounce, now, closes=closes):
        return False
    if delivery is not None and event.kind == "policy":
        unwanted.came_back(session, delivery, text, now)
    return True


def _claimed(session: Session, came_to: tuple[str, ...]) -> Delivery | None:
    """The copy whose return path is among these, if it is we who wrote it there."""
    paths = return_paths()
    claims = [claim for address in came_to if (claim := paths.read(address))]
    for claim in claims[:_MOST_CLAIMS]:
        delivery = session.get(Delivery, claim.delivery_id)
        if delivery is not None and paths.is_ours(claim, letter_id_of(delivery)):
            return delivery
    return None


def _named(
    session: Session, address_key: str, letter_ids: tuple[str, ...], *which: ColumnElement[bool]
) -> Delivery | None:
    """The copy to this address with such a Message-ID."""
    with_mark = joinedload(Delivery.message).load_only(OutboxMessage.mark)
    some = _copies_to(address_key).where(*which).options(with_mark)
    for copy in session.scalars(some) if letter_ids else ():
        if letter_id_of(copy) in letter_ids:
            return copy
    return None


def _newest(session: Session, address_key: str) -> Delivery | None:
    """The newest copy to this address that was handed over: it is the likeliest."""
    return session.scalar(_copies_to(address_key).where(Delivery.state.in_(MAY_HAVE_IT)).limit(1))


def _is_known(session: Session, address_key: str) -> bool:
    """Did we ever write to this address, and do we know it still?"""
    return any(one.address for one in recipients.among(session, [address_key]).values())


def _copies_to(address_key: str) -> Select[Delivery]:
    return select(Delivery).where(recipients.is_to(address_key)).order_by(Delivery.id.desc())


def _key_of(address: str) -> str | None:
    try:
        key: str = current_app.extensions["seal"].keyed_hash(addresses.check(address).key)
    except addresses.BadAddress:
        return None
    return key
