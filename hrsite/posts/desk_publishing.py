"""How an article goes out: choose, read one sentence, press. And how it comes back.

`desk` puts these at their addresses, behind the guard.
"""

import hashlib
import json
from dataclasses import astuple, dataclass
from datetime import datetime

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hrsite import clock, furniture, queue
from hrsite.extensions import db
from hrsite.newsletter import holding, issues
from hrsite.newsletter.audience import AudienceCounts, counts
from hrsite.newsletter.models import Topic
from hrsite.posts import publishing, sentences
from hrsite.posts.forms import PublishForm
from hrsite.posts.models import Post
from hrsite.posts.timing import NoSuchTime, moment_of


@dataclass(frozen=True)
class Plan:
    """What the coach has chosen."""

    with_email: bool
    at: datetime | None  # None: now.
    is_first_of_two: bool = False

    def is_done(self, post: Post, now: datetime) -> bool:
        """Was just this done already, by a first press of the same button?"""
        if self.with_email != post.send_to_readers:
            return False
        if self.at is None:
            return post.is_published(now)
        return self.at == (post.send_at if self.with_email else post.published_at)

    def fingerprint(self, post: Post, audience: AudienceCounts) -> str:
        """Changes with the text, the plan and the numbers of readers."""
        moments = (post.updated_at, post.published_at, post.send_at, self.at)
        dates = [str(moment) for moment in moments]
        seen = [post.version, post.send_to_readers, *dates, self.with_email, *astuple(audience)]
        return hashlib.sha256(json.dumps(seen).encode()).hexdigest()


def publish(id: int) -> ResponseReturnValue:
    """Two steps: the choice, and the sentence with the button that does it."""
    form, session, now = PublishForm(), db.session(), clock.now()
    post = session.get(Post, id) or abort(404)
    if post.deleted_at is not None:
        flash("It is in the bin. Put it back first.", "wrong")
        return redirect(url_for("posts_desk.edit", id=id), 303)
    if not post.body_html.strip():
        flash("There is no text in it yet. Write something, then publish.", "wrong")
        return redirect(url_for("posts_desk.edit", id=id), 303)
    if request.method != "POST":
        _fill(form, post, now)
        return _page(form, post)
    plan = _plan(form, now)
    if plan is None:
        return _page(form, post, status=422)
    is_second_step = "confirm" in request.form
    if is_second_step and plan.is_done(post, now):
        return redirect(url_for("posts_desk.done", id=id), 303)
    issue = issues.issue_of_post(session, id)
    if plan.with_email and issue is not None:
        day = furniture.day(issue.created_at)
        form.how.errors = [f"Readers got this by email on {day}. It cannot go to them again."]
        return _page(form, post, status=422)
    return _act(form, plan, id, now) if is_second_step else _review(form, post, plan)


def done(id: int) -> ResponseReturnValue:
    """What was done, in words."""
    session = db.session()
    post = session.get(Post, id) or abort(404)
    if post.is_draft:
        return redirect(url_for("posts_desk.edit", id=id), 303)
    now = clock.now()
    issue = issues.issue_of_post(session, id)
    ready_count = counts(session, Topic.ARTICLES, now).ready if post.send_to_readers else 0
    starts_at = issues.begins_at(Topic.ARTICLES, post.send_at, now) if post.send_at else None
    if issue is not None:
        is_going = issue.dropped_at is None and issue.message.paused_at is None
        starts_at = issue.message.starts_at if is_going else None
    return render_template(
        "posts/desk/done.html",
        post=post,
        issue=issue,
        audience_count=ready_count,
        goes_later=post.send_at is not None and post.send_at > now,
        starts_at=starts_at,
    )


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
    words += holding.take_back(session, issues.issue_of_post(session, id), now)
    publishing.withdraw(post, now)
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
    if form.once.data != plan.fingerprint(post, counts(session, Topic.ARTICLES, now)):
        flash("Something changed since you looked. Please read it once more.", "careful")
        return _review(form, post, plan, status=409)
    try:
        publishing.publish(post, plan.at, plan.with_email, now)
    except publishing.BinnedPost:  # In another tab, a moment ago.
        session.rollback()
        return redirect(url_for("posts_desk.publish", id=id), 303)
    session.commit()
    queue.wake()
    return redirect(url_for("posts_desk.done", id=id), 303)


def _plan(form: PublishForm, now: datetime) -> Plan | None:
    """What the form asks for; None when it cannot be, with the reason at its box."""
    if not form.validate():
        return None
    with_email = form.how.data == "email"
    if form.when.data == "now":
        return Plan(with_email, None)
    try:
        moment = moment_of(form.date.data, form.time.data, clock.zone())
    except NoSuchTime as trouble:
        form.time.errors = [str(trouble)]
        return None
    if moment.at <= now:
        form.time.errors = ["That time has passed. Choose a later one, or choose now."]
        return None
    return Plan(with_email, *moment)


def _review(form: PublishForm, post: Post, plan: Plan, status: int = 200) -> ResponseReturnValue:
    """The page with the sentence, and the button that repeats the act."""
    now = clock.now()
    audience = counts(db.session(), Topic.ARTICLES, now)
    form.once.data = plan.fingerprint(post, audience)
    sentence = sentences.review(
        when=furniture.moment(plan.at) if plan.at else None,
        with_email=plan.with_email,
        is_on_site=post.is_published(now),
        ready_count=audience.ready,
        left_out=sentences.LeftOut(
            audience.weekly,
            audience.monthly,
            audience.paused,
            audience.unconfirmed,
            audience.blocked,
        ),
        is_first_of_two=plan.is_first_of_two,
    )
    return _page(form, post, sentence, status)


def _fill(form: PublishForm, post: Post, now: datetime) -> None:
    """The choice as it stands: a scheduled article keeps its plan in the boxes."""
    if post.published_at is not None:
        form.how.data = "email" if post.send_to_readers else "site"
    if post.published_at is not None and post.is_scheduled(now):
        local = clock.local(post.published_at)
        form.when.data, form.date.data, form.time.data = "later", local.date(), local.time()


def _page(
    form: PublishForm, post: Post, sentence: str | None = None, status: int = 200
) -> ResponseReturnValue:
    audience = counts(db.session(), Topic.ARTICLES, clock.now())
    page = render_template(
        "posts/desk/publish.html", post=post, form=form, audience=audience, sentence=sentence
    )
    return page, status
