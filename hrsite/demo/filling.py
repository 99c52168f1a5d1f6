"""A site to try: articles, notices, an about page, three readers and a coach who can sign in."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import addresses, clock
from hrsite.accounts.models import Account
from hrsite.accounts.passwords import hash_password, is_right
from hrsite.demo import sessions, words
from hrsite.newsletter import consent, subscribing
from hrsite.newsletter.models import Subscription, SubscriptionState, Topic
from hrsite.newsletter.models_people import DailyTally
from hrsite.posts import aging
from hrsite.posts.models import Post
from hrsite.posts.tagging import tags_named
from hrsite.texts import markdown

CONTENT = Path(__file__).parent / "content"
COACH, EMAIL = "Jordan Hale", "jordan@example.org"
READERS = ("reader.one@example.org", "reader.two@example.org", "reader.three@example.org")
# So many days ago each of them came, and somebody stayed for three weeks.
CAME_DAYS_AGO, STAYED_DAYS_AGO = (71, 44, 9), range(38, 59)
SIGN_IN_FILE = "sign-in.txt"


@dataclass(frozen=True)
class SignIn:
    """How the demo's coach signs in."""

    email: str
    password: str


def environment(folder: Path, port: int) -> dict[str, str]:
    """The demo's settings: all its own, so that nothing real is touched or written to."""
    return {
        "HRSITE_MODE": "demo",
        "HRSITE_ENV_FILE": "",
        "DATA_DIR": str(folder),
        "PORT": str(port),
        "HOST": "127.0.0.1",
        "BASE_URL": f"http://localhost:{port}",
        "DATABASE_URL": "",
        "QUEUE_URL": "",
        "SECRET_KEY": "",
        "ADDRESS_KEY": "",
        "MAIL_SERVER": "",
        "TIME_ZONE": "America/Toronto",
        "SITE_NAME": "Steady Ground",
        "SITE_TAGLINE": "Harm reduction coaching, one ordinary day at a time",
        "COACH_NAME": COACH,
        "SIGNUP_MIN_SECONDS": "0",
        "SIGNUP_FREE_A_DAY": "1000",
        # Long enough to see "Stop it", short enough to see the letter.
        "UNDO_MINUTES": "1",
    }


def fill(session: Session, folder: Path) -> SignIn:
    """Fill an empty database; a filled one stays as it is. How to sign in, either way."""
    sign_in = _sign_in(folder)
    account = session.scalar(select(Account).where(Account.email == EMAIL))
    if account is not None and not is_right(account.password_hash, sign_in.password):
        # The file was thrown away: what the console says must open the desk all the same.
        account.password_hash = hash_password(sign_in.password)
    if session.scalar(select(Account.id).limit(1)) is None:
        now = clock.now()
        session.add(
            Account(
                name=COACH,
                email=sign_in.email,
                password_hash=hash_password(sign_in.password),
                is_owner=True,
                created_at=now,
            )
        )
        for path in sorted((CONTENT / "articles").glob("*.md")):
            session.add(_article(session, path, now))
            session.flush()
        session.add_all(sessions.notices(now))
        words.fill(session, now)
        for typed in READERS:
            _add_reader(session, typed, now)
        session.add_all(_tallies(now))
    return sign_in


def welcome(base_url: str, sign_in: SignIn) -> str:
    """What the console says: where the site is, how to sign in, where mail goes."""
    return "\n".join(
        (
            "",
            f"  The site     {base_url}/",
            f"  The desk     {base_url}/desk/",
            f"  Sign in as   {sign_in.email}",
            f"  Password     {sign_in.password}",
            f"  Mail         goes nowhere: read it at {base_url}/desk/letters/",
            "",
            "  Ctrl-C ends it.",
            "",
        )
    )


def _sign_in(folder: Path) -> SignIn:
    """The demo's own password, made at its first start and kept beside its data."""
    file = folder / SIGN_IN_FILE
    if not file.exists() or not file.read_text().strip():
        file.touch(mode=0o600)
        file.write_text(f"steady-ground-{secrets.token_hex(4)}\n")
    return SignIn(EMAIL, file.read_text().strip())


def _article(session: Session, path: Path, now: datetime) -> Post:
    facts, body = words.read(path)
    published_at = now - timedelta(days=facts["published_days_ago"], hours=3)
    reviewed = facts.get("reviewed_days_ago")
    return Post(
        title=facts["title"],
        slug=path.stem.split("-", 1)[1],
        summary=facts["summary"],
        body_html=markdown.from_markdown(body),
        language=facts.get("language", ""),
        author_name=COACH,
        created_at=published_at,
        updated_at=published_at,
        published_at=published_at,
        reviewed_at=None if reviewed is None else now - timedelta(days=reviewed),
        current_until=_true_until(facts, published_at),
        content_note=facts.get("content_note", ""),
        pinned_place=facts.get("start_here"),
        tags=tags_named(session, facts["topics"]),
    )


def _true_until(facts: dict[str, Any], published_at: datetime) -> datetime | None:
    if "true_for_days" not in facts:
        return None
    day = clock.local(published_at).date() + timedelta(days=facts["true_for_days"])
    return aging.end_of(day, clock.zone())


def _add_reader(session: Session, typed: str, now: datetime) -> None:
    reader = subscribing.new_subscriber(session, addresses.check(typed), now)
    for topic in Topic:
        reader.subscriptions.append(
            Subscription(topic=topic, state=SubscriptionState.CONFIRMED, changed_at=now)
        )
        # As everybody does who comes by the site: asked with its form, said yes by its letter.
        consent.note(session, reader.address_key, "asked", topic, "form", now)
        consent.note(session, reader.address_key, "confirmed", topic, "letter", now)


def _tallies(now: datetime) -> list[DailyTally]:
    """How the list grew to the readers it has, for the line on the desk."""
    today = clock.local(now).date()
    return [
        DailyTally(
            day=today - timedelta(days=ago),
            getting_count=sum(ago <= came for came in CAME_DAYS_AGO) + (ago in STAYED_DAYS_AGO),
            paused_count=0,
            waiting_count=int(ago % 11 == 3),
            left_count=0,
            closed_count=0,
        )
        for ago in range(1, 79)
    ]
