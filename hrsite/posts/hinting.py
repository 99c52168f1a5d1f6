"""Hints about an article: what is looked at, which were answered, and what an answer changes."""

import json
from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from hrsite.hints.gathering import Box, Gathered, gather
from hrsite.hints.hint import Hint, changed
from hrsite.markup import from_markdown, word_count
from hrsite.posts.models import Post
from hrsite.posts.models_hinting import KeptHints

# What a form may carry of them; more was typed by nobody.
MOST_KEPT, LONGEST_KEY = 200, 200
# A letter of so many words is near the size where it is cut (80 KB with all that is around).
MOST_WORDS_IN_A_LETTER = 9_000
TOO_LONG = (
    "The letter will hold its beginning and a link to the rest: mail programs cut long letters."
)


def hints_about(boxes: Sequence[Box], language: str, today: date, kept: frozenset[str]) -> Gathered:
    """All hints about the boxes of a writing form."""
    return gather(boxes, language, today, kept, more=_of_size(boxes))


def kept_in(text: str) -> frozenset[str]:
    """The keys that a hidden box carries; whatever else is in it counts for nothing."""
    try:
        keys = json.loads(text or "[]")
    except (ValueError, RecursionError):
        return frozenset()
    if not isinstance(keys, list):
        return frozenset()
    good = [key for key in keys if isinstance(key, str) and len(key) <= LONGEST_KEY]
    return frozenset(good[:MOST_KEPT])


def as_text(keys: frozenset[str]) -> str:
    """The same, for a hidden box; nothing for none."""
    return json.dumps(sorted(keys)) if keys else ""


def kept_of(session: Session, post: Post) -> frozenset[str]:
    """The keys she has kept in a saved article."""
    row = session.get(KeptHints, post.id)
    return frozenset() if row is None else kept_in(row.keys)


def remember(session: Session, post: Post, keys: frozenset[str]) -> None:
    """Write down with an article what she has kept in it."""
    row = session.get(KeptHints, post.id)
    if row is not None:
        row.keys = as_text(keys) or "[]"
    elif keys:
        session.add(KeptHints(post_id=post.id, keys=as_text(keys)))


def with_choice(boxes: Sequence[Box], hint: Hint, choice: int) -> str:
    """What its box says with the chosen words."""
    (text,) = (box.text for box in boxes if box.name == hint.box)
    return changed(text, hint, choice)


def _of_size(boxes: Sequence[Box]) -> list[Hint]:
    for box in boxes:
        if box.is_body and len(box.text) > MOST_WORDS_IN_A_LETTER:  # No word is shorter than that.
            html = box.text if box.format == "html" else from_markdown(box.text)
            count = word_count(html)
            if count > MOST_WORDS_IN_A_LETTER:
                return [Hint("size", box.name, f"{count:,} words", TOO_LONG)]
    return []
