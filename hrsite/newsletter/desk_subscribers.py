"""The page of all subscribers: how many, since when, and the newest twenty.

`desk` puts it at its address, behind the guard.
"""

from dataclasses import dataclass
from datetime import datetime

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from hrsite import addresses, clock
from hrsite.extensions import db
from hrsite.newsletter import audience, desk_people, drawing, standing, subscribing
from hrsite.newsletter.consent import TOPIC_LABELS
from hrsite.newsletter.desk_people import LookUpForm
from hrsite.newsletter.models import Subscriber, Topic

LATEST = 20
# A chart on a telephone has room for so many days.
MOST_DAYS = 27
ROWS = (
    ("At once", "ready"),
    ("Weekly", "weekly"),
    ("Monthly", "monthly"),
    ("Paused", "paused"),
    ("Not confirmed yet", "unconfirmed"),
    ("Left", "left"),
    ("Closed", "blocked"),
)


@dataclass(frozen=True)
class Listed:
    """A person as the desk lists her: masked."""

    masked: str
    state: str
    when: datetime


def subscribers() -> ResponseReturnValue:
    """Counts, the last twenty, and a look-up by exact address (by POST: no address in a URL)."""
    form = LookUpForm()
    if form.validate_on_submit() and (found := desk_people.look_up(form)):
        return found
    session, now = db.session(), clock.now()
    told = standing.days(session, now)
    counted = [audience.counts(session, topic, now) for topic in Topic]
    shown = standing.thinned(told, MOST_DAYS)
    return render_template(
        "newsletter/desk/subscribers.html",
        standing=told[-1].standing,
        days=shown,
        chart=drawing.line(
            [one.day.toordinal() for one in shown], [one.standing.getting for one in shown]
        ),
        topics=[TOPIC_LABELS[topic] for topic in Topic],
        rows=[(label, [getattr(counts, name) for counts in counted]) for label, name in ROWS],
        latest=_latest(),
        look_up=form,
    )


def _latest() -> list[Listed]:
    newest = db.session.scalars(select(Subscriber).order_by(Subscriber.id.desc()).limit(LATEST))
    return [
        Listed(addresses.mask(person.address), _state_of(person), person.created_at)
        for person in newest
    ]


def _state_of(person: Subscriber) -> str:
    labels = [TOPIC_LABELS[topic].lower() for topic in subscribing.chosen_topics(person)]
    if labels:
        return "gets " + " and ".join(labels)
    is_open = any(held.state == "unconfirmed" for held in person.subscriptions)
    return "has not confirmed yet" if is_open else "has left"
