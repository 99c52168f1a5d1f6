"""The desk's side of the newsletter: counts of readers, and how each Issue went."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import StringField

from hrsite import addresses, clock, queue
from hrsite.accounts import guard
from hrsite.extensions import db
from hrsite.markup import tidy_text
from hrsite.newsletter import audience, issues, subscribing
from hrsite.newsletter.consent import TOPIC_LABELS
from hrsite.newsletter.models import ConsentEvent, Issue, Subscriber, Topic
from hrsite.outbox import history, pausing
from hrsite.outbox.models import Delivery, DeliveryState
from hrsite.shaping import Form

blueprint = Blueprint("newsletter_desk", __name__, url_prefix="/desk")
blueprint.before_request(guard.require_coach)

LATEST = 20
ISSUES_SHOWN = 50
TROUBLED_SHOWN = 50
# The state, what the coach reads, and what it means: in the order a letter goes through them.
STATE_WORDS = {
    DeliveryState.QUEUED: ("Waiting", "Written down, not handed over yet."),
    DeliveryState.SENDING: ("On the way", "Being handed over to your mail service now."),
    DeliveryState.DEFERRED: ("Will be tried again", "Your mail service said: not now."),
    DeliveryState.ACCEPTED: ("Accepted", "Your mail service took the letter."),
    DeliveryState.REFUSED: ("Refused", "The address does not take mail."),
    DeliveryState.UNCERTAIN: ("Not known", "The line broke before your mail service answered."),
    DeliveryState.WITHDRAWN: ("Not handed over: they left", "They left before it was their turn."),
    DeliveryState.SUPPRESSED: ("Not handed over: blocked", "Mail to the address came back before."),
    DeliveryState.EXPIRED: ("Too late", "It could not be handed over in time."),
}
EVENT_WORDS = {
    "asked": "Asked for letters",
    "confirmed": "Said yes by the letter's link",
    "chosen": "Chose it on the settings page",
    "unsubscribed": "Left",
    "returned": "Came back within the hour",
}


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


@dataclass(frozen=True)
class Troubled:
    """A copy that has no good result."""

    masked: str
    state: str
    reply_text: str


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


@blueprint.get("/issues")
def issue_list() -> ResponseReturnValue:
    """What went out, and how far each has come."""
    shown = issues.latest(db.session(), ISSUES_SHOWN)
    return render_template(
        "newsletter/desk/issues.html",
        issues=shown,
        summaries=issues.summarise(db.session(), shown),
        topic_labels=TOPIC_LABELS,
    )


@blueprint.get("/issues/<int(max=2147483647):issue_id>")
def issue(issue_id: int) -> ResponseReturnValue:
    """One Issue: numbers that add up, and who has no good result."""
    shown = db.get_or_404(Issue, issue_id)
    counted = history.numbers(db.session(), [shown.message_id]).get(shown.message_id, {})
    troubled = history.troubled(db.session(), TROUBLED_SHOWN, shown.message_id)
    return render_template(
        "newsletter/desk/issue.html",
        issue=shown,
        topic_label=TOPIC_LABELS[shown.topic],
        numbers=[
            (words, counted[state], meaning)
            for state, (words, meaning) in STATE_WORDS.items()
            if state in counted
        ],
        total=sum(counted.values()),
        deliveries=[_troubled(delivery) for delivery in troubled],
    )


@blueprint.post("/issues/<int(max=2147483647):issue_id>/stop")
def stop(issue_id: int) -> ResponseReturnValue:
    """Hand over nothing more of an Issue until Resume is pressed."""
    pausing.pause(db.get_or_404(Issue, issue_id).message, "You stopped it.", clock.now(), "stopped")
    db.session.commit()
    flash("Stopped. Nothing more of this goes out until you press Resume.", "done")
    return redirect(url_for("newsletter_desk.issue", issue_id=issue_id), 303)


@blueprint.post("/issues/<int(max=2147483647):issue_id>/resume")
def resume(issue_id: int) -> ResponseReturnValue:
    """Go on with a stopped or paused Issue."""
    pausing.resume(db.get_or_404(Issue, issue_id).message, clock.now())
    db.session.commit()
    queue.wake()
    flash("Going on. Whoever has it already does not get it again.", "done")
    return redirect(url_for("newsletter_desk.issue", issue_id=issue_id), 303)


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


def _troubled(delivery: Delivery) -> Troubled:
    return Troubled(
        addresses.mask(delivery.address),
        STATE_WORDS[delivery.state][0],
        delivery.reply_text or "",
    )
