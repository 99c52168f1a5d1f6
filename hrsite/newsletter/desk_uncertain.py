"""The buttons for copies that nobody knows of: hand it over once more, or leave it.

`desk` puts these at their addresses, behind the guard.
"""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from hrsite import clock, queue
from hrsite.accounts import noting, pressing_again
from hrsite.extensions import db
from hrsite.furniture import count
from hrsite.newsletter import uncertain
from hrsite.newsletter.models import Issue
from hrsite.outbox import repeating

LONGEST_NUMBER = 15
DONE_ALREADY = "That was decided already, or they have left or paused since. Nothing was changed."


@pressing_again.only_on_its_page
def issue_again(issue_id: int) -> ResponseReturnValue:
    """Hand one copy over once more, or all that are held; pressing twice does it once."""
    issue = db.get_or_404(Issue, issue_id)
    try:
        again = uncertain.hand_over_again(db.session(), issue, _copy(), clock.now())
    except repeating.TooLate:
        flash("Its session has begun, so it is not handed over again.", "careful")
        return _back(issue_id)
    except uncertain.MayNotGo as trouble:
        flash(str(trouble), "careful")
        return _back(issue_id)
    if again.going:
        noting.note("letters_repeated", clock.now(), f"issue {issue_id}")
    db.session.commit()
    if again.going:
        queue.wake()
    flash(_said_of(again), "done" if again.going else "careful")
    return _back(issue_id)


def _said_of(again: uncertain.Again) -> str:
    if not any(again):
        return DONE_ALREADY
    letters = count(again.going, "letter is", "letters are")
    said = f"{letters} handed over once more." if again.going else "Nothing was changed."
    if again.unwanted:
        readers = count(again.unwanted, "reader gets", "readers get")
        said += f" {readers} nothing: they left, paused or said no since, or are blocked."
    return said


@pressing_again.only_on_its_page
def issue_leave(issue_id: int) -> ResponseReturnValue:
    """Leave one copy as it is, or all that are held."""
    issue = db.get_or_404(Issue, issue_id)
    decided = uncertain.leave(db.session(), issue, _copy(), clock.now())
    db.session.commit()
    if decided:
        flash(f"Left. {count(decided, 'letter stays', 'letters stay')} “not known”.", "done")
    else:
        flash(DONE_ALREADY, "careful")
    return _back(issue_id)


def _copy() -> uncertain.Copy | None:
    """The copy the button stood beside; None for the button that means all of them.

    A number that is none finds no copy, and must not turn into "all of them".
    """
    if "copy" not in request.form:
        return None
    return uncertain.Copy(_number("copy"), _number("fence"))


def _number(name: str) -> int:
    text = request.form.get(name, "")
    is_number = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    return int(text) if is_number else -1


def _back(issue_id: int) -> ResponseReturnValue:
    return redirect(url_for("newsletter_desk.issue", issue_id=issue_id) + "#uncertain", 303)
