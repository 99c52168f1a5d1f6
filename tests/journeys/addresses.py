"""An address in each state it can be in, as far as the site knows."""

from collections.abc import Callable
from datetime import timedelta

from flask import current_app
from sqlalchemy.orm import Session

from hrsite import clock, looking
from hrsite.newsletter import asking, bringing, erasing, lapsing, returning, subscribing
from hrsite.newsletter.models import Cadence, Subscriber, SubscriptionState, Topic
from hrsite.outbox import suppression
from tests import factories


def new(session: Session, who: str) -> None:
    """Nobody ever typed it."""


def asked(session: Session, who: str) -> None:
    """It was typed a moment ago, and the worker has not looked yet."""
    asking.request_signup(session, who, [Topic.ARTICLES], "198.51.100.1", clock.now())
    session.commit()


def asked_for_a_link(session: Session, who: str) -> None:
    """The same of the form for a lost link."""
    asking.request_link(session, who, "198.51.100.1", clock.now())
    session.commit()


def waiting(session: Session, who: str) -> Subscriber:
    """A letter to confirm has gone out."""
    return factories.make_subscriber(session, who, state=SubscriptionState.UNCONFIRMED)


def written_to(session: Session, who: str) -> None:
    """The same, and the limit of letters a day is reached."""
    asked(session, who)
    looking.do_what_is_due()


def confirmed(session: Session, who: str) -> Subscriber:
    """It gets letters."""
    return factories.make_subscriber(session, who)


def confirmed_both(session: Session, who: str) -> Subscriber:
    """Of every kind."""
    return factories.make_subscriber(session, who, tuple(Topic))


def weekly(session: Session, who: str) -> Subscriber:
    """One letter a week."""
    return _changed(session, who, cadence=Cadence.WEEKLY)


def discreet(session: Session, who: str) -> Subscriber:
    """Plain letters."""
    return _changed(session, who, is_discreet=True)


def paused(session: Session, who: str) -> Subscriber:
    """It gets nothing for a month."""
    return _changed(session, who, paused_until=clock.now() + timedelta(days=30))


def left(session: Session, who: str) -> Subscriber:
    """By its own press."""
    person = confirmed(session, who)
    subscribing.unsubscribe(session, person, "letter", clock.now())
    session.commit()
    return person


def returned(session: Session, who: str) -> Subscriber:
    """Left, and came back within the hour."""
    person = left(session, who)
    assert returning.undo(session, person, clock.now())
    session.commit()
    return person


def closed(session: Session, who: str) -> Subscriber:
    """A letter came back: nobody there."""
    person = confirmed(session, who)
    suppression.suppress(session, person.address_key, "no such user", clock.now())
    session.commit()
    return person


def complained(session: Session, who: str) -> Subscriber:
    """Its owner reported a letter."""
    person = left(session, who)
    suppression.suppress(session, person.address_key, "unwanted", clock.now(), "complaint")
    session.commit()
    return person


def forgotten(session: Session, who: str) -> None:
    """It never said yes, and its row is gone."""
    waiting(session, who)
    later = clock.now() + timedelta(seconds=1)
    assert lapsing.forget_unconfirmed(session, later, later) == 1
    session.commit()


def erased(session: Session, who: str) -> None:
    """It asked to be erased."""
    _erase(session, who, never_again=False)


def erased_for_good(session: Session, who: str) -> None:
    """And never to be written to again."""
    _erase(session, who, never_again=True)


def brought(session: Session, who: str) -> None:
    """It came with a list, and said yes elsewhere."""
    _bring(session, who, asks_all=False)


def brought_and_asked(session: Session, who: str) -> None:
    """It came with a list, and was asked to confirm."""
    _bring(session, who, asks_all=True)


def on_a_list_not_added(session: Session, who: str) -> None:
    """The coach has read the list and not pressed yet."""
    factories.make_list(session, f"Email\n{who}\n")


# Those first for whom the worker does something: it would do the same for others.
STATES: dict[str, Callable[[Session, str], Subscriber | None]] = {
    arrange.__name__: arrange
    for arrange in (
        forgotten, erased, erased_for_good, written_to, brought, brought_and_asked, new, waiting,
        confirmed, confirmed_both, weekly, discreet, paused, left, returned, closed, complained,
        on_a_list_not_added, asked, asked_for_a_link,
    )
}  # fmt: skip


def everybody(session: Session) -> dict[str, tuple[str, Subscriber | None]]:
    """An address in every state, each as long as the others; and its person, if there is one."""
    typed = {name: f"state{number:02}@example.org" for number, name in enumerate(STATES)}
    return {name: (typed[name], arrange(session, typed[name])) for name, arrange in STATES.items()}


def _changed(session: Session, who: str, **changes: object) -> Subscriber:
    person = confirmed(session, who)
    for name, value in changes.items():
        setattr(person, name, value)
    session.commit()
    return person


def _erase(session: Session, who: str, *, never_again: bool) -> None:
    key = confirmed(session, who).address_key
    erasing.erase(session, current_app.config["DATA_DIR"], key, never_again, clock.now())
    session.commit()


def _bring(session: Session, who: str, *, asks_all: bool) -> None:
    listed = factories.make_list(session, f"Email\n{who}\n", asks_all=asks_all)
    assert bringing.start(session, listed.id, clock.now())
    session.commit()
    looking.do_what_is_due()
