"""The coach's pictures: where each is used; describe it, change its file, delete it.

`desk` puts these at their addresses, behind the guard.
"""

import hashlib
from pathlib import Path
from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hrsite import clock, furniture
from hrsite.columns import LARGEST_ID
from hrsite.extensions import db
from hrsite.media import resizing, shelving, storing
from hrsite.media.models import Picture
from hrsite.media.storing import PictureRefused
from hrsite.pages import picturing
from hrsite.pages.forms import PictureDeleteForm, PictureFileForm, PictureWordsForm

_EDIT = {"article": "posts_desk.edit", "notice": "notices_desk.edit"}
_NEW = {"article": "posts_desk.new", "notice": "notices_desk.new", "page": "pages_desk.new_page"}


def picture_list() -> str:
    """All pictures, the newest first."""
    session = db.session()
    before = request.args.get("before", type=int)
    is_first = before is None or not 0 < before <= LARGEST_ID
    shelf = shelving.shelf(session, None if is_first else before)
    uses = picturing.uses(session, shelf.pictures)
    return render_template(
        "pages/desk/pictures.html", shelf=shelf, uses=uses, is_first=is_first, **_furniture()
    )


def picture(id: int) -> ResponseReturnValue:
    """One picture."""
    return _page(db.session.get(Picture, id) or abort(404))


def describe(id: int) -> ResponseReturnValue:
    """Other words for it, or none because it is decoration."""
    session, form = db.session(), PictureWordsForm()
    held = shelving.hold(session, id) or abort(404)
    try:
        is_decorative = bool(form.decorative.data)
        picturing.describe(session, held, form.alt.data or "", is_decorative, clock.now())
    except PictureRefused as trouble:
        session.rollback()
        form.alt.errors = [str(trouble)]
        return _page(db.session.get(Picture, id) or abort(404), words=form, status=422)
    session.commit()
    flash("Saved. Readers get the new description now.", "done")
    return redirect(url_for("pages_desk.picture", id=id), 303)


def replace(id: int) -> ResponseReturnValue:
    """Another file in its place, everywhere."""
    session, form = db.session(), PictureFileForm()
    held = shelving.hold(session, id) or abort(404)
    if form.file.data is None:
        form.file.errors = ["Choose a picture first. Nothing was changed."]
        return _page(held, file=form, status=422)
    try:
        former = storing.replace_file(session, held, form.file.data, _folder())
    except PictureRefused as trouble:
        session.rollback()
        form.file.errors = [str(trouble)]
        return _page(db.session.get(Picture, id) or abort(404), file=form, status=422)
    new = held.name
    try:
        picturing.rename(session, held, clock.now())
        session.commit()
    except Exception:
        storing.remove_files(_folder(), new)
        raise
    storing.remove_files(_folder(), former)
    flash("The new picture is in every place. The old file is gone.", "done")
    return redirect(url_for("pages_desk.picture", id=id), 303)


def delete(id: int) -> ResponseReturnValue:
    """Ask once, and name the places that will have none; then let go of it."""
    session, form = db.session(), PictureDeleteForm()
    if request.method != "POST":
        return _ask(db.session.get(Picture, id) or abort(404), form)
    held = shelving.hold(session, id)
    if held is None:  # Pressed twice, or in another tab.
        flash("That picture is gone already.", "done")
        return redirect(url_for("pages_desk.picture_list"), 303)
    if form.seen.data != _mark(picturing.uses(session, [held])[id]):
        return _ask(held, form, status=409)
    names = picturing.delete(session, held, clock.now())
    session.commit()
    for name in names:  # Now that nothing names them.
        storing.remove_files(_folder(), name)
    flash("The picture is gone, and its files too.", "done")
    return redirect(url_for("pages_desk.picture_list"), 303)


def _page(
    shown: Picture,
    *,
    words: PictureWordsForm | None = None,
    file: PictureFileForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    if words is None:
        words = PictureWordsForm(formdata=None)
        words.alt.data, words.decorative.data = shown.alt, shown.is_decorative
    page = render_template(
        "pages/desk/picture.html",
        picture=shown,
        words=words,
        file=file or PictureFileForm(formdata=None),
        uses=picturing.uses(db.session(), [shown])[shown.id],
        most=f"{storing.MOST_BYTES // storing.MEGABYTE} MB",
        **_furniture(),
    )
    return page, status


def _ask(shown: Picture, form: PictureDeleteForm, status: int = 200) -> ResponseReturnValue:
    uses = picturing.uses(db.session(), [shown])[shown.id]
    has_changed = status == 409 and bool(form.seen.data)
    form.seen.data = _mark(uses)
    facts = {"picture": shown, "form": form, "uses": uses, "has_changed": has_changed}
    return render_template("pages/desk/picture_delete.html", **facts, **_furniture()), status


def _mark(uses: list[picturing.Use]) -> str:
    """Of the places she has read of: in others it is not deleted unasked."""
    places = sorted(f"{use.kind} {use.row_id} {use.key} {use.place}" for use in uses)
    return hashlib.sha256("\n".join(places).encode()).hexdigest()[:16]


def _folder() -> Path:
    folder: Path = current_app.config["MEDIA_FOLDER"]
    return folder


def _furniture() -> dict[str, Any]:
    return {
        "use_url": _use_url,
        "size_in_words": shelving.size_in_words,
        "thumb_url": _thumb_url,
        "places_in_words": lambda uses: furniture.count(len(uses), "place", "places"),
    }


def _thumb_url(shown: Picture) -> str:
    return resizing.url_path(shown.name, resizing.widths_of(shown)[0], "webp")


def _use_url(use: picturing.Use) -> str:
    """Where the coach changes it."""
    if use.kind == "site":
        return url_for("settings_desk.site")
    if use.row_id is None:
        return url_for(_NEW[use.kind], words=use.key)
    if use.kind == "page":
        return url_for("pages_desk.edit", slug=use.slug)
    return url_for(_EDIT[use.kind], id=use.row_id)
