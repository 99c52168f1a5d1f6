"""What came back, for the desk; and how the ways are by which we hear of it."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hrsite import tokens
from hrsite.outbox import forgotten
from hrsite.outbox.models_bouncing import Bounce, BounceSource, HeardCall
from hrsite.outbox.suppression import AT_ONCE

# A minute's trouble is nobody's business; an hour's is the coach's.
PATIENCE_WITH_SOURCES = timedelta(hours=1)
# A mailbox that fails may take its time limit each time, and letters wait for it meanwhile.
PAUSE = timedelta(seconds=50)
PAUSE_WHEN_FAILING = timedelta(minutes=10)


def came_back(session: Session, message_id: int) -> dict[str, int]:
    """Of a message, how many copies came back later for each reason."""
    rows = session.execute(
        select(Bounce.kind, func.count(Bounce.delivery_id.distinct()))
        .where(Bounce.message_id == message_id, Bounce.source != AT_ONCE)
        .group_by(Bounce.kind)
    )
    found = Counter({kind: count for kind, count in rows})  # noqa: C416 - for mypy's sake
    found += forgotten.counts(session, forgotten.CAME_BACK, [message_id]).get(message_id, {})
    return dict(found)


def is_time_to_look(session: Session, name: str, now: datetime) -> bool:
    """Whether a mailbox was left alone for long enough."""
    source = session.get(BounceSource, name)
    if source is None or source.looked_at > now:
        return True
    pause = PAUSE_WHEN_FAILING if source.failing_since_at else PAUSE
    return now - source.looked_at >= pause


def looked(session: Session, name: str, trouble: str | None, now: datetime) -> None:
    """Write down that we looked, and what stood in the way, if anything did."""
    source = _source(session, name, now)
    source.looked_at, source.trouble = now, trouble and trouble[:600]
    source.failing_since_at = (source.failing_since_at or now) if trouble else None


def must_open(session: Session, name: str, link: str | None, now: datetime) -> None:
    """Keep the link that the keeper must open, or drop it: the service has begun."""
    source = _source(session, name, now)
    source.looked_at, source.link = now, link


def links_to_open(session: Session) -> dict[str, str]:
    """By service, the link that somebody must open before it tells us anything."""
    waiting = session.scalars(select(BounceSource).where(BounceSource.link.is_not(None)))
    return {source.name: source.link or "" for source in waiting}


def troubles(session: Session, names: Iterable[str], now: datetime) -> list[str]:
    """What has stood in the way of reading returned mail for some time, in words."""
    failing = session.scalars(
        select(BounceSource)
        .where(BounceSource.failing_since_at <= now - PATIENCE_WITH_SOURCES)
        .order_by(BounceSource.name)
    )
    wanted = set(names)
    return [source.trouble or "" for source in failing if source.name in wanted]


def is_first_call(session: Session, token: str, now: datetime) -> bool:
    """Whether a call's token was not used before; from now on it was."""
    heard = HeardCall(token_hash=tokens.fingerprint(token), heard_at=now)
    if session.get(HeardCall, heard.token_hash) is not None:
        return False
    try:
        with session.begin_nested():
            session.add(heard)
    except IntegrityError:
        return False
    return True


def forget_calls(session: Session, before: datetime) -> None:
    """Drop tokens that are too old to be believed anyway."""
    session.execute(delete(HeardCall).where(HeardCall.heard_at < before))


def _source(session: Session, name: str, now: datetime) -> BounceSource:
    source = session.get(BounceSource, name)
    if source is None:
        source = BounceSource(name=name, looked_at=now)
        session.add(source)
    return source
