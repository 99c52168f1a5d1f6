"""An article by email only: sent off, its letters carried out, and the link that they hold."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite.outbox import folder
from tests.factories import make_post
from tests.posts.pressing import plan, press

Work = Callable[[], None]
Letters = Callable[[], list[folder.OpenLetter]]
LINK = re.compile(r"http://localhost(/r/[\w-]{22})\b")
UNDO = timedelta(minutes=5, seconds=1)


def send_only(coach: FlaskClient, session: Session, **changes: Any) -> int:
    """An article that goes to readers by email only, now."""
    facts: dict[str, Any] = {"title": "Lantern", "slug": "~lantern", "published_at": None} | changes
    post = make_post(session, body_html="<p>Keep the lantern lit.</p>", **facts)
    done = press(coach, post, plan(coach, post, how="only"))
    assert done.location == f"/desk/posts/{post.id}/done"
    return post.id


def mailed(work: Work, clock: time_machine.Traveller) -> None:
    """Let the undo window pass, and the worker do its round."""
    work()
    clock.shift(UNDO)
    work()


def link_in(letter: folder.OpenLetter) -> str:
    found = set(LINK.findall(letter.text))
    assert len(found) == 1
    return str(found.pop())
