"""How an article goes out: choose, read one sentence, press. And how it comes back.

`desk` puts these at their addresses, behind the guard.
"""

from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hrsite import clock, furniture, queue
from hrsite.accounts import noting, pressing_again
from hrsite.accounts.pressing_again import Pairs, Press
from hrsite.extensions import db
from hrsite.newsletter import finding, holding, issues, summarising
from hrsite.newsletter.audience import counts
from hrsite.newsletter.models import Issue, Topic
from hrsite.newsletter.summarising import IssueSummary
from hrsite.outbox import presence
from hrsite.posts import (
    comparing,
    desk_planning,
    desk_writing,
    publishing,
    reviewing,
    revising,
)
from hrsite.posts.desk_planning import Plan
from hrsite.posts.forms import PublishForm
from hrsite.posts.models import Post
from hrsite.posts.reviewing import Seen


def _looked_over(pairs: Pairs) -> Press:
    """Nothing goes out by a press that does not say to how many: the sentence comes first."""
    return Press("Look it over", [pair for pair in pairs if pair[0] != "confirm"])


@pressing_again.by(_looked_over)
def publish(id: int) -> ResponseReturnValue:
    """Two steps: the choice, and the sentence with the button that does it."""
    form, session, now = PublishForm(), db.session(), clock.now()
    post = session.get(Post, id) or abort(404)
    if post.deleted_at is not None:
        flash("It is in the bin. Put it back first.", "wrong")
        return redirect(url_for("posts_desk.edit", id=id), 303)
    if not post.has_text:
        flash("There is no text in it yet. Write something, then publish.", "wrong")
        return redirect(url_for("posts_desk.edit", id=id), 303)
    issue = finding.issue_of(session, post)
    if request.method != "POST":
        if issue is not None and post.is_published(now):
            return redirect(url_for("posts_desk.done", id=id), 303)
        desk_planning.fill(form, post, now)
        return _page(form, post)
    if "boxes" in request.args:  # Back from the sentence, or from a test: to what she chose.
        return _page(form, post)
    plan = desk_planning.read(form, now)
    if plan is None:
        return _page(form, post, status=422)
    is_second_step = "confirm" in request.form
    if is_second_step and plan.is_done(post, now):
        return redirect(url_for("posts_desk.done", id=id), 303)
    if refused := desk_planning.refusal(plan, post, issue, now):
        form.how.errors = [refused]
        return _page(form, post, status=422)
    return _act(form, plan, id, now) if is_second_step else _review(form, post, plan)


def done(id: int) -> ResponseReturnValue:
    """What was done, in words."""
    session = db.session()
    post = session.get(Post, id) or abort(404)
    if post.is_draft:
        return redirect(url_for("posts_desk.edit", id=id), 303)
    now, goes_at = clock.now(), post.send_at or post.out_at or clock.now()
    issue = finding.issue_of(session, post)
    letter = summarising.summaries(session, [id], now).get(id)
    starts_at = issues.begins_at(Topic.ARTICLES, goes_at, now)
    if issue is not None:
        is_going = issue.dropped_at is None and issue.message.paused_at is None
        starts_at = issue.message.starts_at if is_going else now
    is_waited_for = post.send_to_readers and (letter is None or letter.waiting_count > 0)
    return render_template(
        "posts/desk/done.html",
        post=post,
        issue=issue,
        audience_count=_audience_count(post, issue, letter, now),
        letter=letter,
        goes_at=goes_at,
        goes_later=goes_at > now,
        starts=furniture.moment_ahead(starts_at, now) if starts_at > now else "",
        worker_trouble=presence.look(session, now).trouble(now) if is_waited_for else None,
    )


def _audience_count(
    post: Post, issue: Issue | None, letter: IssueSummary | None, now: datetime
) -> int:
    """Who will get it: whoever waits on its list, and without one whoever would be on it now."""
    if issue is not None and letter is not None and issue.message.expanded_at is not None:
        return letter.waiting_count
    return counts(db.session(), Topic.ARTICLES, now).ready if post.send_to_readers else 0


@pressing_again.named("Take it down")
def withdraw(id: int) -> ResponseReturnValue:
    """Take it off the site, or out of the plan."""
    session, now = db.session(), clock.now()
    try:
        post = publishing.hold(session, id)
    except publishing.PostGone:
        abort(404)
    words = "It is a draft again, and nothing goes out."
    if post.is_published(now):
        words = "It is off the site, and a draft again."
    elif not post.is_scheduled(now) and post.is_email_only:
        words = "It is a draft again, and nobody can open it from its letter."
    publishing.withdraw(post, now)
    if post.is_draft:
        words += holding.take_back(session, post, now)
    else:
        words = "It does not go on the site. It stays as it went out by email."
    noting.note("article_withdrawn", clock.now(), f"article {id}")
    session.commit()
    flash(words, "done")
    return redirect(url_for("posts_desk.edit", id=id), 303)


def _act(form: PublishForm, plan: Plan, id: int, now: datetime) -> ResponseReturnValue:
    session = db.session()
    try:
        post = publishing.hold(session, id)
    except publishing.PostGone:
        abort(404)
    if plan.is_done(post, now):
        return redirect(url_for("posts_desk.done", id=id), 303)
    if reviewing.read(form.seen.data or "") != plan.seen(post, now):
        return _review(form, post, plan, status=409)
    try:
        plan.do(post, now)
    except (publishing.BinnedPost, publishing.OnSite):  # In another tab, a moment ago.
        session.rollback()
        return redirect(url_for("posts_desk.publish", id=id), 303)
    noting.note("article_published", clock.now(), f"article {id}")
    session.commit()
    queue.wake()
    return redirect(url_for("posts_desk.done", id=id), 303)


def _review(form: PublishForm, post: Post, plan: Plan, status: int = 200) -> ResponseReturnValue:
    """The page with the sentence, and the button that repeats the act; what is new stands first."""
    now, before = clock.now(), reviewing.read(form.seen.data or "")
    seen = plan.seen(post, now)
    form.seen.data = seen.written()
    return _page(
        form,
        post,
        status,
        sentence=plan.sentence(post, seen, now),
        button=plan.button(post, seen, now),
        is_mailed=plan.with_email,
        is_changed=status != 200,
        differences=reviewing.differences(before, seen) if before and status != 200 else [],
        compared=_compared(post, before) if status != 200 else [],
    )


def _compared(post: Post, before: Seen | None) -> list[comparing.Line]:
    """What is different in the words since she looked, when that is kept."""
    if before is None or before.version == post.version:
        return []
    kept = revising.revision(db.session(), post, before.version)
    if kept is None:
        return []
    texts = revising.words_of(kept), revising.Words.of(post)
    return comparing.compare(*(comparing.lines_of(words) for words in texts))


def _page(form: PublishForm, post: Post, status: int = 200, **facts: Any) -> ResponseReturnValue:
    session, now = db.session(), clock.now()
    issue = finding.issue_of(session, post)
    desk_planning.offer(form, post, issue, now)
    page = render_template(
        "posts/desk/publish.html",
        post=post,
        form=form,
        audience=counts(session, Topic.ARTICLES, now) if issue is None else None,
        unsaved=desk_writing.unsaved_news(post),
        hint_count=desk_writing.hint_count_of(post),
        **{"sentence": ""} | facts,
    )
    return page, status
