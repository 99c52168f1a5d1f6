"""The coach writes what newcomers read first.

`desk` puts these at their addresses, behind the guard.
"""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, HiddenField, TextAreaField
from wtforms.validators import Length

from hrsite import clock
from hrsite.extensions import db
from hrsite.hints import keeping
from hrsite.newsletter import welcoming
from hrsite.newsletter.models_welcome import WelcomeWords
from hrsite.posts import hinting
from hrsite.posts.boxes import WritingForm, html_of, number_in, paragraphs, put_in_box
from hrsite.texts.markup import to_markdown

ROOM = WelcomeWords.__tablename__


class WelcomeForm(WritingForm):
    """The welcome letter as it is written."""

    is_on = BooleanField()
    body = TextAreaField(
        filters=[paragraphs],
        validators=[Length(max=20_000, message="The text can have 20,000 characters at most.")],
    )
    version = HiddenField()


def welcome() -> ResponseReturnValue:
    """Read it, change it, or turn it off."""
    form = WelcomeForm()
    if request.method != "POST":
        said = welcoming.words(db.session())
        form.is_on.data, form.body.data = said.is_on, to_markdown(said.body_html)
        form.version.data = str(said.version)
        form.kept_hints.data = keeping.text_of(db.session(), ROOM, said.id or 0)
        return _page(form)
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
    except welcoming.StaleWords as stale:
        db.session.rollback()
        form.version.data = str(stale.theirs.version)
        return _page(form, stale.theirs, 409)
    db.session.commit()
    words = "Saved. Whoever says yes from now on gets it." if is_on else "Saved. It is off."
    flash(words, "done")
    return redirect(url_for("newsletter_desk.welcome"), 303)


def _page(
    form: WelcomeForm, theirs: WelcomeWords | None = None, status: int = 200
) -> ResponseReturnValue:
    html = put_in_box(form)
    page = render_template(
        "newsletter/desk/welcome.html",
        form=form,
        theirs=theirs,
        html=html,
        hints=hinting.about(form, clock.now()),
    )
    return page, status
