"""What the coach does with an Issue that waits for her: set another time, or drop it.

`desk` puts these at their addresses, behind the guard.
"""

from datetime import datetime

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from hrsite import clock, furniture, queue
from hrsite.accounts import noting, pressing_again
from hrsite.extensions import db
from hrsite.newsletter import holding, off_site
from hrsite.newsletter.models import Issue
from hrsite.posts import moments
from hrsite.posts.moments import MomentForm


@pressing_again.only_on_its_page
def reschedule(issue_id: int) -> ResponseReturnValue:
    """Let a held Issue go out later."""
    issue, form, now = db.get_or_404(Issue, issue_id), MomentForm(), clock.now()
    if is_refused(issue, now):
        return _back(issue_id)
    moment = moments.chosen(form, now) if form.validate_on_submit() else None
    if moment is not None and (at := moment.at) is not None:
        try:
            holding.reschedule(db.session(), issue, at, now)
        except holding.TooLate as trouble:
            form.time.errors = [str(trouble)]
        else:
            noting.note("issue_planned", clock.now(), f"issue {issue_id}")
            db.session.commit()
            flash(f"It goes out on {furniture.moment(at)}.", "done")
            return _back(issue_id)
    return render_template("newsletter/desk/reschedule.html", issue=issue, time_form=form), 422


@pressing_again.named("Drop it")
def drop(issue_id: int) -> ResponseReturnValue:
    """Take back what has not gone out, of an Issue that waits for her."""
    session, issue = db.session(), db.get_or_404(Issue, issue_id)
    if issue.message.paused_at is None:
        flash(_why_not_dropped(issue), "careful")
        return _back(issue_id)
    is_free = holding.drop(session, issue, clock.now())
    noting.note("issue_dropped", clock.now(), f"issue {issue_id}")
    session.commit()
    queue.wake()
    words = "Dropped. Nothing more of this goes out."
    if is_free:
        words = "Dropped. Nobody has got it, so you can email it anew when it is right."
    elif issue.digest_id is not None:
        words = "Dropped. Its articles come with the next such letter."
    flash(words, "done")
    return _back(issue_id)


def _why_not_dropped(issue: Issue) -> str:
    """The button stood on a page that is old by now: what goes out is stopped before."""
    if issue.dropped_at is not None:
        return "It was dropped already. Nothing more of this goes out."
    if issue.message.expanded_at is not None and not issue.message.waiting_count:
        return "There was nothing left to drop. Everybody has a result."
    return "It goes out again since you opened this page. Stop it first."


def is_refused(issue: Issue, now: datetime) -> bool:
    """Can it not go on: dropped, going already, too late, or leading nowhere? Then we say why."""
    if issue.message.paused_at is None:
        gone_on = (
            "It goes on already." if issue.message.waiting_count else "Everybody has a result."
        )
        dropped = "It was dropped. Nothing more of this goes out."
        flash(dropped if issue.dropped_at else gone_on, "careful")
        return True
    if not issue.message.waiting_count:
        return False
    if is_too_late(issue, now):
        flash("It is too late for this letter. You can drop it.", "wrong")
        return True
    off = off_site.off_site(db.session(), issue, now)
    if off is None:
        return False
    flash(f"{off.words}, so its letter would lead nowhere. Put it back first, or drop it.", "wrong")
    return True


def is_too_late(issue: Issue, now: datetime) -> bool:
    """Would all that is left of it come too late for what it tells of?"""
    return issue.message.is_timely and issue.message.not_after <= now


def _back(issue_id: int) -> ResponseReturnValue:
    return redirect(url_for("newsletter_desk.issue", issue_id=issue_id), 303)
