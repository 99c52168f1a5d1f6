"""A backup was put back: whoever had left since it was made leaves again, as of then.

And whoever had asked for plain letters gets them plain: a subject may tell whoever looks on.
"""

from collections.abc import Callable
from pathlib import Path

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hrsite.newsletter import leavings, subscribing
from hrsite.newsletter.leavings import Left, Looks
from hrsite.newsletter.models import ConsentEvent, Subscriber, Subscription, SubscriptionState

log = structlog.get_logger(__name__)

# So many links go into one question to the database.
AT_ONCE = 500


def replay(session: Session, folder: Path, commit: Callable[[], None]) -> int:
    """Let whoever came back with a backup leave again; how many kinds of letters these were.

    What somebody said yes to after she left stays. `commit` is the caller's, after each.
    """
    left, count = leavings.read(folder), 0
    for start in range(0, len(left), AT_ONCE):
        for one in _came_back(session, left[start : start + AT_ONCE]):
            count += _leave(session, one)
            commit()
    if count:
        log.warning("left_again", count=count)
    return count


def _came_back(session: Session, left: list[Left]) -> list[Left]:
    """Which of these the database knows nothing of."""
    rows = session.execute(
        select(Subscriber.unsubscribe_hash, Subscription.topic, Subscription.changed_at)
        .join(Subscription)
        .where(
            Subscriber.unsubscribe_hash.in_([one.fingerprint for one in left]),
            Subscription.state == SubscriptionState.CONFIRMED,
        )
    )
    since = {(fingerprint, topic): at for fingerprint, topic, at in rows}
    return [one for one in left if since.get((one.fingerprint, one.topic), one.at) < one.at]


def _leave(session: Session, one: Left) -> bool:
    subscriber = subscribing.find_by_fingerprint(session, "unsubscribe", one.fingerprint)
    if subscriber is None:
        return False
    subscribing.leave_as_of(session, subscriber, [one.topic], one.how, one.at)
    return True


def replay_looks(session: Session, folder: Path, commit: Callable[[], None]) -> int:
    """Let letters look again as their readers chose since; for how many that was another look.

    What somebody chose after the backup was put back stays. `commit` is the caller's, after each.
    """
    chosen, count = leavings.read_looks(folder), 0
    for start in range(0, len(chosen), AT_ONCE):
        part = chosen[start : start + AT_ONCE]
        rows = session.execute(
            select(Subscriber.unsubscribe_hash, Subscriber.is_discreet).where(
                Subscriber.unsubscribe_hash.in_([one.fingerprint for one in part])
            )
        )
        now_plain = {row.unsubscribe_hash: row.is_discreet for row in rows}
        for one in part:
            if now_plain.get(one.fingerprint, one.is_plain) != one.is_plain:
                count += _look_again(session, one)
                commit()
    if count:
        log.warning("looks_again", count=count)
    return count


def _look_again(session: Session, one: Looks) -> bool:
    found = subscribing.find_by_fingerprint(session, "unsubscribe", one.fingerprint)
    subscriber = subscribing.hold(session, found.id) if found is not None else None
    if subscriber is None:
        return False
    last_said = session.scalar(
        select(func.max(ConsentEvent.happened_at)).where(
            ConsentEvent.address_key == subscriber.address_key,
            ConsentEvent.kind.in_(("plain", "whole")),
        )
    )
    if last_said is not None and last_said >= one.at:
        return False
    subscribing.choose_discreet(session, subscriber, one.is_plain, one.at)
    return True
