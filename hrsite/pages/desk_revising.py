"""What a page said before: the list, what has changed since, and bringing it back.

`desk` puts these at their addresses, behind the guard.
"""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hrsite import clock, earlier
from hrsite.earlier import EarlierText
from hrsite.extensions import db
from hrsite.media import showing
from hrsite.pages import listing, revising, writing
from hrsite.pages.models import Page
from hrsite.posts import comparing
from hrsite.posts.boxes import number_in


def index(slug: str) -> str:
    """All savings that are kept."""
    page = _page(slug)
    kept = earlier.all_of(db.session(), revising.ROOM, page.id)
    back = url_for("pages_desk.edit", slug=page.slug)
    return render_template("posts/desk/revisions.html", row=page, revisions=kept, back=back)


def show(slug: str, version: int) -> ResponseReturnValue:
    """One of them beside the text of now; and the button that brings it back."""
    page = _page(slug)
    kept = earlier.one(db.session(), revising.ROOM, page.id, version) or abort(404)
    if request.method == "POST":
        return _bring_back(page, kept)
    now = revising.boxes_of(page.menu_name, is_in_menu=page.is_in_menu)
    compared = comparing.compare(
        comparing.lines_under(revising.named(page.title, now), page.body_html),
        comparing.lines_under(revising.named(kept.title, revising.boxes_in(kept)), kept.body_html),
    )
    return render_template(
        "posts/desk/revision.html",
        row=page,
        kept=kept,
        compared=compared,
        is_seen=page.deleted_at is None,
        back=url_for("pages_desk.revisions", slug=page.slug),
    )


def _bring_back(page: Page, kept: EarlierText) -> ResponseReturnValue:
    session, boxes = db.session(), revising.boxes_in(kept)
    menu = writing.Menu(boxes[revising.SHORT_NAME], boxes[revising.IN_MENU] == "yes")
    # A picture may have another file since, or be gone.
    html = showing.of_today(session, kept.body_html)
    seen = number_in(request.form.get("version"))
    try:
        writing.save(session, page.slug, kept.title, html, seen, clock.now(), menu)
    except writing.StalePage:
        session.rollback()
        flash("The page has changed since you opened this one. Look at it again.", "careful")
        return redirect(request.path, 303)
    answer = redirect(url_for("pages_desk.edit", slug=page.slug), 303)
    words = "The earlier text is back"
    words += "." if page.deleted_at is not None else ", and readers see it now."
    session.commit()
    flash(words, "done")
    return answer


def _page(slug: str) -> Page:
    return listing.kept(db.session(), slug) or abort(404)
