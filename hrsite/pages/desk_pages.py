"""The coach's pages: write them, put them in order, take them out of the menu or away.

`desk` puts these at their addresses, behind the guard.
"""

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from hrsite import clock
from hrsite.extensions import db
from hrsite.markup import from_markdown, to_markdown
from hrsite.pages import addressing, listing, ordering, writing
from hrsite.pages.forms import PageForm
from hrsite.pages.models import Page
from hrsite.posts.boxes import number_in


def page_list() -> str:
    """All her pages, in the order of the menu."""
    session = db.session()
    pages = listing.shown(session)
    return render_template(
        "pages/desk/index.html",
        pages=pages,
        unwritten={
            slug: title
            for slug, title in listing.KNOWN_SLUGS.items()
            if listing.kept(session, slug) is None
        },
    )


def new_page() -> ResponseReturnValue:
    """Write a new one."""
    form = PageForm()
    if request.method == "POST":
        return _take(form, None, "")
    form.is_in_menu.data, form.version.data = True, "0"
    return _page(form, None)


def edit(slug: str) -> ResponseReturnValue:
    """Go on with a page. One that the desk asks for begins empty."""
    form, page = PageForm(), listing.kept(db.session(), slug)
    if request.method == "POST":
        if page is None and slug not in listing.KNOWN_SLUGS:
            flash("This page was deleted elsewhere. Here are your words, as a new one.", "careful")
            return _take(form, None, "")
        return _take(form, page, slug)
    if page is None and slug not in listing.KNOWN_SLUGS:
        abort(404)
    form.title.data = page.title if page else listing.KNOWN_SLUGS[slug]
    form.body.data = to_markdown(page.body_html) if page else ""
    form.menu_name.data = page.menu_name if page else listing.KNOWN_SLUGS[slug]
    form.is_in_menu.data = page.is_in_menu if page else True
    form.address.data = slug
    form.version.data = str(page.version if page else 0)
    return _page(form, page)


def move_page(slug: str) -> ResponseReturnValue:
    """One place up or down in the menu."""
    ordering.move(db.session(), _hold(slug), is_up=request.form.get("to") == "up")
    return _done("Moved.")


def _take(form: PageForm, page: Page | None, slug: str) -> ResponseReturnValue:
    """Save it, or show the form again with every word still in it."""
    session = db.session()
    if not form.validate():
        return _page(form, page, status=422)
    try:
        kept = _save(form, slug)
    except addressing.BadAddress as trouble:
        session.rollback()
        form.address.errors = [str(trouble)]
        return _page(form, page, status=422)
    except writing.StalePage as stale:
        session.rollback()
        form.version.data = str(stale.theirs.version)
        return _page(form, stale.theirs, theirs=stale.theirs, status=409)
    words = "Updated. Readers see the new words now."
    if kept.deleted_at is not None:
        words = "Saved. It is in the bin, so readers do not see it."
    address = url_for("pages_desk.edit", slug=kept.slug)
    try:
        session.commit()
    except IntegrityError:  # The same new page was sent twice at once.
        session.rollback()
        form.address.errors = ["Another page has this address already. Choose another."]
        return _page(form, page, status=422)
    flash(words, "done")
    return redirect(address, 303)


def _save(form: PageForm, slug: str) -> Page:
    """Raises BadAddress and StalePage."""
    session, title = db.session(), form.title.data or ""
    taken = addressing.reserved(current_app.url_map.iter_rules())
    wanted = form.address.data or ""
    if wanted:
        wanted = addressing.check(session, wanted, slug, taken)
    elif not slug:
        wanted = addressing.address_for(session, title, taken)
    html, version = from_markdown(form.body.data or ""), number_in(form.version.data)
    now = clock.now()
    menu = writing.Menu(form.menu_name.data or "", bool(form.is_in_menu.data))
    page = writing.save(session, slug or wanted, title, html, version, now, menu)
    addressing.rename(session, page, wanted or slug, now)
    return page


def _hold(slug: str) -> Page:
    return writing.hold(db.session(), slug) or abort(404)


def _done(words: str) -> ResponseReturnValue:
    db.session.commit()
    flash(words, "done")
    return redirect(url_for("pages_desk.page_list"), 303)


def _page(
    form: PageForm, page: Page | None, *, theirs: Page | None = None, status: int = 200
) -> ResponseReturnValue:
    html = render_template("pages/desk/edit.html", form=form, page=page, theirs=theirs)
    return html, status
