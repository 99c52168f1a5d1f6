"""The desk's side of the newsletter: counts of readers, and how each Issue went."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from hrsite import addresses, clock
from hrsite.accounts import guard
from hrsite.extensions import db
from hrsite.newsletter import (
    audience,
    desk_held,
    desk_issues,
    desk_people,
    desk_uncertain,
    desk_welcome,
    subscribing,
)
from hrsite.newsletter.consent import TOPIC_LABELS
from hrsite.newsletter.desk_people import LookUpForm
from hrsite.newsletter.desk_words import LISTED
from hrsite.newsletter.models import Subscriber, Topic

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
    ("reschedule", desk_held.reschedule),
    ("drop", desk_held.drop),
    ("issue_again", desk_uncertain.issue_again),
    ("issue_leave", desk_uncertain.issue_leave),
):
    path = f"{ISSUE}/{name.removeprefix('issue_')}"
    blueprint.add_url_rule(path, name, deed, methods=["POST"])

blueprint.add_url_rule("/welcome", "welcome", desk_welcome.welcome, methods=["GET", "POST"])

LATEST = 20


@dataclass(frozen=True)
class Listed:
    """A person as the desk lists her: masked."""

    masked: str
    state: str
    when: datetime


@blueprint.route("/subscribers", methods=["GET", "POST"])
def subscribers() -> ResponseReturnValue:
    """Counts, the last twenty, and a look-up by exact address (by POST: no address in a URL)."""
    form = LookUpForm()
    if form.validate_on_submit() and (found := desk_people.look_up(form)):
        return found
    return render_template(
        "newsletter/desk/subscribers.html",
        articles=audience.counts(db.session(), Topic.ARTICLES, clock.now()),
        counts=[(TOPIC_LABELS[topic], *_counts(topic)) for topic in Topic],
        latest=_latest(),
        look_up=form,
    )


def _counts(topic: Topic) -> tuple[int, int, int]:
    counted = audience.counts(db.session(), topic, clock.now())
    return counted.confirmed, counted.unconfirmed, counted.left


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
