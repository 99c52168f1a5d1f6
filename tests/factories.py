"""Things to test with: plain functions with sensible defaults; each commits what it makes."""

import functools
import itertools
from datetime import date, datetime, timedelta
from typing import Any

from flask import current_app
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite import addresses, clock, tokens
from hrsite.accounts.models import Account, DeskSession
from hrsite.accounts.passwords import hash_password
from hrsite.media.models import Picture
from hrsite.newsletter import bringing, issues, listknowing
from hrsite.newsletter.models import Issue, Subscriber, Subscription, SubscriptionState, Topic
from hrsite.newsletter.models_moving import AddressChange
from hrsite.newsletter.models_people import BroughtList
from hrsite.notices import planning
from hrsite.notices.models import Rhythm, SessionNotice
from hrsite.outbox import recipients
from hrsite.outbox.parts import AT_ONCE
from hrsite.pages.models import Page
from hrsite.posts.models import Post, Tag
from hrsite.settings.models import HelpLine, Way

PASSWORD = "a quiet room with a lamp on"
_numbers = itertools.count(1)
_hash_once = functools.cache(hash_password)  # Slow on purpose; once a run is enough.


def _keep(session: Session, row: Any) -> Any:
    session.add(row)
    session.commit()
    return row


def make_account(session: Session, **changes: Any) -> Account:
    """The coach, with PASSWORD for a password."""
    facts: dict[str, Any] = {
        "name": "Jordan Hale",
        "email": "jordan@example.org",
        "is_owner": True,
        "created_at": clock.now(),
    } | changes
    facts.setdefault("password_hash", _hash_once(PASSWORD))
    return _keep(session, Account(**facts))


def sign_in(client: FlaskClient, account: Account) -> FlaskClient:
    """The same browser with the desk's cookie in it."""
    token, now = tokens.new_token(), clock.now()
    from hrsite.extensions import db

    db.session.add(
        DeskSession(
            account_id=account.id,
            token_hash=tokens.fingerprint(token),
            started_at=now,
            seen_at=now,
            ends_at=now + timedelta(hours=12),
        )
    )
    db.session.commit()
    with client.session_transaction("/desk/") as cookie:
        cookie["_user_id"] = token
        cookie["_fresh"] = True
        cookie["account_id"] = account.id
        cookie["seen"] = int(now.timestamp())
    return client


def make_tag(session: Session, name: str = "Starting out") -> Tag:
    """A topic of articles."""
    return _keep(session, Tag(name=name, slug=name.lower().replace(" ", "-")))


def make_post(session: Session, **changes: Any) -> Post:
    """A published article; `published_at=None` makes a draft."""
    number, now = next(_numbers), clock.now()
    facts: dict[str, Any] = {
        "title": f"Small steps, kept {number}",
        "slug": f"small-steps-kept-{number}",
        "summary": "Why a thing done twice this week beats a thing sworn forever.",
        "body_html": "<h2>Start small</h2><p>Write down one thing that helped today.</p>",
        "author_name": "Jordan Hale",
        "created_at": now,
        "updated_at": now,
        "published_at": now - timedelta(minutes=1),
        "send_to_readers": False,
        "version": 1,
    } | changes
    return _keep(session, Post(**facts))


def make_help_line(session: Session, **changes: Any) -> HelpLine:
    """A line of who helps right now, checked yesterday."""
    facts: dict[str, Any] = {
        "who": "Demo line",
        "number": "555-0100",
        "way": Way.BOTH,
        "hours": "any hour",
        "checked_on": clock.local(clock.now()).date() - timedelta(days=1),
    } | changes
    return _keep(session, HelpLine(**facts))


def make_notice(session: Session, **changes: Any) -> SessionNotice:
    """A published notice of a session in two days, at 7 pm in Toronto, for an hour.

    Give it moments (`starts_at`, `ends_at`; both None: until further notice) or, for a series,
    `rhythm`, `first_on`, `start_time` and so on: the others follow.
    """
    number, now, zone = next(_numbers), clock.now(), clock.zone()
    starts_at: datetime | None = changes.pop("starts_at", now + timedelta(days=2, hours=9))
    ends_at = changes.pop("ends_at", starts_at and starts_at + timedelta(hours=1))
    facts: dict[str, Any] = {
        "title": "Thursday's group moves online",
        "slug": f"thursdays-group-moves-online-{number}",
        "body_html": "<p>The room is closed this week. We meet online.</p>",
        "rhythm": Rhythm.STANDING,
        "zone_name": zone.key,
        "place": "Online",
        "how_to_join": "Open your booking letter and press Join.",
        "created_at": now,
        "updated_at": now,
        "published_at": now - timedelta(minutes=1),
        "send_to_readers": False,
        "version": 1,
        "sequence": 0,
    }
    if starts_at is not None:
        local, length = starts_at.astimezone(zone), (ends_at or starts_at) - starts_at
        facts |= {
            "rhythm": Rhythm.ONCE,
            "first_on": local.date(),
            "start_time": local.time(),
            "length_minutes": int(length.total_seconds()) // 60,
        }
    notice = SessionNotice(**facts | changes)
    if notice.until_further_notice and notice.review_on is None:
        notice.review_on = planning.review_day(notice.updated_at, zone)
    planning.settle(notice)
    made: SessionNotice = _keep(session, notice)
    return made


def make_subscriber(
    session: Session,
    typed: str = "reader@example.org",
    topics: tuple[Topic, ...] = (Topic.ARTICLES,),
    state: SubscriptionState = SubscriptionState.CONFIRMED,
) -> Subscriber:
    """A person on the list, in one state for each of the topics."""
    now, address = clock.now(), addresses.check(typed)
    links = {purpose: tokens.new_token() for purpose in ("confirm", "settings", "unsubscribe")}
    key = current_app.extensions["seal"].keyed_hash(address.key)
    recipient = recipients.find_or_make(session, address.typed, key)
    recipient.links = links
    subscriber = Subscriber(
        recipient=recipient,
        created_at=now,
        subscriptions=[Subscription(topic=topic, state=state, changed_at=now) for topic in topics],
        **{f"{purpose}_hash": tokens.fingerprint(token) for purpose, token in links.items()},
    )
    return _keep(session, subscriber)


def make_address_change(
    session: Session, person: Subscriber, typed: str, move_hash: str, stop_hash: str
) -> AddressChange:
    """A wish for another address, of which both letters are written."""
    now = clock.now()
    return _keep(
        session,
        AddressChange(
            subscriber_id=person.id,
            address=typed,
            move_hash=move_hash,
            stop_hash=stop_hash,
            asked_at=now,
            written_at=now,
        ),
    )


def make_page(session: Session, **changes: Any) -> Page:
    """The About page."""
    facts: dict[str, Any] = {
        "slug": "about",
        "title": "About Jordan",
        "body_html": "<p>I listen first.</p>",
        "updated_at": clock.now(),
        "version": 1,
    } | changes
    return _keep(session, Page(**facts))


def make_picture(session: Session, **changes: Any) -> Picture:
    """A picture's row, without its pixels."""
    facts: dict[str, Any] = {
        "name": tokens.new_token(),
        "alt": "A table with two cups",
        "is_decorative": False,
        "width": 1600,
        "height": 900,
        "byte_count": 1000,
        "created_at": clock.now(),
    } | changes
    return _keep(session, Picture(**facts))


def make_list(
    session: Session, text: str = "Email\nada@example.com\n", **changes: Any
) -> BroughtList:
    """A list that was read and not added yet; its people said yes on another site."""
    now = clock.now()
    facts: dict[str, Any] = {
        "topics": [Topic.ARTICLES],
        "asks_all": False,
        "said_on": date(2026, 5, 3),
        "said_where": "The form on my old site",
    } | changes
    reading = listknowing.read(text.encode(), now.date())
    made = bringing.take(session, reading, bringing.Wish(**facts), tokens.new_token(), now)
    return _keep(session, made)


def open_issues(session: Session) -> list[Issue]:
    """Let the worker write down every Issue that is due, and hand nothing over yet."""
    opened = []
    for told in issues.due(session, clock.now()):
        issue = issues.open_issue(session, told, clock.now())
        session.commit()
        assert issue is not None
        opened.append(issue)
    while unlisted := issues.unlisted(session):
        for issue_id, _ in unlisted:
            issues.list_more(session, issue_id, AT_ONCE, clock.now())
            session.commit()
    session.commit()  # No look stays open: whoever writes next must not do so on an old one.
    return opened
