"""The coach says which words mean the same to her readers, for the search.

`desk` puts this at its address, behind the guard.
"""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from hrsite import clock
from hrsite.extensions import db
from hrsite.posts import synonyms
from hrsite.posts.boxes import number_in, paragraphs
from hrsite.posts.indexing import language
from hrsite.posts.models import SynonymWords
from hrsite.shaping import Form


class SynonymsForm(Form):
    """A group of words on each line."""

    text = TextAreaField(
        filters=[paragraphs],
        validators=[Length(max=20_000, message="The words can have 20,000 characters at most.")],
    )
    version = HiddenField()


def edit() -> ResponseReturnValue:
    """Read them, or change them."""
    form, session = SynonymsForm(), db.session()
    if request.method != "POST":
        kept = synonyms.lines(session)
        form.text.data, form.version.data = kept.text, str(kept.version)
        return _page(form)
    if not form.validate():
        return _page(form, status=422)
    text = form.text.data or ""
    if faults := synonyms.faults_of(text, language()):
        form.text.errors = faults
        return _page(form, status=422)
    try:
        synonyms.save(session, text, number_in(form.version.data), clock.now())
    except synonyms.StaleSynonyms as stale:
        session.rollback()
        form.version.data = str(stale.theirs.version)
        return _page(form, stale.theirs, 409)
    session.commit()
    flash("Saved. The search knows these words now.", "done")
    return redirect(url_for("posts_desk.synonyms"), 303)


def _page(
    form: SynonymsForm, theirs: SynonymWords | None = None, status: int = 200
) -> ResponseReturnValue:
    are_ours = number_in(form.version.data) == 0
    page = render_template("posts/desk/synonyms.html", form=form, theirs=theirs, are_ours=are_ours)
    return page, status
