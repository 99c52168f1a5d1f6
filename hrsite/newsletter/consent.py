"""What people agree to, in which words, and the proof that they did."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from hrsite.newsletter.models import ConsentEvent, Topic

# The sentence beside the button. Change it, and change its version with it: each ConsentEvent
# names the version its person read.
CONSENT_VERSION = "2026-11"
CONSENT_WORDS = (
    "Please email me the letters I chose. You keep my address, my choice and the day I said yes,"
    " and nothing about what I open. I can leave with one press."
)

# The version of words that were the coach's own, or another site's.
NOT_OURS = "not ours"

TOPIC_LABELS = {Topic.ARTICLES: "Articles", Topic.NOTICES: "Session notices"}


def note(
    session: Session,
    address_key: str,
    kind: str,
    topic: Topic | None,
    how: str,
    now: datetime,
    words_version: str = CONSENT_VERSION,
    said_on: date | None = None,
    list_id: int | None = None,
) -> None:
    """Write down one act of consent. Nothing changes it; and nothing removes it, but that a list
    of wrong people is undone.
    """
    session.add(
        ConsentEvent(
            address_key=address_key,
            kind=kind,
            topic=topic,
            how=how,
            words_version=words_version,
            happened_at=now,
            said_on=said_on,
            list_id=list_id,
        )
    )
