"""What a session notice said before: what of it is words, and how these are kept.

Its times are no words: readers were told of them, and they change by moving or calling off.
"""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from hrsite import earlier
from hrsite.earlier import EarlierText, Said
from hrsite.notices.models import SessionNotice

ROOM = SessionNotice.__tablename__
# The boxes beside the title and the text, and what each is called in a comparison.
BOXES = {"for_whom": "For", "place": "Where", "how_to_join": "How to join"}


def keep(session: Session, notice: SessionNotice) -> None:
    """Write down what the notice says now, unless that is what was written down last."""
    facts = notice.version, notice.updated_at, notice.title, notice.body_html
    earlier.keep(session, ROOM, notice.id, Said(*facts, boxes_of(notice)))


def boxes_of(notice: SessionNotice) -> dict[str, str]:
    """What stands in the boxes now."""
    return {name: getattr(notice, name) or "" for name in BOXES}


def boxes_in(kept: EarlierText) -> dict[str, str]:
    """What stood in the boxes then."""
    return {name: kept.box(name) for name in BOXES}


def named(title: str, boxes: Mapping[str, str]) -> dict[str, str]:
    """The same boxes under the words that stand beside them, for a comparison."""
    return {"Title": title, **{words: boxes[name] for name, words in BOXES.items()}}
