"""The audit in words: each kind of line, a note by whoever is at the desk, and the newest lines."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite.accounts import auditing, guard
from hrsite.accounts.models import AuditEvent
from hrsite.extensions import db

SHOWN = 30
# By what the rules of this site say must be written down.
KINDS: dict[str, dict[str, str]] = {
    "sign-ins": {
        "signed_in": "Signed in",
        "sign_in_failed": "A try to sign in that was wrong",
        "signed_out": "Signed out",
        "session_ended": "Signed out another browser",
        "password_changed": "Changed the password",
        "set_up_code_made": "A one-time code was made on the server",
        "set_up": "Set up the desk",
        "owner_let_in": "Came in with a one-time code of the server",
    },
    "sends": {
        "article_published": "Published or planned an article",
        "article_withdrawn": "Took back an article",
        "notice_published": "Published a session notice",
        "notice_changed": "Moved or called off a session, or put it back",
        "notice_withdrawn": "Took back a session notice",
        "notice_told": "Let readers be told of a session",
        "notice_untold": "Called off a session’s letter",
        "issue_stopped": "Stopped an Issue",
        "issue_resumed": "Let an Issue go on",
        "issue_planned": "Planned an Issue anew",
        "issue_dropped": "Dropped an Issue",
        "letters_repeated": "Had letters nobody knows of handed over again",
        "letters_resumed": "Let letters go on",
    },
    "exports": {
        "list_taken_out": "Took the list of readers out as a file",
        "proof_shown": "Looked at a proof of consent",
        "person_looked_up": "Looked somebody up",
    },
    "imports": {
        "list_brought_in": "Brought a list in",
        "list_undone": "Undid a list",
        "person_added": "Added somebody who asked",
    },
    "erasures": {
        "reader_erased": "A reader erased herself",
        "requests_forgotten": "Forgot requests that waited",
    },
    "settings": {
        "settings_changed": "Changed the site’s words",
        "help_lines_changed": "Changed the help lines",
        "welcome_changed": "Changed the welcome letter",
    },
}
WORDS = {kind: words for kinds in KINDS.values() for kind, words in kinds.items()}


@dataclass(frozen=True)
class Line:
    """One line of the audit, as the page shows it."""

    happened_at: datetime
    words: str
    detail: str


def note(kind: str, now: datetime, detail: str = "") -> None:
    """Add a line by whoever is signed in, or by nobody. Then commit.

    `detail` is a number of ours, never an address nor a key of a person.
    """
    account = guard.account_or_none()
    account_id = account.id if account else None
    auditing.record(db.session(), kind, now=now, account_id=account_id, detail=detail)


def newest(session: Session) -> list[Line]:
    """What was done last, the newest first."""
    rows = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(SHOWN))
    return [Line(row.happened_at, WORDS.get(row.kind, row.kind), row.detail) for row in rows]
