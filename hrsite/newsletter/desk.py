"""The desk's side of the newsletter: counts of readers, and how each Issue went."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import StringField

from hrsite import addresses
from hrsite.accounts import guard
from hrsite.extensions import db
from hrsite.markup import tidy_text
from hrsite.newsletter import audience, desk_issues, desk_uncertain, subscribing
from hrsite.newsletter.consent import TOPIC_LABELS
from hrsite.newsletter.desk_words import EVENT_WORDS, LISTED
from hrsite.newsletter.models import ConsentEvent, Subscriber, Topic
from hrsite.shaping import Form

blueprint = Blueprint("newsletter_desk", __name__, url_prefix="/desk")
blueprint.before_request(guard.require_coach)
# The largest number PostgreSQL can look for (a larger one would be an error, not a missing page).
ISSUE = "/issues/<int(max=2147483647):issue_id>"
blueprint.add_url_rule("/issues", "issue_list", desk_issues.issue_list)
blueprint.add_url_rule(ISSUE, "issue", desk_issues.issue)
blueprint.add_url_rule(
    f"{ISSUE}/people/<any({', '.join(LISTED)}):state>", "issue_people", desk_issues.issue_people
)
for name, deed in (
    ("stop", desk_issues.stop),
    ("resume", desk_issues.resume),
    ("issue_again", desk_uncertain.issue_again),
    ("issue_leave", desk_uncertain.issue_leave),
):
    path = f"{ISSUE}/{name.removeprefix('issue_')}"
    blueprint.add_url_rule(path, name, deed, methods=["POST"])

LATEST = 20


class LookUpForm(Form):
    """One whole address; there is no search through the list."""

    address = StringField(
        "A whole email address", filters=[lambda text: tidy_text(text or "").strip()]
    )


@dataclass(frozen=True)
class Listed:
    """A person as the desk lists her: masked."""

    masked: str
    state: str
    when: datetime


@dataclass(frozen=True)
class Found:
    """One person's history, for the coach who typed the whole address."""

    masked: str
    history: list[tuple[datetime, str]]


@blueprint.route("/subscribers", methods=["GET", "POST"])
def subscribers() -> ResponseReturnValue:
    """Counts, the last twenty, and a look-up by exact address (by POST: no address in a URL)."""
    form, found, asked = LookUpForm(), None, False
    if form.validate_on_submit():
        try:
            person = subscribing.find_by_address(db.session(), form.address.data or "")
        except addresses.BadAddress as trouble:
            form.address.errors = [str(trouble)]
        else:
            asked, found = True, _found(person) if person else None
    return render_template(
        "newsletter/desk/subscribers.html",
        counts=[(TOPIC_LABELS[topic], *_counts(topic)) for topic in Topic],
        latest=_latest(),
        look_up=form,
        found=found,
        asked=asked,
    )


def _counts(topic: Topic) -> tuple[int, int, int]:
    counted = audience.counts(db.session(), topic)
    return counted.ready + counted.blocked, counted.unconfirmed, counted.left


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


def _found(person: Subscriber) -> Found:
    events = db.session.scalars(
        select(ConsentEvent)
        .where(ConsentEvent.address_key == person.address_key)
        .order_by(ConsentEvent.id.desc())
    )
    return Found(
        addresses.mask(person.address),
        [(event.happened_at, _event_words(event)) for event in events],
    )


def _event_words(event: ConsentEvent) -> str:
    what = EVENT_WORDS.get(event.kind, event.kind)
    return f"{what}: {TOPIC_LABELS[event.topic].lower()}" if event.topic else what
