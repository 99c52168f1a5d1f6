"""One tap for an article: read again, still true, left as it is, pinned, moved, unpinned.

`desk` puts these at their addresses, behind the guard.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hrsite import clock, furniture
from hrsite.extensions import db
from hrsite.posts import aging, pinning, publishing, shelf
from hrsite.posts.models import Post
from hrsite.posts.timing import LATEST_YEAR

CHOICES = 30


def still_true(id: int) -> ResponseReturnValue:
    """What it says holds until another day."""
    post, now = _hold(id), clock.now()
    day = _day(request.form.get("until", ""))
    if day is None or day < clock.local(now).date() or day.year > LATEST_YEAR:
        db.session.rollback()
        flash("Choose a day from today on, such as 2026-06-30. Nothing was changed.", "wrong")
        return _back("posts_desk.edit", id=id)
    aging.still_true(post, aging.end_of(day, clock.zone()), now)
    words = f"Noted: “{post.title}” holds until {furniture.day(aging.noon(day, clock.zone()))}."
    return _done(words, "posts_desk.edit", id=id)


def leave(id: int) -> ResponseReturnValue:
    """It stays with its note, and the desk does not ask again."""
    post = _hold(id)
    aging.leave(post, clock.now())
    return _done(f"“{post.title}” stays as it is, with its note.", "posts_desk.edit", id=id)


def start_here() -> str:
    """What is pinned, and what could be."""
    session, now = db.session(), clock.now()
    pinned = pinning.pinned(session)
    return render_template(
        "posts/desk/start_here.html",
        pinned=pinned,
        is_full=len(pinned) >= pinning.MOST,
        others=[post for post in shelf.published(session, now, CHOICES) if post not in pinned],
    )


def pin(id: int) -> ResponseReturnValue:
    """Put it under "Start here"."""
    post = _hold(id)
    try:
        pinning.pin(db.session(), post)
    except pinning.TooManyPinned:
        db.session.rollback()
        flash("Three stand there already. Take one away first.", "wrong")
        return redirect(url_for("posts_desk.start_here"), 303)
    return _done(f"“{post.title}” stands under “Start here”.", "posts_desk.start_here")


def unpin(id: int) -> ResponseReturnValue:
    """Take it away from there."""
    post = _hold(id)
    pinning.unpin(db.session(), post)
    words = f"“{post.title}” no longer stands under “Start here”. On the site it stays."
    return _done(words, "posts_desk.start_here")


def move(id: int) -> ResponseReturnValue:
    """One place up or down."""
    post = _hold(id)
    pinning.move(db.session(), post, is_up=request.form.get("to") == "up")
    return _done("Moved.", "posts_desk.start_here")


DEEDS: dict[str, Callable[[int], ResponseReturnValue]] = {
    "still-true": still_true,
    "leave": leave,
    "pin": pin,
    "unpin": unpin,
    "move": move,
}


def _hold(id: int) -> Post:
    try:
        return publishing.hold(db.session(), id)
    except publishing.PostGone:
        abort(404)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _done(words: str, endpoint: str, **values: Any) -> ResponseReturnValue:
    db.session.commit()
    flash(words, "done")
    return _back(endpoint, **values)


def _back(endpoint: str, **values: Any) -> ResponseReturnValue:
    if request.form.get("back") == "home":
        return redirect(url_for("pages_desk.home"), 303)
    return redirect(url_for(endpoint, **values), 303)
