"""Hints beside the writing form, and her answers: say it so, keep it, ask again.

They never stop anything. `desk` puts these at their addresses, behind the guard.
"""

from flask import abort, flash, render_template, request
from flask.typing import ResponseReturnValue

from hrsite import clock, furniture
from hrsite.extensions import db
from hrsite.hints.gathering import Box, Gathered
from hrsite.hints.hint import Hint
from hrsite.hints.seen import Format
from hrsite.posts import desk_writing, hinting
from hrsite.posts.boxes import MOST_LETTERS
from hrsite.posts.forms import PostForm
from hrsite.posts.models import Post

BOXES_IN_WORDS = {
    "title": "in the title",
    "summary": "in the summary",
    "content_note": "in the note before the text",
    "topics": "in the topics",
    "picture_alt": "in the picture’s description",
}

# What the button of an answer says to the server: the deed, the choice, and which hint.
SAY, KEEP, ASK, LOOK = "hint-say", "hint-keep", "hint-ask", "hints"


def show() -> ResponseReturnValue:
    """The hints about what stands in the form now, for the script."""
    form = PostForm()
    if sum(map(len, request.form.values())) > MOST_LETTERS:
        abort(413)
    return render_template(
        "posts/desk/_hints.html", hints=hints_of(form), hint_places=BOXES_IN_WORDS
    )


def hints_of(form: PostForm) -> Gathered:
    """The hints about what stands in a form."""
    return hinting.hints_about(
        _boxes(form),
        furniture.site().language,
        clock.local(clock.now()).date(),
        hinting.kept_in(form.kept_hints.data or ""),
    )


def count_of(post: Post) -> int:
    """How many hints a saved article has that she has not answered."""
    form = PostForm(formdata=None)
    desk_writing.fill(form, post)
    form.kept_hints.data = hinting.as_text(hinting.kept_of(db.session(), post))
    return len(hints_of(form).hints)


def is_answered(form: PostForm, act: str) -> bool:
    """Do to the boxes what the button of a hint says; False for a button of anything else.

    Nothing is saved: the form is shown again.
    """
    deed, _, rest = act.partition("|")
    if deed in (SAY, KEEP, ASK):
        choice, _, name = rest.partition("|")
        _answer(form, deed, choice, name)
    return deed in (SAY, KEEP, ASK, LOOK)


def _answer(form: PostForm, deed: str, choice: str, name: str) -> None:
    hint = _called(name, hints_of(form))
    if hint is None:
        flash("That is no longer in the text.", "careful")
        return
    if deed == SAY:
        number = int(choice) if choice.isdecimal() and len(choice) < 3 else 0
        form[hint.box].data = hinting.with_choice(_boxes(form), hint, number)
        flash(f"Changed “{hint.found}”. The text is not saved yet.", "done")
        return
    kept = hinting.kept_in(form.kept_hints.data or "")
    kept = kept | {hint.key} if deed == KEEP else kept - {hint.key}
    form.kept_hints.data = hinting.as_text(kept)
    words = "stays as it is" if deed == KEEP else "is looked at again"
    flash(f"“{hint.found}” {words}.", "done")


def _called(name: str, found: Gathered) -> Hint | None:
    both = (*found.hints, *found.kept)
    return next((hint for hint in both if hint.name == name), None)


def _boxes(form: PostForm) -> list[Box]:
    names = ("title", "summary", "content_note", "topics", "picture_alt")
    others = [Box(name, form[name].data or "") for name in names]
    written: Format = "html" if form.body_format.data == "html" else "markdown"
    return [*others[:2], Box("body", form.body.data or "", written, is_body=True), *others[2:]]
