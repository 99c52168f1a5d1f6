"""One person's page: the coach types a whole address, and reads why a letter did not come.

By POST alone, so that no address stands in a URL; and masked, so that nobody reads it over her
shoulder. `desk` puts it at its address, behind the guard.
"""

from dataclasses import dataclass
from datetime import datetime

from flask import render_template, request
from flask.typing import ResponseReturnValue
from wtforms import StringField

from hrsite import addresses, clock
from hrsite.accounts import auditing, guard
from hrsite.extensions import db
from hrsite.furniture import day, moment
from hrsite.newsletter import consent, explaining, subscribing
from hrsite.newsletter.consent import TOPIC_LABELS
from hrsite.newsletter.desk_words import evidence, fate
from hrsite.newsletter.models import (
    Cadence,
    Issue,
    Subscriber,
    Subscription,
    SubscriptionState,
    Topic,
)
from hrsite.outbox import presence
from hrsite.outbox.models import Delivery
from hrsite.outbox.models_bouncing import Bounce
from hrsite.shaping import Form
from hrsite.texts.markup import tidy_text

STANDINGS = {
    SubscriptionState.UNCONFIRMED: "asked on {}, and has not confirmed yet",
    SubscriptionState.UNSUBSCRIBED: "left on {}",
}
BOUNCES = {
    "hard": "Came back: the address does not take mail",
    "soft": "Came back for now, such as from a full mailbox, or from one they have letters sent"
    " on to",
    "complaint": "Was marked as unwanted mail by the reader",
    "policy": "Their mail service would not have it, which is not their fault",
    "unsubscribed": "They told your mail service, not us, that they want no more. Until you take"
    " them off its list there, it may bring them no letter, even if they sign up again",
}


class LookUpForm(Form):
    """One whole address; there is no search through the list."""

    address = StringField(
        "A whole email address", filters=[lambda text: tidy_text(text or "").strip()]
    )


@dataclass(frozen=True)
class Line:
    """One thing that happened: when, what, how it ended, and what the server said."""

    at: datetime
    what: str
    fate: str
    said: str = ""
    issue_id: int | None = None


def _versions(known: explaining.Known) -> list[tuple[str, str]]:
    """The words that this person read, each version once, the newest first."""
    read = {evidence(event).words_version for event in known.events}
    said = reversed(consent.VERSIONS.items())
    return [(version, words) for version, words in said if version in read]


def look_up(form: LookUpForm) -> ResponseReturnValue | None:
    """The page of whoever was looked up; None when what was typed is no address."""
    try:
        address = addresses.check(form.address.data or "")
    except addresses.BadAddress as trouble:
        form.address.errors = [str(trouble)]
        return None
    session, now = db.session(), clock.now()
    known = explaining.known_of(session, subscribing.key_of(address), now)
    worker = presence.look(session, now)
    is_proof = bool(request.form.get("proof"))
    page = render_template(
        "newsletter/desk/proof.html" if is_proof else "newsletter/desk/person.html",
        # The coach typed it just now; on paper it must say whose proof it is.
        typed=address.typed,
        now=now,
        confirm_words=consent.CONFIRM_WORDS,
        masked=addresses.mask(address.typed),
        known=known,
        standings=_standings(known, now),
        letters=_letters(known, worker.trouble(now)),
        events=[(event.happened_at, evidence(event)) for event in known.events],
        versions=_versions(known),
        came_with_list=any(event.kind == "brought" for event in known.events),
        mask_in=addresses.mask_in,
        look_up=LookUpForm(formdata=None),
    )
    # Who looked, and when; never at whom: the audit outlives the people on the list.
    account_id = guard.present().account.id
    deed = "proof_shown" if is_proof else "person_looked_up"
    auditing.record(session, deed, now=now, account_id=account_id)
    session.commit()
    return page


def _standings(known: explaining.Known, now: datetime) -> list[tuple[str, str]]:
    person = known.subscriber
    if person is None:
        return []
    held = {one.topic: one for one in person.subscriptions}
    is_closed = known.block is not None
    return [
        (
            TOPIC_LABELS[topic],
            _standing(person, held[topic], is_closed, now)
            if topic in held
            else "never asked for them",
        )
        for topic in Topic
    ]


def _standing(person: Subscriber, held: Subscription, is_closed: bool, now: datetime) -> str:
    """Do they get letters of this kind, and if not each of them at once, what comes instead?"""
    since, limits = moment(held.changed_at), []
    if held.state != SubscriptionState.CONFIRMED:
        return STANDINGS[held.state].format(since)
    if held.topic == Topic.ARTICLES and person.cadence != Cadence.EACH:
        limits.append(f"in the {person.cadence} letter")
    if person.is_paused(now) and person.paused_until is not None:
        limits.append(f"paused until {day(person.paused_until)}")
    if is_closed:
        limits.append("but the address is closed")
    return ", ".join([f"{'on the list' if limits else 'gets them,'} since {since}", *limits])


def _letters(known: explaining.Known, worker_trouble: str | None) -> list[Line]:
    """What was written, what was not and why, and what came back: the newest first."""
    lines = [_written(copy, issue, known, worker_trouble) for copy, issue in known.copies]
    lines += [
        Line(one.issue.created_at, one.issue.title, f"Not written to. {one.why}", "", one.issue.id)
        for one in known.missed
    ]
    lines += [_came_back(bounce) for bounce in known.bounces]
    return sorted(lines, key=lambda line: line.at, reverse=True)[: explaining.MOST]


def _written(
    copy: Delivery, issue: Issue | None, known: explaining.Known, worker_trouble: str | None
) -> Line:
    title = issue.title if issue else copy.message.subject
    said = f"{copy.reply_code or ''} {copy.reply_text or ''}".strip()
    block = known.block.reason if known.block else ""
    words = fate(copy, block, worker_trouble)
    return Line(copy.message.created_at, title, words, said, issue.id if issue else None)


def _came_back(bounce: Bounce) -> Line:
    said = f"{bounce.reply_code or ''} {bounce.reply_text}".strip()
    return Line(bounce.happened_at, "A letter", BOUNCES.get(bounce.kind, "Came back") + ".", said)
