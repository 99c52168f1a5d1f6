"""How an article goes out: choose, read one sentence, press. And how it comes back.

`desk` puts these at their addresses, behind the guard.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hrsite import clock, furniture, queue
from hrsite.extensions import db
from hrsite.newsletter import holding, issues
from hrsite.newsletter.audience import AudienceCounts, counts
from hrsite.newsletter.models import Topic
from hrsite.posts import (
    comparing,
    desk_hinting,
    desk_writing,
    publishing,
    reviewing,
    revising,
    sentences,
)
from hrsite.posts.forms import PublishForm
from hrsite.posts.models import Post
from hrsite.posts.reviewing import Seen
from hrsite.posts.timing import NoSuchTime, far_off, moment_of


@dataclass(frozen=True)
class Plan:
    """What the coach has chosen."""

    with_email: bool
    at: datetime | None  # None: now.
    which: str = ""  # Of a time that comes twice that night: first or second.

    def is_done(self, post: Post, now: datetime) -> bool:
        """Was just this done already, by a first press of the same button?"""
        if self.with_email != post.send_to_readers:
            return False
        if self.at is None:
            return post.is_published(now)
        return self.at == (post.send_at if self.with_email else post.published_at)

    def seen(self, post: Post, now: datetime) -> Seen:
        """What she sees of it now. Of readers she is told when it goes to them."""
        when = furniture.moment(self.at) if self.at else ""
        seen = Seen(post.press_count, post.version, post.title, _standing(post, now), when)
        if not self.with_email:
            return seen
        audience = counts(db.session(), Topic.ARTICLES, now)
        return replace(seen, ready=audience.ready, left_out=_left_out(audience))


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
    if reviewing.read(form.seen.data or "") != plan.seen(post, now):
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
    which = form.which.data or ""
    try:
        moment = moment_of(form.date.data, form.time.data, clock.zone(), which == "second")
    except NoSuchTime as trouble:
        form.time.errors = [str(trouble)]
        return None
    if moment.comes_twice and not which:
        form.which.errors = ["The clocks go back that night and show this time twice. Choose one."]
        return None
    if moment.at <= now:
        form.time.errors = ["That time has passed. Choose a later one, or choose now."]
        return None
    return Plan(with_email, moment.at, which if moment.comes_twice else "")


def _review(form: PublishForm, post: Post, plan: Plan, status: int = 200) -> ResponseReturnValue:
    """The page with the sentence, and the button that repeats the act; what is new stands first."""
    now, before = clock.now(), reviewing.read(form.seen.data or "")
    seen = plan.seen(post, now)
    form.seen.data = seen.written()
    sentence = sentences.review(
        when=f"{seen.when} ({far_off(plan.at, now)})" if plan.at else None,
        with_email=plan.with_email,
        is_on_site=post.is_published(now),
        ready_count=seen.ready,
        left_out=seen.left_out,
        which=plan.which,
    )
    return _page(
        form,
        post,
        status,
        sentence=sentence,
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


def _standing(post: Post, now: datetime) -> str:
    if post.published_at is None:
        return "a draft"
    place = "on the site" if post.is_published(now) else ""
    place = place or f"planned for {furniture.moment(post.published_at)}"
    if not post.send_to_readers or post.send_at is None:
        return place
    later = f", {furniture.moment(post.send_at)}" if post.send_at > now else ""
    return f"{place} and in the plan for readers{later}"


def _left_out(audience: AudienceCounts) -> sentences.LeftOut:
    return sentences.LeftOut(
        audience.weekly, audience.monthly, audience.paused, audience.unconfirmed, audience.blocked
    )


def _fill(form: PublishForm, post: Post, now: datetime) -> None:
    """The choice as it stands: a scheduled article keeps its plan in the boxes."""
    if post.published_at is not None:
        form.how.data = "email" if post.send_to_readers else "site"
    if post.published_at is not None and post.is_scheduled(now):
        local = clock.local(post.published_at)
        form.when.data, form.date.data, form.time.data = "later", local.date(), local.time()
        form.which.data = "second" if local.fold else "first"


def _page(form: PublishForm, post: Post, status: int = 200, **facts: Any) -> ResponseReturnValue:
    session = db.session()
    page = render_template(
        "posts/desk/publish.html",
        post=post,
        form=form,
        audience=counts(session, Topic.ARTICLES, clock.now()),
        unsaved=desk_writing.unsaved_news(post),
        hint_count=desk_hinting.count_of(post),
        **{"sentence": ""} | facts,
    )
    return page, status
