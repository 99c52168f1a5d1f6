"""A writing form speaks to the server while she writes: what stands in it is kept, not saved.

`desk` puts these at their addresses, behind the guard.
"""

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from hrsite import clock, furniture, unsaved
from hrsite.extensions import db
from hrsite.newsletter.models_welcome import WelcomeWords
from hrsite.notices.models import SessionNotice
from hrsite.pages.models import Page
from hrsite.posts.boxes import MOST_LETTERS, number_in
from hrsite.posts.models import Post
from hrsite.tokens import is_token_shaped

NOT_KEPT = ("csrf_token", "act")
# What is made by a form, and may be made by it only once.
MADE: dict[str, type[Post] | type[SessionNotice] | type[Page]] = {
    table.__tablename__: table for table in (Post, SessionNotice, Page)
}
# There is one welcome letter: it is made by nobody, and is ours until she has written hers.
WELCOME = WelcomeWords.__tablename__
ROOMS = (*MADE, WELCOME)


def keep(room: str) -> ResponseReturnValue:
    """Keep what stands in a form; answers with the time, for the script to say.

    A script that `asks` is told whether the form was saved, and nothing is kept.
    """
    session, now, row_id = db.session(), clock.now(), _row_id(room)
    boxes = {name: text for name, text in request.form.items() if name not in NOT_KEPT}
    key = boxes.get("key", "")
    if not is_token_shaped(key):
        abort(400)
    if sum(map(len, [*boxes, *boxes.values()])) > MOST_LETTERS:
        return {"trouble": "This is too long to keep. The text can have 400,000 characters."}, 422
    if row_id is None and _is_saved(room, key):
        # The last words of a form whose button was pressed already.
        return {"kept_at": furniture.clock_time(now), "is_saved": True}
    if "asks" in boxes:
        return {"is_saved": False}
    unsaved.keep(session, key, room, row_id, boxes, now)
    session.commit()
    return {"kept_at": furniture.clock_time(now)}


def throw_away(room: str) -> ResponseReturnValue:
    """Let go of words that were kept and never saved."""
    session = db.session()
    key = request.form.get("key", "")
    if is_token_shaped(key):
        unsaved.forget(session, key)
    session.commit()
    flash("Those words are gone.", "done")
    return redirect(_back(room), 303)


def _is_saved(room: str, key: str) -> bool:
    """Has the form of this key made something?"""
    if room == WELCOME:
        return False
    table = MADE[room]
    return db.session.scalar(select(table.id).where(table.form_key == key)) is not None


def _row_id(room: str) -> int | None:
    if room == WELCOME:
        return db.session.scalar(select(func.min(WelcomeWords.id)))
    number = number_in(request.args.get("id"))
    return None if db.session.get(MADE[room], number) is None else number


def _back(room: str) -> str:
    row_id = _row_id(room)
    if room == WELCOME:
        return url_for("newsletter_desk.welcome")
    if room == Page.__tablename__:
        page = db.session.get(Page, row_id) if row_id else None
        return (
            url_for("pages_desk.edit", slug=page.slug) if page else url_for("pages_desk.page_list")
        )
    desk = "posts_desk" if room == Post.__tablename__ else "notices_desk"
    return url_for(f"{desk}.edit", id=row_id) if row_id else url_for(f"{desk}.index")
