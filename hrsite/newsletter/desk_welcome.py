"""The coach writes what newcomers read first.

`desk` puts these at their addresses, behind the guard.
"""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, HiddenField, TextAreaField
from wtforms.validators import Length

from hrsite import clock, unsaved
from hrsite.accounts import noting
from hrsite.extensions import db
from hrsite.hints import keeping
from hrsite.newsletter import welcoming
from hrsite.newsletter.models_welcome import WelcomeWords
from hrsite.posts import comparing, hinting
from hrsite.posts.boxes import (
    WritingForm,
    html_of,
    key_in,
    named,
    number_in,
    opened,
    paragraphs,
    put_in_box,
)
from hrsite.texts.markup import clean, to_markdown
from hrsite.unsaved import UnsavedWords

ROOM = WelcomeWords.__tablename__


class WelcomeForm(WritingForm):
    """The welcome letter as it is written."""

    is_on = BooleanField()
    body = TextAreaField(
        filters=[paragraphs],
        validators=[Length(max=20_000, message="The text can have 20,000 characters at most.")],
    )
    version = HiddenField()
    # Names this opening of the form, and what was kept of it.
    key = HiddenField()


def welcome() -> ResponseReturnValue:
    """Read it, change it, or turn it off."""
    if request.method != "POST":
        return _open()
    form = WelcomeForm()
    told = hinting.answer(form, request.form.get("act"), clock.now())
    if told is not None:
        for answer in told:
            flash(*answer)
        return _page(form)
    if not form.validate():
        return _page(form, status=422)
    html, version = html_of(form), number_in(form.version.data)
    is_on = bool(form.is_on.data)
    if is_on and not html.strip():
        form.body.errors = ["A letter needs words. Write some, or turn it off."]
        return _page(form, status=422)
    try:
        kept = welcoming.save(db.session(), is_on, html, version, clock.now())
        keeping.remember(db.session(), ROOM, kept.id, form.kept_hints.data)
        unsaved.forget(db.session(), key_in(form))
    except welcoming.StaleWords as stale:
        db.session.rollback()
        form.version.data = str(stale.theirs.version)
        return _page(form, stale.theirs, 409)
    noting.note("welcome_changed", clock.now())
    db.session.commit()
    words = "Saved. Whoever says yes from now on gets it." if is_on else "Saved. It is off."
    flash(words, "done")
    return redirect(url_for("newsletter_desk.welcome"), 303)


def _open() -> ResponseReturnValue:
    """As it is saved, or as it was when she left it without saving."""
    session = db.session()
    said = welcoming.words(session)
    if said.version:  # Hers: ours has none.
        kept = unsaved.newest_of(session, ROOM, said.id)
    else:
        kept = next(iter(unsaved.all_new(session, ROOM, limit=1)), None)
    form = opened(WelcomeForm, kept)
    if kept is None or _lines(form) == _saved_lines(said):
        _fill(form, said)
        return _page(form)
    is_stale = number_in(form.version.data) != said.version
    form.version.data = str(said.version)
    return _page(form, said if is_stale else None, kept=kept)


def _fill(form: WelcomeForm, said: WelcomeWords) -> None:
    form.is_on.data, form.body.data = said.is_on, to_markdown(said.body_html)
    form.body_format.data, form.version.data = "markdown", str(said.version)
    form.kept_hints.data = keeping.text_of(db.session(), ROOM, said.id or 0)


def _lines(form: WelcomeForm) -> list[str]:
    """What the letter would say, and whether it would go."""
    above = {"Send it to whoever is new": "yes" if form.is_on.data else "no"}
    return comparing.lines_under(above, clean(html_of(form)))


def _saved_lines(said: WelcomeWords) -> list[str]:
    saved = WelcomeForm(formdata=None)
    _fill(saved, said)
    return _lines(saved)


def _page(
    form: WelcomeForm,
    theirs: WelcomeWords | None = None,
    status: int = 200,
    kept: UnsavedWords | None = None,
) -> ResponseReturnValue:
    named(form)
    saved = theirs or (welcoming.words(db.session()) if kept else None)
    compared = comparing.compare(_saved_lines(saved), _lines(form)) if saved else None
    html = put_in_box(form)
    page = render_template(
        "newsletter/desk/welcome.html",
        form=form,
        theirs=theirs,
        unsaved=kept,
        compared=compared,
        html=html,
        hints=hinting.about(form, clock.now()),
    )
    return page, status
