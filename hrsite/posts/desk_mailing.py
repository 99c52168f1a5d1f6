"""Before and after an article goes to readers: a test to the coach alone, and "Stop it".

`desk` puts these at their addresses, behind the guard.
"""

from flask import abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from hrsite import addresses, clock, queue
from hrsite.accounts import guard, noting, pressing_again
from hrsite.extensions import db
from hrsite.newsletter import finding, holding, issues, letters, trying
from hrsite.newsletter.models import Issue
from hrsite.posts.forms import ONLY
from hrsite.posts.models import Post


@pressing_again.named("Stop its letter")
def stop(id: int) -> ResponseReturnValue:
    """Stop its letters at once, whether or not the worker has begun with them."""
    session = db.session()
    try:
        issue = _issue_of(id)
    except IntegrityError:  # The worker opened it in this very moment.
        session.rollback()
        issue = _issue_of(id)
    if issue is None:
        return redirect(url_for("posts_desk.done", id=id), 303)
    now, issue_id = clock.now(), issue.id
    words, kind = holding.press_stop(session, issue, now)
    if kind == "done":
        noting.note("issue_stopped", now, f"issue {issue_id}")
    session.commit()
    flash(words, kind)
    return redirect(url_for("newsletter_desk.issue", issue_id=issue_id), 303)


@pressing_again.only_on_its_page
def test(id: int) -> ResponseReturnValue:
    """The letter as readers would get it, whole or plain, to the coach's own address."""
    session, account, now = db.session(), guard.present().account, clock.now()
    post = session.get(Post, id) or abort(404)
    if request.form.get("how") == ONLY and post.unlisted_at is None:
        # As it would be, were it sent by email only. None of this is saved.
        session.expunge(post)
        post.unlisted_at, post.unlisted_token = now, trying.TEST_LINK
    try:
        letter = letters.article(post, current_app.config["BASE_URL"], now)
        is_plain = request.form.get("wording") == "plain"
        plain = letters.discreet_article(post, letter.mark) if is_plain else None
        trying.put_test(session, letter, account.email, now, plain)
    except trying.NoTest as trouble:
        session.rollback()
        flash(str(trouble), "careful")
    else:
        session.commit()
        queue.wake()
        flash(f"A test is on its way to {addresses.mask(account.email)}.", "done")
    if "how" not in request.form:
        return redirect(url_for("posts_desk.publish", id=id), 303)
    # Back to the sentence, or to the boxes, with all that she has chosen: it is sent there too.
    boxes = None if request.form.get("seen") else 1
    return redirect(url_for("posts_desk.publish", id=id, boxes=boxes), 307)


def _issue_of(id: int) -> Issue | None:
    """Its Issue, opened now when its moment has come and the worker has not been there yet."""
    session = db.session()
    post, now = session.get(Post, id) or abort(404), clock.now()
    issue = finding.issue_of(session, post)
    if issue is None and issues.Due(Post, post.id) in issues.due(session, now):
        issue = issues.open_issue(session, issues.Due(Post, post.id), now)
    return issue
