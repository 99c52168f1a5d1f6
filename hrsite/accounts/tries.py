"""Five wrong tries an hour, for one account and for one network; then a wait, said in words."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.orm import Session

from hrsite.accounts import auditing
from hrsite.accounts.models import AuditEvent

WINDOW = timedelta(hours=1)
MOST = 5
FAILED = "sign_in_failed"
# What begins an account's count anew: she is known to be herself.
KNOWN_AGAIN = ("signed_in", "set_up", "owner_let_in")


class TooManyTries(Exception):
    """Five wrong tries within the hour. `until` is the moment from which the next one counts."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"wait until {until:%H:%M}")
        self.until = until


def account_key(email_key: str) -> str:
    """What the audit keeps of an address somebody typed: found again, never read."""
    return _keyed_hash("account " + email_key)


def network_key(network: str, now: datetime) -> str:
    """What the audit keeps of a network: another value every day, so that no history grows."""
    return _keyed_hash(f"network {now:%Y-%m-%d} {network}")


def refuse_when_too_many(
    session: Session, account: str | None, network: str, now: datetime
) -> None:
    """Raises TooManyTries when five tries went wrong in the hour before `now`.

    `account` is an account_key, or None when no account can have that name.
    """
    # Just after midnight the hour reaches into yesterday, whose keys are others.
    networks = {network_key(network, now), network_key(network, now - WINDOW)}
    one_at_a_time(session, sorted({account or "", *networks}))
    failed = [_failed(AuditEvent.network_key.in_(networks), session, now - WINDOW)]
    if account is not None:
        since = max(now - WINDOW, _known_since(session, account) or now - WINDOW)
        failed.append(_failed(AuditEvent.account_key == account, session, since))
    untils = [moments[MOST - 1] + WINDOW for moments in failed if len(moments) >= MOST]
    if untils:
        raise TooManyTries(max(untils))


def note_failure(session: Session, account: str | None, network: str, now: datetime) -> None:
    """Write down one wrong try. The door commits it, although it answers with a refusal."""
    auditing.record(
        session, FAILED, now=now, account_key=account, network_key=network_key(network, now)
    )


def _failed(whose: ColumnElement[bool], session: Session, since: datetime) -> list[datetime]:
    """The latest wrong tries after a moment, newest first."""
    return list(
        session.scalars(
            select(AuditEvent.happened_at)
            .where(AuditEvent.kind == FAILED, AuditEvent.happened_at > since, whose)
            .order_by(AuditEvent.happened_at.desc())
            .limit(MOST)
        )
    )


def _known_since(session: Session, account: str) -> datetime | None:
    return session.scalar(
        select(func.max(AuditEvent.happened_at)).where(
            AuditEvent.kind.in_(KNOWN_AGAIN), AuditEvent.account_key == account
        )
    )


def one_at_a_time(session: Session, keys: Iterable[str]) -> None:
    """Let tries at one account wait for each other, or a hundred at once would all be the first.

    The same for anything else of which there may be so many: a key is hexadecimal.

    SQLite writes one at a time anyway. On PostgreSQL the lock ends with the transaction.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    for key in keys:
        if key:
            number = int(key[:15], 16)  # 60 bits: a bigint is signed.
            session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})


def _keyed_hash(text_to_hash: str) -> str:
    found: str = current_app.extensions["seal"].keyed_hash(text_to_hash)
    return found
