"""Old addresses at the desk: the list, one more, many at once, and taking one away."""

from collections.abc import Iterator
from contextvars import Context
from urllib.parse import quote

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.test import EnvironBuilder, run_wsgi_app

from hrsite import clock, furniture
from hrsite.accounts import guard
from hrsite.extensions import db
from hrsite.redirects import moving, pasting, paths
from hrsite.redirects.forms import PasteForm, RedirectForm
from hrsite.redirects.models import Redirect
from hrsite.redirects.pasting import NotAPair

MOST_TROUBLES = 20

blueprint = Blueprint("redirects_desk", __name__, url_prefix="/desk/redirects")
blueprint.before_request(guard.require_coach)


@blueprint.route("/", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """All of them, and a form for one more."""
    form = RedirectForm()
    if request.method != "POST":
        return _page(form)
    if not form.validate():
        return _page(form, status=422)
    session = db.session()
    try:
        added = _lead(session, form.old.data or "", form.new.data or "")
    except WrongOld as trouble:
        session.rollback()
        form.old.errors = [str(trouble)]
        return _page(form, status=422)
    except WrongNew as trouble:
        session.rollback()
        form.new.errors = [str(trouble)]
        return _page(form, status=422)
    words = f"{added.old_path} now leads to {added.new_path}."
    session.commit()
    flash(words, "done")
    return redirect(url_for("redirects_desk.index"), 303)


@blueprint.route("/many", methods=["GET", "POST"])
def many() -> ResponseReturnValue:
    """Paste many at once: all of them are noted, or none."""
    form, session = PasteForm(), db.session()
    if request.method != "POST":
        return _paste_page(form, [])
    if not form.validate():
        return _paste_page(form, [], status=422)
    before = moving.count(session)
    read = pasting.pairs(form.lines.data or "")
    if len(read) > pasting.MOST_LINES:
        form.lines.errors = [f"{len(read):,} lines are too many. Paste 2,000 at a time."]
        return _paste_page(form, [], status=422)
    troubles = list(_lead_all(session, read))
    if troubles or not read:
        session.rollback()
        return _paste_page(form, troubles, status=422)
    added, old = moving.count(session) - before, len(read)
    session.commit()
    told = furniture.count(old, "old address leads", "old addresses lead")
    flash(f"{told} on now: {added:,} new, {old - added:,} changed or there before.", "done")
    return redirect(url_for("redirects_desk.index"), 303)


@blueprint.post("/<int(max=2147483647):id>/remove")
def remove(id: int) -> ResponseReturnValue:
    """Take one away. It can be typed again."""
    session = db.session()
    found = session.get(Redirect, id) or abort(404)
    words = f"{found.old_path} leads nowhere any more."
    session.delete(found)
    session.commit()
    flash(words, "done")
    return redirect(url_for("redirects_desk.index"), 303)


class WrongOld(Exception):
    """The old address cannot be used."""


class WrongNew(Exception):
    """The new address cannot be used."""


def _lead(session: Session, old_typed: str, new_typed: str) -> Redirect:
    try:
        old = paths.old_path(old_typed)
    except paths.BadPath as trouble:
        raise WrongOld(str(trouble)) from trouble
    try:
        new = paths.new_path(new_typed, current_app.config["BASE_URL"])
    except paths.BadPath as trouble:
        raise WrongNew(str(trouble)) from trouble
    # 301 is an old address that leads on already. Whatever else opens, readers would see first.
    if (found := _status(old)) < 400 and found != 301:
        raise WrongOld(f"There is a page at {old} now, and readers see that.")
    if _status(new) >= 400:
        raise WrongNew(f"There is no page at {new}. Open the page, and copy its address.")
    try:
        return moving.lead(session, old, new, clock.now())
    except moving.LeadsBack as trouble:
        raise WrongNew("That leads back to the old address itself.") from trouble
    except IntegrityError as trouble:
        raise WrongOld("This was added in another window just now.") from trouble


def _lead_all(session: Session, read: list[pasting.Pair | NotAPair]) -> Iterator[str]:
    """Note all; yield what is wrong with each line that is wrong."""
    for row in read:
        if isinstance(row, NotAPair):
            yield f"Line {row.line}: two addresses are needed, the old one and the new one."
            continue
        try:
            _lead(session, row.old, row.new)
        except (WrongOld, WrongNew) as trouble:
            yield f"Line {row.line}: {trouble}"


def _status(path: str) -> int:
    """What a reader gets at a path, from the site itself: no list of pages could be as right."""
    environ = EnvironBuilder(
        quote(path), base_url=furniture.absolute("/"), method="HEAD"
    ).get_environ()
    # In a context of its own: the answer must not share this request's session or `g`.
    _, status, _ = Context().run(run_wsgi_app, current_app.wsgi_app, environ, True)
    return int(status.split()[0])


def _page(form: RedirectForm, status: int = 200) -> ResponseReturnValue:
    before = request.args.get("before", type=int)
    found = moving.newest(db.session(), before)
    shown = found[: moving.PAGE_SIZE]
    page = render_template(
        "redirects/desk/index.html",
        form=form,
        redirects=shown,
        total=moving.count(db.session()),
        older=url_for("redirects_desk.index", before=shown[-1].id)
        if len(found) > len(shown)
        else "",
    )
    return page, status


def _paste_page(form: PasteForm, troubles: list[str], status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "redirects/desk/many.html",
        form=form,
        troubles=troubles[:MOST_TROUBLES],
        more_count=max(0, len(troubles) - MOST_TROUBLES),
    )
    return page, status
