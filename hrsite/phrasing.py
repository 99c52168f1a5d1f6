"""What pages and letters say in the same words: filters for the templates of both.

They stand here and not in a door, because a worker writes letters and opens none.
"""

from datetime import datetime

from flask import Flask

from hrsite import clock, furniture
from hrsite.notices import wording
from hrsite.notices.models import SessionNotice
from hrsite.posts import aging, prefacing
from hrsite.posts.listing import AnyPost


def init_app(app: Flask) -> None:
    """Hand them to Jinja."""
    app.jinja_env.filters |= {"age": _age, "last_day": _last_day, "session_when": _session_when}


def _age(post: AnyPost) -> str:
    return prefacing.age(post, clock.now())


def _last_day(moment: datetime) -> str:
    return furniture.calendar_day(aging.last_day(moment, clock.zone()))


def _session_when(notice: SessionNotice, begins_a_sentence: bool = False) -> str:
    said = wording.when(notice, clock.now())
    return wording.sentence(said) if begins_a_sentence else said
