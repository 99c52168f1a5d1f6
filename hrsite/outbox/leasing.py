"""A worker's hold on letters that are under way, kept for as long as a slow server takes."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from hrsite.columns import is_one_of
from hrsite.outbox import turns
from hrsite.outbox.claiming import LEASE
from hrsite.outbox.models import Delivery, DeliveryState


def renew(session: Session, owner: str, under_way: Collection[int], now: datetime) -> None:
    """Let nobody take these copies for lost, whose owner is here and has no answer yet.

    A transaction of its own: whoever changes copies besides needs them in one order.
    """
    if not under_way:
        return
    turns.hold_copies(session, under_way)
    session.execute(
        update(Delivery)
        .where(
            is_one_of(Delivery.id, under_way),
            Delivery.state == DeliveryState.SENDING,
            Delivery.owner == owner,
        )
        .values(lease_until=now + LEASE)
        .execution_options(synchronize_session=False)
    )
