"""The coach's help lines: write them, put them in order, say that they are still right.

`desk` puts these at their addresses, behind the guard.
"""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hrsite import clock
from hrsite.accounts import noting
from hrsite.extensions import db
from hrsite.furniture import as_configured
from hrsite.posts.boxes import number_in
from hrsite.settings import helping, reading
from hrsite.settings.forms import HelpLineForm
from hrsite.settings.models import HelpLine, Way

# Kinds of lines that many sites have. Who they are, and their numbers, only the coach can find out.
KINDS = {
    "emergency": ("Emergency", "The number for an ambulance where your readers live."),
    "overdose": ("Overdose help", "A national or local line for an overdose, or for using alone."),
    "poison": ("Poison information", "Many countries have a poison line, open day and night."),
    "crisis": ("Somebody to talk to", "A crisis line that answers by call or by text."),
    "naloxone": ("Naloxone near you", "Where to get it without questions: a link is enough."),
    "family": ("For family and friends", "A line for people who worry about somebody."),
}


def help_lines() -> str:
    """All of them, and what kinds others have."""
    return render_template(
        "settings/desk/help.html",
        lines=[(line, reading.shown(line)) for line in helping.lines(db.session())],
        configured=as_configured().help_lines,
        is_hers=reading.words(db.session()).help_is_hers,
        kinds=KINDS,
        oldest_day=clock.local(clock.now()).date() - helping.CHECK_AFTER,
    )


def new_help_line() -> ResponseReturnValue:
    """Write a new one."""
    form = HelpLineForm()
    if request.method != "POST":
        kind = KINDS.get(request.args.get("kind", ""))
        form.who.data = kind[0] if kind else ""
        form.checked_on.data = clock.local(clock.now()).date()
        return _page(form, None)
    if not form.validate():
        return _page(form, None, status=422)
    try:
        helping.add(db.session(), form.said())
    except helping.TooManyLines:
        db.session.rollback()
        form.who.errors = [
            f"There are {helping.MOST_LINES} lines already. In a bad hour nobody can choose among"
            " more. Take one away first."
        ]
        return _page(form, None, status=422)
    return _saved("Saved. It stands on every page and in every letter from now on.")


def help_line(id: int) -> ResponseReturnValue:
    """Change one."""
    form, line = HelpLineForm(), db.session.get(HelpLine, id)
    if request.method != "POST":
        if line is None:
            abort(404)
        _fill(form, line)
        return _page(form, line)
    if not form.validate():
        return _page(form, line, status=422)
    try:
        helping.change(db.session(), id, form.said(), number_in(form.version.data))
    except helping.StaleLine as stale:
        db.session.rollback()
        form.version.data = str(stale.theirs.version)
        return _page(form, stale.theirs, theirs=stale.theirs, status=409)
    except helping.LineGone:
        db.session.rollback()
        flash("This line was taken away elsewhere. Here are your words, as a new one.", "careful")
        return _page(form, None, status=409)
    return _saved("Saved. Readers see the new words now.")


def still_right(id: int) -> ResponseReturnValue:
    """One tap: she has made sure of it today."""
    today, version = clock.local(clock.now()).date(), number_in(request.form.get("version"))
    try:
        line = helping.still_right(db.session(), id, version, today)
    except helping.StaleLine:
        db.session.rollback()
        flash("It was changed since you looked. Please read it once more.", "careful")
        return redirect(url_for("settings_desk.help_line", id=id), 303)
    except helping.LineGone:
        return _gone()
    return _saved(f"Noted: {line.who} was still right today.")


def move_help_line(id: int) -> ResponseReturnValue:
    """One place up or down."""
    try:
        helping.move(db.session(), id, is_up=request.form.get("to") == "up")
    except helping.LineGone:
        return _gone()
    return _saved("Moved.")


def remove_help_line(id: int) -> ResponseReturnValue:
    """Take one away."""
    try:
        words = reading.shown(helping.remove(db.session(), id)).words
    except helping.LineGone:
        return _gone()
    return _saved(f"Taken away: {words}.")


def servers_line() -> ResponseReturnValue:
    """Whether the line of the server's settings stands there while she has none."""
    is_shown = request.form.get("shown") == "yes"
    helping.decide(db.session(), is_hers=not is_shown)
    if is_shown:
        return _saved("The line from the server’s settings is shown again.")
    return _saved("Taken away. No help line is shown now.")


def _saved(words: str) -> ResponseReturnValue:
    noting.note("help_lines_changed", clock.now())
    db.session.commit()
    flash(words, "done")
    is_from_home = request.form.get("back") == "home"
    return redirect(url_for("pages_desk.home" if is_from_home else "settings_desk.help_lines"), 303)


def _gone() -> ResponseReturnValue:
    db.session.rollback()
    flash("This line was taken away already.", "careful")
    return redirect(url_for("settings_desk.help_lines"), 303)


def _fill(form: HelpLineForm, line: HelpLine) -> None:
    form.who.data, form.number.data, form.way.data = line.who, line.number, line.way.value
    form.url.data, form.hours.data = line.url, line.hours
    # Whoever changes a line has it before her eyes.
    form.checked_on.data = clock.local(clock.now()).date()
    form.version.data = str(line.version)


def _page(
    form: HelpLineForm, line: HelpLine | None, *, theirs: Any = None, status: int = 200
) -> ResponseReturnValue:
    saved = reading.shown(theirs) if theirs is not None else None
    html = render_template(
        "settings/desk/help_line.html", form=form, line=line, theirs=saved, ways=Way
    )
    return html, status
