"""What an article said before: the list, what has changed since, and bringing it back.

`desk` puts these at their addresses, behind the guard.
"""

from datetime import datetime

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hrsite import clock
from hrsite.extensions import db
from hrsite.media import showing
from hrsite.posts import comparing, publishing, revising
from hrsite.posts.boxes import number_in
from hrsite.posts.models import Post
from hrsite.posts.tagging import names_of


def index(id: int) -> str:
    """All savings that are kept."""
    session = db.session()
    post = session.get(Post, id) or abort(404)
    return render_template(
        "posts/desk/revisions.html",
        row=post,
        revisions=revising.revisions_of(session, post),
        back=url_for("posts_desk.edit", id=id),
    )


def show(id: int, version: int) -> ResponseReturnValue:
    """One of them beside the text of now; and the button that brings it back."""
    session = db.session()
    post = session.get(Post, id) or abort(404)
    kept = revising.revision(session, post, version) or abort(404)
    if request.method == "POST":
        return _bring_back(post, revising.words_of(kept))
    now, then = revising.Words.of(post), revising.words_of(kept)
    compared = comparing.compare(comparing.lines_of(now), comparing.lines_of(then))
    return render_template(
        "posts/desk/revision.html",
        row=post,
        kept=kept,
        compared=compared,
        is_seen=_is_seen(post, clock.now()),
        stays="Pictures on top stay as they are.",
        back=url_for("posts_desk.revisions", id=id),
    )


def _bring_back(post: Post, then: revising.Words) -> ResponseReturnValue:
    session, now = db.session(), clock.now()
    words = publishing.PostWords(
        title=then.title,
        summary=then.summary,
        # A picture may have another file since, or be gone.
        body_html=showing.of_today(session, then.body_html),
        topics=names_of(then.topics),
        standing=publishing.Standing(then.content_note, post.current_until, post.reviewed_at),
    )
    seen = number_in(request.form.get("version"))
    try:
        publishing.save(session, post, words, seen, now)
    except publishing.StalePost:
        session.rollback()
        flash("The article has changed since you opened this page. Look at it again.", "careful")
        return redirect(request.path, 303)
    answer = redirect(url_for("posts_desk.edit", id=post.id), 303)
    seen_by_readers = _is_seen(post, now)
    session.commit()
    flash(
        "The earlier text is back, and readers see it now."
        if seen_by_readers
        else "The earlier text is back.",
        "done",
    )
    return answer


def _is_seen(post: Post, now: datetime) -> bool:
    return post.is_published(now) or post.is_unlisted(now)
