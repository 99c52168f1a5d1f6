"""Who letters go to: found by the keyed hash of an address, made once, blanked when forgotten."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, ScalarSelect, delete, exists, select, update
from sqlalchemy.orm import Session

from hrsite.outbox.models import Delivery, Recipient


def find_or_make(session: Session, address: str, address_key: str) -> Recipient:
    """The recipient with this key; made without links, or told its address again when blank.

    As long as the transaction lasts, the row is not removed as one that nothing speaks of.
    """
    known = select(Recipient).where(Recipient.address_key == address_key)
    found = session.scalar(known.with_for_update(read=True, key_share=True))
    if found is None:
        found = Recipient(address=address, address_key=address_key, links={})
        session.add(found)
        session.flush()
    elif not found.address:
        found.address = address
    return found


def among(session: Session, address_keys: Iterable[str]) -> dict[str, Recipient]:
    """Who of some hundreds was ever written to, by their keys."""
    found = select(Recipient).where(Recipient.address_key.in_(list(address_keys)))
    return {one.address_key: one for one in session.scalars(found)}


def number_of(address_key: str) -> ScalarSelect[int]:
    """The number of the recipient with this key, for a question about something else."""
    return select(Recipient.id).where(Recipient.address_key == address_key).scalar_subquery()


def is_to(address_key: str) -> ColumnElement[bool]:
    """Does a copy go to this address?"""
    return Delivery.recipient_id == number_of(address_key)


def blank(session: Session, address_key: str) -> None:
    """Take the address and the links out of every letter ever written for it."""
    found = session.scalar(select(Recipient).where(Recipient.address_key == address_key))
    if found is not None:
        found.address, found.links = "", {}
        session.execute(
            update(Delivery)
            .where(Delivery.recipient_id == found.id, Delivery.own_links.is_not(None))
            .values(own_links={})
            .execution_options(synchronize_session=False)
        )


def forget(session: Session, address_key: str) -> None:
    """Where no letter was ever written to, not even the keyed hash stays."""
    session.execute(
        delete(Recipient)
        .where(
            Recipient.address_key == address_key,
            ~exists().where(Delivery.recipient_id == Recipient.id),
        )
        .execution_options(synchronize_session=False)
    )
