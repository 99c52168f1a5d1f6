"""What was begun at the desk and never saved: each with something to know it by."""

from typing import NamedTuple

from sqlalchemy.orm import Session

from hrsite import unsaved
from hrsite.posts.boxes import one_line
from hrsite.texts.cleaning import tree
from hrsite.unsaved import UnsavedWords

LONGEST_TITLE_SHOWN = 80


class Begun(NamedTuple):
    """A new thing that was never saved."""

    words: UnsavedWords
    title: str


def begun(session: Session, room: str) -> list[Begun]:
    """New articles, notices or pages that were never saved."""
    return [Begun(words, title_of(words)) for words in unsaved.all_new(session, room)]


def title_of(words: UnsavedWords) -> str:
    """Its title, or how it begins."""
    boxes = unsaved.boxes_of(words)
    body = boxes.get("body", "")
    if boxes.get("body_format") == "html":
        body = " ".join(block.words() for block in tree(body).elements())
    text = one_line(boxes.get("title") or body) or ""
    return text if len(text) <= LONGEST_TITLE_SHOWN else f"{text[:LONGEST_TITLE_SHOWN].rstrip()}…"
