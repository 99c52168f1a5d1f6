"""Sign in, stay signed in for a while, see where, and end it."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hrsite import addresses, furniture, tokens
from hrsite.accounts import auditing, passwords, tries
from hrsite.accounts.models import Account, DeskSession, SetUpCode

# OWASP Session Management: idle and absolute limits, both kept by the server.
IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
LONGEST_KEPT = timedelta(days=30)


class WrongSignIn(Exception):
    """Address and password do not belong together. Never says which of the two is wrong."""


class WrongPassword(Exception):
    """Somebody who is signed in typed another password than her own."""


def sign_in(
    session: Session, email: str, password: str, network: str, is_kept: bool, now: datetime
) -> tuple[DeskSession, str]:
    """Check who this is, and start a session: the row, and the token for the cookie.

    Raises WrongSignIn (write it down: commit) or TooManyTries.
    """
    key = _email_key(email)
    account_key = tries.account_key(key) if key else None
    tries.refuse_when_too_many(session, account_key, network, now)
    account = session.scalar(select(Account).where(Account.email == key)) if key else None
    is_right = passwords.is_right(account.password_hash if account else None, password)
    if account is None or not is_right:
        tries.note_failure(session, account_key, network, now)
        raise WrongSignIn
    auditing.record(
        session,
        "signed_in",
        now=now,
        account_id=account.id,
        account_key=account_key,
        network_key=tries.network_key(network, now),
    )
    return start_session(session, account, is_kept, now)


def start_session(
    session: Session, account: Account, is_kept: bool, now: datetime
) -> tuple[DeskSession, str]:
    """A new session with a token nobody has seen; her sessions that are over go away."""
    session.execute(
        delete(DeskSession).where(DeskSession.account_id == account.id, DeskSession.ends_at <= now)
    )
    token = tokens.new_token()
    row = DeskSession(
        account=account,
        token_hash=tokens.fingerprint(token),
        is_kept=is_kept,
        started_at=now,
        seen_at=now,
        ends_at=now + (LONGEST_KEPT if is_kept else LONGEST),
    )
    session.add(row)
    session.flush()
    return row, token


def forget_ended(session: Session, now: datetime) -> None:
    """Drop every session and every code that is over."""
    for table in (DeskSession, SetUpCode):
        session.execute(delete(table).where(table.ends_at <= now))


def session_for_token(session: Session, token: str, now: datetime) -> DeskSession | None:
    """The session this token opens, unless it has ended."""
    if not tokens.is_token_shaped(token):
        return None
    return session.scalar(
        select(DeskSession).where(
            DeskSession.token_hash == tokens.fingerprint(token), DeskSession.ends_at > now
        )
    )


def sessions_of(session: Session, account: Account, now: datetime) -> list[DeskSession]:
    """Where she is signed in, the latest first."""
    return list(
        session.scalars(
            select(DeskSession)
            .where(DeskSession.account_id == account.id, DeskSession.ends_at > now)
            .order_by(DeskSession.started_at.desc(), DeskSession.id.desc())
        )
    )


def end_session(session: Session, account: Account, row_id: int, kind: str, now: datetime) -> bool:
    """End one of her sessions; false when there is none with this number.

    `kind` is the audit's word for it: "signed_out" or "session_ended".
    """
    ended = session.execute(
        delete(DeskSession)
        .where(DeskSession.id == row_id, DeskSession.account_id == account.id)
        .returning(DeskSession.id)
    ).first()
    if ended is not None:
        auditing.record(session, kind, now=now, account_id=account.id)
    return ended is not None


def end_all_sessions(session: Session, account: Account) -> None:
    """End every session of hers, this browser's too."""
    session.execute(delete(DeskSession).where(DeskSession.account_id == account.id))


def check_again(
    session: Session, account: Account, password: str, network: str, now: datetime
) -> None:
    """Before something grave, ask the one who is signed in for her password.

    Raises WrongPassword (write it down: commit) or TooManyTries: a browser left open in a
    library must not be a place to guess in.
    """
    key = tries.account_key(account.email)
    tries.refuse_when_too_many(session, key, network, now)
    if not passwords.is_right(account.password_hash, password):
        tries.note_failure(session, key, network, now)
        raise WrongPassword


def change_password(
    session: Session, desk_session: DeskSession, new: str, now: datetime
) -> tuple[DeskSession, str]:
    """Give her a new password, end all her sessions, and start a new one for this browser.

    A new token here too: if somebody has a copy of this browser's cookie, it ends with the rest.
    Call check_again() first. Raises WeakPassword.
    """
    account, is_kept = desk_session.account, desk_session.is_kept
    passwords.judge_password(new, words_about(account.name, account.email))
    account.password_hash = passwords.hash_password(new)
    end_all_sessions(session, account)
    auditing.record(session, "password_changed", now=now, account_id=account.id)
    return start_session(session, account, is_kept, now)


def words_about(name: str, email: str) -> list[str]:
    """What a stranger would try first, for judge_password()."""
    local, _, domain = email.rpartition("@")
    site = furniture.site()
    texts = (site.name, site.coach_name, name)
    parts = [part for text in texts for part in (text, *text.split())]
    return sorted({*parts, local, domain.split(".")[0]} - {""}, key=len, reverse=True)


def _email_key(email: str) -> str | None:
    """The spelling accounts are kept under, or None when no account can have this address."""
    try:
        return addresses.check(email).key
    except addresses.BadAddress:
        return None
