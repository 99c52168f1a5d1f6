"""What people agree to, in which words, and the proof that they did."""

from datetime import date, datetime

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session, aliased

from hrsite.columns import is_one_of
from hrsite.newsletter.models import (
    ConsentEvent,
    Subscriber,
    Subscription,
    SubscriptionState,
    Topic,
)
from hrsite.newsletter.models_people import BroughtList
from hrsite.outbox.models import Recipient

# The sentence beside the button, in every version there ever was, the newest last. A version is
# never changed: each ConsentEvent names the one its person read. New words get a new version.
VERSIONS = {
    "2026-11": (
        "Please email me the letters I chose. You keep my address, my choice and the day I said"
        " yes, and nothing about what I open. I can leave with one press."
    ),
}
CONSENT_VERSION, CONSENT_WORDS = list(VERSIONS.items())[-1]
# What stands by the button of the page that the letter's link opens.
CONFIRM_WORDS = "Yes, write to me"

# The version of words that were the coach's own, or another site's.
NOT_OURS = "not ours"

# So many lines in a transaction: on SQLite everybody who writes waits for it.
PART = 500

TOPIC_LABELS = {Topic.ARTICLES: "Articles", Topic.NOTICES: "Session notices"}


def note(
    session: Session,
    address_key: str,
    kind: str,
    topic: Topic | None,
    how: str,
    now: datetime,
    words_version: str = CONSENT_VERSION,
    said_on: date | None = None,
    list_id: int | None = None,
    former_key: str | None = None,
) -> None:
    """Write down one act of consent. Its words never change, only its key: with her address, or
    with a new key of the site. It is removed only as written below, and when a list of wrong people
    is undone.
    """
    session.add(
        ConsentEvent(
            address_key=address_key,
            kind=kind,
            topic=topic,
            how=how,
            words_version=words_version,
            happened_at=now,
            said_on=said_on,
            list_id=list_id,
            former_key=former_key,
        )
    )


def leavings(session: Session, address_key: str) -> dict[Topic | None, datetime]:
    """What one person left, and when the last time. No topic: the address, for another one."""
    rows = session.execute(
        select(ConsentEvent.topic, func.max(ConsentEvent.happened_at).label("at"))
        .where(ConsentEvent.address_key == address_key, ConsentEvent.kind == "unsubscribed")
        .group_by(ConsentEvent.topic)
    )
    return {row.topic: row.at for row in rows}


def keep_leaving(session: Session, address_key: str, left: Subscription) -> None:
    """Before she is asked once more: see that a line says that she left, if none does.

    Lines go three years after she left; and whoever left before her first yes has none.
    """
    if left.topic not in leavings(session, address_key):
        note(session, address_key, "unsubscribed", left.topic, "", left.changed_at)


def forget_asking(session: Session, address_key: str, topic: Topic) -> None:
    """Remove that letters were asked for in vain; what was said of them before stays."""
    other = aliased(ConsentEvent)
    said_before = (
        select(func.coalesce(func.max(other.id), 0))
        .where(other.address_key == address_key, other.topic == topic, other.kind != "asked")
        .scalar_subquery()
    )
    session.execute(
        delete(ConsentEvent)
        .where(
            ConsentEvent.address_key == address_key,
            ConsentEvent.topic == topic,
            ConsentEvent.kind == "asked",
            ConsentEvent.id > said_before,
        )
        .execution_options(synchronize_session=False)
    )


def forget_of(session: Session, address_key: str, upto: datetime | None = None) -> None:
    """Remove all that one person said, up to a moment: she is erased, or never said yes."""
    said = [ConsentEvent.address_key == address_key]
    if upto is not None:
        said.append(ConsentEvent.happened_at <= upto)
    session.execute(delete(ConsentEvent).where(*said).execution_options(synchronize_session=False))


def forget_old(session: Session, before: datetime) -> int:
    """Remove the next lines of people who had left everything by then, and said nothing since."""
    later, theirs = aliased(ConsentEvent), Recipient.address_key == ConsentEvent.address_key
    spoke = exists().where(
        later.address_key == ConsentEvent.address_key, later.happened_at >= before
    )
    gets_some = (
        select(Subscription.id)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .join(Recipient, Recipient.id == Subscriber.id)
        .where(theirs, Subscription.state != SubscriptionState.UNSUBSCRIBED)
        .exists()
    )
    old = session.scalars(
        select(ConsentEvent.id)
        .where(ConsentEvent.happened_at < before, ~spoke, ~gets_some)
        .order_by(ConsentEvent.id)
        .limit(PART)
    ).all()
    session.execute(
        delete(ConsentEvent)
        .where(is_one_of(ConsentEvent.id, old))
        .execution_options(synchronize_session=False)
    )
    return len(old)


def forget_lists(session: Session, before: datetime) -> None:
    """Remove what was said of lists of then, when nobody's proof speaks of them any more."""
    session.execute(
        delete(BroughtList)
        .where(
            BroughtList.ended_at < before,
            ~exists().where(ConsentEvent.list_id == BroughtList.id),
        )
        .execution_options(synchronize_session=False)
    )
