"""The coach's pages: write them, put them in order, take them out of the menu or away.

`desk` puts these at their addresses, behind the guard.
"""

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from hrsite import clock, unsaved
from hrsite.extensions import db
from hrsite.hints import keeping
from hrsite.media.storing import MOST_BYTES
from hrsite.pages import addressing, listing, ordering, writing
from hrsite.pages.forms import PageForm
from hrsite.pages.models import Page
from hrsite.posts import begun, comparing, hinting
from hrsite.posts.boxes import html_of, key_in, named, number_in, opened, put_in_box
from hrsite.texts.markup import clean, to_markdown
from hrsite.unsaved import UnsavedWords

ROOM = Page.__tablename__


def page_list() -> str:
    """All her pages, in the order of the menu."""
    session = db.session()
    pages = listing.shown(session)
    return render_template(
        "pages/desk/index.html",
        pages=pages,
        begun=begun.begun(session, ROOM),
        unwritten={
            slug: title
            for slug, title in listing.KNOWN_SLUGS.items()
            if listing.kept(session, slug) is None
        },
    )


def new_page() -> ResponseReturnValue:
    """Write a new one, or go on with one that was never saved."""
    if request.method == "POST":
        return _take(PageForm(), None, "")
    words = unsaved.of_new(db.session(), ROOM, request.args.get("words", ""))
    form = opened(PageForm, words)
    if words is None:
        form.is_in_menu.data, form.version.data = True, "0"
    return _page(form, None, kept=words)


def edit(slug: str) -> ResponseReturnValue:
    """Go on with a page. One that the desk asks for begins empty."""
    page = listing.kept(db.session(), slug)
    if request.method == "POST":
        if page is None and slug not in listing.KNOWN_SLUGS:
            flash("This page was deleted elsewhere. Here are your words, as a new one.", "careful")
            return _take(PageForm(), None, "")
        return _take(PageForm(), page, slug)
    if page is None and slug not in listing.KNOWN_SLUGS:
        abort(404)
    words = unsaved.newest_of(db.session(), ROOM, page.id) if page else None
    form = opened(PageForm, words)
    if page is None or words is None or _lines(form) == _saved_lines(page):
        _fill(form, page, slug)
        return _page(form, page)
    is_stale = number_in(form.version.data) != page.version
    form.version.data = str(page.version)
    return _page(form, page, theirs=page if is_stale else None, kept=words)


def move_page(slug: str) -> ResponseReturnValue:
    """One place up or down in the menu."""
    ordering.move(db.session(), _hold(slug), is_up=request.form.get("to") == "up")
    return _done("Moved.")


def _take(
    form: PageForm, page: Page | None, slug: str, *, is_again: bool = False
) -> ResponseReturnValue:
    """Save it, or show the form again with every word still in it."""
    session = db.session()
    made = writing.made_by(session, key_in(form)) if page is None else None
    if made is not None:  # The button of a new page, pressed again.
        page, slug, form.version.data = made, made.slug, "1"
        form.address.data = form.address.data or slug
        if _lines(form) == _saved_lines(made):
            flash(_what_was_saved(made), "done")
            return redirect(url_for("pages_desk.edit", slug=slug), 303)
    if (told := hinting.answer(form, request.form.get("act"), clock.now())) is not None:
        return _page(form, page, told=told)
    if not form.validate():
        return _page(form, page, status=422)
    try:
        kept = _save(form, slug)
        words, address = _what_was_saved(kept), url_for("pages_desk.edit", slug=kept.slug)
        session.commit()
    except addressing.BadAddress as trouble:
        session.rollback()
        form.address.errors = [str(trouble)]
        return _page(form, page, status=422)
    except writing.StalePage as stale:
        session.rollback()
        if not slug and not is_again:  # A page of this address was made in this very moment.
            return _take(form, None, "", is_again=True)
        form.version.data = str(stale.theirs.version)
        return _page(form, stale.theirs, theirs=stale.theirs, status=409)
    except IntegrityError:  # The same new page was sent twice at once, or another of its address.
        session.rollback()
        is_double = page is None and writing.made_by(session, key_in(form)) is not None
        if is_double or not (slug or is_again):
            return _take(form, None, slug, is_again=True)
        form.address.errors = ["Another page has this address already. Choose another."]
        return _page(form, page, status=422)
    flash(words, "done")
    return redirect(address, 303)


def _what_was_saved(page: Page) -> str:
    if page.deleted_at is not None:
        return "Saved. It is in the bin, so readers do not see it."
    return "Updated. Readers see the new words now."


def _save(form: PageForm, slug: str) -> Page:
    """Raises BadAddress and StalePage."""
    session, title = db.session(), form.title.data or ""
    taken = addressing.reserved(current_app.url_map.iter_rules())
    wanted = form.address.data or ""
    if wanted:
        wanted = addressing.check(session, wanted, slug, taken)
    elif not slug:
        wanted = addressing.address_for(session, title, taken)
    html, version = html_of(form), number_in(form.version.data)
    now = clock.now()
    menu = writing.Menu(form.menu_name.data or "", bool(form.is_in_menu.data))
    key = key_in(form)
    page = writing.save(session, slug or wanted, title, html, version, now, menu, key)
    keeping.remember(session, ROOM, page.id, form.kept_hints.data)
    unsaved.forget(session, key)
    addressing.rename(session, page, wanted or slug, now)
    return page


def _hold(slug: str) -> Page:
    return writing.hold(db.session(), slug) or abort(404)


def _done(words: str) -> ResponseReturnValue:
    db.session.commit()
    flash(words, "done")
    return redirect(url_for("pages_desk.page_list"), 303)


def _fill(form: PageForm, page: Page | None, slug: str) -> None:
    form.title.data = page.title if page else listing.KNOWN_SLUGS[slug]
    form.body.data = to_markdown(page.body_html) if page else ""
    form.body_format.data = "markdown"
    form.kept_hints.data = keeping.text_of(db.session(), ROOM, page.id) if page else ""
    form.menu_name.data = page.menu_name if page else listing.KNOWN_SLUGS[slug]
    form.is_in_menu.data = page.is_in_menu if page else True
    form.address.data = slug
    form.version.data = str(page.version if page else 0)


def _lines(form: PageForm) -> list[str]:
    """What the page would say, once saved."""
    above = {"Title": form.title.data, "In the menu": "yes" if form.is_in_menu.data else "no"}
    above |= {"Short name": form.menu_name.data, "Address": form.address.data}
    said = {name: text or "" for name, text in above.items()}
    return comparing.lines_under(said, clean(html_of(form)))


def _saved_lines(page: Page) -> list[str]:
    saved = PageForm(formdata=None)
    _fill(saved, page, page.slug)
    return _lines(saved)


def _page(
    form: PageForm,
    page: Page | None,
    *,
    theirs: Page | None = None,
    kept: UnsavedWords | None = None,
    told: hinting.Told = (),
    status: int = 200,
) -> ResponseReturnValue:
    for words in told:
        flash(*words)
    named(form)
    saved = theirs or (page if kept else None)
    compared = comparing.compare(_saved_lines(saved), _lines(form)) if saved else None
    shown = render_template(
        "pages/desk/edit.html",
        form=form,
        html=put_in_box(form),
        hints=hinting.about(form, clock.now()),
        most_bytes=MOST_BYTES,
        page=page,
        theirs=theirs,
        unsaved=kept,
        compared=compared,
    )
    return shown, status
