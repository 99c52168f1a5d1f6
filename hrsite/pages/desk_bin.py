"""The bin of the desk: throw away with an undo, put back, delete for good.

`desk` puts these at their addresses, behind the guard.
"""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hrsite import clock, earlier
from hrsite.accounts import guard
from hrsite.extensions import db
from hrsite.pages import binning
from hrsite.pages.models import Page
from hrsite.posts.models import Post

KEPT = "A letter to readers names it, so the desk keeps it with the record of that letter."
# Where she was when she threw it away, and where its words are.
_LISTS = {
    "article": "posts_desk.index",
    "notice": "notices_desk.index",
    "page": "pages_desk.page_list",
}


def bin_list() -> str:
    """What lies there."""
    lying = binning.lying(db.session())
    return render_template("pages/desk/bin.html", lying=lying, kept_words=KEPT, edit_url=_edit_url)


def throw_away(kind: str, id: int) -> ResponseReturnValue:
    """Into the bin, with a button that undoes it."""
    session, now = db.session(), clock.now()
    row = _hold(session, kind, id)
    said = "" if row.deleted_at is not None else binning.throw_away(session, row, now)
    off = " It is off the site." if binning.was_seen(row) else ""
    if isinstance(row, Post) and row.unlisted_at is not None and row.was_published_at is None:
        off = " Nobody can open it from its letter."
    session.commit()
    words = f"“{row.title}” is in the bin.{off}{said}"
    guard.flash_with_undo(words, url_for("pages_desk.put_back", kind=kind, id=id))
    return redirect(url_for(_LISTS[kind]), 303)


def put_back(kind: str, id: int) -> ResponseReturnValue:
    """Out of it: as it was, or as a draft."""
    session = db.session()
    row = _hold(session, kind, id)
    if row.deleted_at is None:  # Pressed twice, or in another tab.
        return redirect(_edit_url(kind, row), 303)
    is_for_readers = binning.was_seen(row) and request.form.get("to") != "draft"
    binning.put_back(session, row, is_for_readers)
    words = f"“{row.title}” is a draft again. Only you can see it."
    if is_for_readers:
        words = f"“{row.title}” is back. Readers see it again."
        if isinstance(row, Post) and row.is_email_only:
            words = f"“{row.title}” is back for those who have its letter."
    if is_for_readers and not isinstance(row, Page):
        words += " No mail goes out by this."
    answer = redirect(_edit_url(kind, row), 303)
    session.commit()
    flash(words, "done")
    return answer


def delete(kind: str, id: int) -> ResponseReturnValue:
    """Ask once, and say what goes; then let go of it."""
    session = db.session()
    row = _hold(session, kind, id)
    if row.deleted_at is None:
        return redirect(_edit_url(kind, row), 303)
    if binning.is_kept(session, row):
        return _kept()
    if request.method != "POST":
        facts = {"kind": kind, "row": row, "earlier_count": _earlier_count(session, row)}
        return render_template("pages/desk/delete.html", **facts)
    words = f"“{row.title}” is gone."
    try:
        binning.delete(session, row)
        session.commit()
    except (binning.Kept, IntegrityError):  # The worker was there in this very moment.
        session.rollback()
        return _kept()
    flash(words, "done")
    return redirect(url_for("pages_desk.bin_list"), 303)


def _hold(session: Session, kind: str, id: int) -> binning.Row:
    return binning.hold(session, kind, id) or abort(404)


def _kept() -> ResponseReturnValue:
    flash(f"{KEPT} In the bin nobody sees it.", "wrong")
    return redirect(url_for("pages_desk.bin_list"), 303)


def _edit_url(kind: str, row: binning.Row) -> str:
    if isinstance(row, Page):
        return url_for("pages_desk.edit", slug=row.slug)
    return url_for("posts_desk.edit" if kind == "article" else "notices_desk.edit", id=row.id)


def _earlier_count(session: Session, row: binning.Row) -> int:
    """How many earlier texts of it are kept, which go too."""
    return earlier.count_before(session, row.__tablename__, row.id)
