"""The publish page: choose, and press the button below the sentence."""

import re
from html import unescape
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from hrsite.posts.models import Post
from tests.factories import make_post

LATER = {"when": "later", "date": "2026-06-04", "time": "18:00"}


def plan(coach: FlaskClient, post: Post, **boxes: Any) -> TestResponse:
    """The first step: what the coach chooses."""
    form = {"how": "email", "when": "now", "date": "", "time": ""} | boxes
    return coach.post(f"/desk/posts/{post.id}/publish", data=form)


def press(coach: FlaskClient, post: Post | int, reviewed: TestResponse) -> TestResponse:
    """The second step: the button below the sentence, with all that its form holds."""
    found = re.findall(r'<input\s+type="hidden"\s+name="(\w+)"\s+value="([^"]*)"', reviewed.text)
    boxes = {name: unescape(value) for name, value in found}
    assert "confirm" in boxes
    number = post if isinstance(post, int) else post.id
    return coach.post(f"/desk/posts/{number}/publish", data=boxes)


def make_draft(session: Session, **changes: Any) -> Post:
    return make_post(session, slug="~kept", title="Kept", published_at=None, **changes)
