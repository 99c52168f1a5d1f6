"""Erase a person: every row that names her, now, and again when a backup brings her back.

Letters keep their numbers: how many there were, and not to whom.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import structlog
from flask import current_app
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hrsite import addresses
from hrsite.columns import is_one_of
from hrsite.newsletter import bringing, consent, erasures, leavings, moving, subscribing
from hrsite.newsletter.erasures import Erasure
from hrsite.newsletter.models import Subscriber
from hrsite.newsletter.models_asking import SignupRequest
from hrsite.outbox import enqueue, forgetting, history, recipients, suppression, turns
from hrsite.outbox.models import TRANSACTIONAL
from hrsite.outbox.models_bouncing import Bounce, OpenedAddress
from hrsite.sealing import Seal

log = structlog.get_logger(__name__)

# Of what was typed and not answered yet, so much is looked through.
MOST_REQUESTS = 1_000
NEVER_AGAIN = "They were erased, and asked never to be written to."


def erase(
    session: Session, folder: Path, address_key: str, never_again: bool, now: datetime
) -> None:
    """Leave nothing of a person, and write down that nothing may come back. Raises OSError.

    The file first: were it the other way round, a crash in between could let her come back.
    """
    erasure = Erasure(address_key, now, never_again, _seal().depth)
    for one in (erasure, *_former(session, address_key)):
        erasures.note(folder, one)
    _erase(session, erasure, now, now)


def replay(session: Session, folder: Path, now: datetime, commit: Callable[[], None]) -> int:
    """Erase again whoever came back with a backup; how many these were.

    Whoever asked for letters anew since then stays. `commit` is the caller's, after each.
    """
    count = 0
    for erasure in erasures.read(folder):
        count += _erase(session, erasure, erasure.at, now)
        commit()
    if count:
        log.warning("erased_again", count=count)
    return count


def _erase(session: Session, erasure: Erasure, said_at: datetime, now: datetime) -> bool:
    """Take every trace away, also where her letters went before; was there a person?

    `said_at`: when she asked for it. What is asked for after that is asked anew.
    """
    turns.before_a_change(session)  # First of all: who writes a list down looks at her row too.
    # Keys may have been changed since, or the database may be from before such a change.
    key = _seal().lift(erasure.address_key, erasure.depth)
    # Before her row, like the worker that answers them.
    _drop_requests(session, key, said_at)
    # None, too, when at this moment her letters went to another address.
    subscriber = subscribing.hold_by_key(session, key)
    if subscriber is not None and _is_here_since(session, subscriber, erasure.at):
        return False
    former = [] if subscriber is None else _former(session, key)
    bringing.leave_out(session, key, said_at)
    if subscriber is not None:
        leavings.forget_of(current_app.config["DATA_DIR"], subscriber.unsubscribe_hash)
        moving.forget_of(session, subscriber.id, now)
        session.delete(subscriber)
        session.flush()
        consent.forget_of(session, key)
    else:
        # Whoever was here since, and is gone again, has left: that stays known.
        consent.forget_of(session, key, upto=erasure.at)
    if subscriber is not None or not _is_written_to_since(session, key, erasure.at):
        _forget_letters(session, key, now)
    for table in (Bounce, OpenedAddress):
        session.execute(
            delete(table)
            .where(table.address_key == key)
            .execution_options(synchronize_session=False)
        )
    suppression.forget_words(session, key)
    if erasure.never_again:
        suppression.suppress(session, key, NEVER_AGAIN, erasure.at, "erased")
    for one in former:
        _erase(session, one, said_at, now)
    return subscriber is not None


def _former(session: Session, address_key: str) -> list[Erasure]:
    """The addresses that a person had before, each up to when she left it.

    Whoever came to one since then is somebody else, and stays.
    """
    kept = moving.former_keys(session, address_key)
    return [Erasure(key, until, depth=_seal().depth) for key, until in kept.items()]


def _is_here_since(session: Session, subscriber: Subscriber, moment: datetime) -> bool:
    """Did she take this address after a moment: by asking for letters, or by moving to it?"""
    has_moved = moving.has_moved_since(subscriber.address_key, moment)
    return subscriber.created_at > moment or bool(session.scalar(select(has_moved)))


def _is_written_to_since(session: Session, address_key: str, moment: datetime) -> bool:
    """Was somebody asked there after a moment if letters shall come there?"""
    return history.letter_count(session, address_key, TRANSACTIONAL, moment) > 0


def _forget_letters(session: Session, address_key: str, now: datetime) -> None:
    """Call back what waits, and make numbers of the rest."""
    recipient = recipients.among(session, [address_key]).get(address_key)
    if recipient is not None:
        enqueue.blank(session, address_key, now)
        forgetting.forget_of(session, recipient.id)
        recipients.forget(session, address_key)


def _drop_requests(session: Session, address_key: str, said_at: datetime) -> None:
    """What she typed before and nobody has answered: only opening it tells whose it is."""
    before = select(SignupRequest).where(SignupRequest.asked_at <= said_at)
    newest = before.order_by(SignupRequest.id.desc()).limit(MOST_REQUESTS)
    hers = [one.id for one in session.scalars(newest) if _is_of(one, address_key)]
    # Which of them is answered just now is waited for, and may be gone then.
    session.execute(
        delete(SignupRequest)
        .where(is_one_of(SignupRequest.id, hers))
        .execution_options(synchronize_session="fetch")
    )


def _is_of(request: SignupRequest, address_key: str) -> bool:
    try:
        typed = addresses.check(request.address)
    except addresses.BadAddress:
        return False
    return _seal().keyed_hash(typed.key) == address_key


def _seal() -> Seal:
    seal: Seal = current_app.extensions["seal"]
    return seal
