"""What a session notice said before: the list, what has changed since, and bringing it back.

`desk` puts these at their addresses, behind the guard.
"""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hrsite import clock, earlier, queue
from hrsite.earlier import EarlierText
from hrsite.extensions import db
from hrsite.media import showing
from hrsite.notices import desk_telling, planning, publishing, revising
from hrsite.notices.models import SessionNotice
from hrsite.posts import comparing
from hrsite.posts.boxes import number_in


def index(id: int) -> str:
    """All savings that are kept."""
    notice = _notice(id)
    kept = earlier.all_of(db.session(), revising.ROOM, id)
    back = url_for("notices_desk.edit", id=id)
    return render_template("posts/desk/revisions.html", row=notice, revisions=kept, back=back)


def show(id: int, version: int) -> ResponseReturnValue:
    """One of them beside the text of now; and the button that brings it back."""
    notice = _notice(id)
    kept = earlier.one(db.session(), revising.ROOM, id, version) or abort(404)
    if request.method == "POST":
        return _bring_back(notice, kept)
    now, then = revising.boxes_of(notice), revising.boxes_in(kept)
    compared = comparing.compare(
        comparing.lines_under(revising.named(notice.title, now), notice.body_html),
        comparing.lines_under(revising.named(kept.title, then), kept.body_html),
    )
    return render_template(
        "posts/desk/revision.html",
        row=notice,
        kept=kept,
        compared=compared,
        is_seen=notice.published_at is not None,
        stays="Its day and time stay as they are.",
        back=url_for("notices_desk.revisions", id=id),
    )


def _bring_back(notice: SessionNotice, kept: EarlierText) -> ResponseReturnValue:
    session, now = db.session(), clock.now()
    words = publishing.NoticeWords(
        title=kept.title,
        # A picture may have another file since, or be gone.
        body_html=showing.of_today(session, kept.body_html),
        plan=planning.plan_of(notice),
        **revising.boxes_in(kept),
    )
    try:
        publishing.save(session, notice, words, number_in(request.form.get("version")), now)
    except publishing.StaleNotice:
        session.rollback()
        flash("The notice has changed since you opened this one. Look at it again.", "careful")
        return redirect(request.path, 303)
    answer = redirect(url_for("notices_desk.edit", id=notice.id), 303)
    told = "The earlier text is back"
    told += "." if notice.published_at is None else ", and readers see it now."
    told += desk_telling.after_saving(notice)
    session.commit()
    queue.wake()
    flash(told, "done")
    return answer


def _notice(id: int) -> SessionNotice:
    return db.session.get(SessionNotice, id) or abort(404)
