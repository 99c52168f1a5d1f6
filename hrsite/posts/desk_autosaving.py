"""The writing form speaks to the server while she writes: what stands in it is kept, not saved.

`desk` puts these at their addresses, behind the guard.
"""

from typing import NamedTuple

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from hrsite import clock, furniture
from hrsite.cleaning import tree
from hrsite.extensions import db
from hrsite.posts import autosaving, desk_writing, publishing
from hrsite.posts.boxes import LONGEST_BODY, number_in, one_line
from hrsite.posts.forms import PostForm
from hrsite.posts.models import Post
from hrsite.posts.models_revising import UnsavedWords

# Of all boxes together; the text alone may have LONGEST_BODY.
MOST_LETTERS = LONGEST_BODY + 10_000
LONGEST_TITLE_SHOWN = 80


class Begun(NamedTuple):
    """A new article that was never saved."""

    words: UnsavedWords
    title: str


def keep() -> ResponseReturnValue:
    """Keep what stands in a form; answers with the time, for the script to say."""
    form, session, now = PostForm(), db.session(), clock.now()
    key, boxes = desk_writing.key_in(form), desk_writing.boxes_in(form)
    if not key:
        abort(400)
    if sum(map(len, boxes.values())) > MOST_LETTERS:
        return {"trouble": "This is too long to keep. The text can have 400,000 characters."}, 422
    post = session.get(Post, number_in(request.args.get("id")))
    if post is None and publishing.made_by(session, key) is not None:
        # The last words of a form whose button was pressed already.
        return {"kept_at": furniture.clock_time(now)}
    autosaving.keep(session, key, post, boxes, now)
    session.commit()
    return {"kept_at": furniture.clock_time(now)}


def throw_away() -> ResponseReturnValue:
    """Let go of words that were kept and never saved."""
    session = db.session()
    key = desk_writing.key_in(PostForm())
    autosaving.forget(session, key)
    session.commit()
    flash("Those words are gone.", "done")
    post = session.get(Post, number_in(request.args.get("id")))
    if post is None:
        return redirect(url_for("posts_desk.index"), 303)
    return redirect(url_for("posts_desk.edit", id=post.id), 303)


def begun() -> list[Begun]:
    """New articles that were never saved, each with something to know it by."""
    return [Begun(words, _title_of(words)) for words in autosaving.of_new_articles(db.session())]


def _title_of(words: UnsavedWords) -> str:
    boxes = autosaving.boxes_of(words)
    body = boxes.get("body", "")
    if boxes.get("body_format") == "html":
        body = " ".join(block.words() for block in tree(body).elements())
    text = one_line(boxes.get("title") or body) or ""
    return text if len(text) <= LONGEST_TITLE_SHOWN else f"{text[:LONGEST_TITLE_SHOWN].rstrip()}…"
