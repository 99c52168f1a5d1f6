"""The Issue page: how far it has come, who has no good result and why, stop and resume.

`desk` puts these at their addresses, behind the guard.
"""

from datetime import UTC, datetime

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hrsite import addresses, clock, furniture, queue
from hrsite.accounts import noting, pressing_again
from hrsite.extensions import db
from hrsite.newsletter import (
    desk_held,
    drawing,
    holding,
    issues,
    off_site,
    recounting,
    summarising,
    uncertain,
)
from hrsite.newsletter.consent import TOPIC_LABELS
from hrsite.newsletter.desk_words import RESULTS, Result, on_its_way
from hrsite.newsletter.models import Issue
from hrsite.outbox import (
    forgotten,
    history,
    instance,
    presence,
    progress,
    refusals,
    repeat_rules,
    repeating,
    returned,
)
from hrsite.outbox.models import DeliveryState
from hrsite.posts.models import Post
from hrsite.posts.moments import MomentForm

ISSUES_SHOWN, ISSUES_DRAWN = 50, 12
PEOPLE_SHOWN = 50
UNCERTAIN_SHOWN = 20
# How long a page without a script waits until it looks again.
LOOK_AGAIN_SECONDS = 15
LONGEST_NUMBER = 15


def issue_list() -> ResponseReturnValue:
    """What went out, and how far each has come."""
    shown, now = issues.latest(db.session(), ISSUES_SHOWN), clock.now()
    told = recounting.recounts(db.session(), shown)
    drawn = [issue for issue in shown if told[issue.id].numbers.created][:ISSUES_DRAWN][::-1]
    bars, top = drawing.bars([_stack(told[issue.id]) for issue in drawn])
    return render_template(
        "newsletter/desk/issues.html",
        issues=shown,
        coming=summarising.coming(db.session(), now),
        sentences={id: recounting.sentence(one) for id, one in told.items()},
        told=told,
        drawn=drawn,
        bars=bars,
        top=top,
        topic_labels=TOPIC_LABELS,
        worker_trouble=presence.look(db.session(), now).trouble(now),
        held_words=instance.held_words(db.session(), now),
        in_flight=current_app.config["MAIL_IN_FLIGHT"],
        repeat_rule=repeat_rules.rule(),
    )


def _stack(told: recounting.Recount) -> list[tuple[str, int]]:
    """An Issue's bar, from its floor up."""
    numbers = told.numbers
    return [
        ("accepted", numbers.accepted),
        ("on-the-way", numbers.waiting),
        ("refused", numbers.refused),
        ("others", told.others),
    ]


def issue(issue_id: int) -> ResponseReturnValue:
    """One Issue: numbers that add up, and who has no good result. It looks again by itself."""
    shown, session, now = db.get_or_404(Issue, issue_id), db.session(), clock.now()
    trouble, before = presence.look(session, now).trouble(now), _mark()
    held = instance.held_words(session, now)
    # Nobody carries it: then there is no speed, and no time that it may take.
    is_carried = not trouble and held != instance.HELD
    seen = progress.progress_of(shown.message, now, before if is_carried else None)
    mark = progress.next_mark(seen.numbers, before, now)
    return render_template(
        "newsletter/desk/issue.html",
        issue=shown,
        message=shown.message,
        time_form=MomentForm(formdata=None),
        topic_label=TOPIC_LABELS[shown.topic],
        post=session.get(Post, shown.post_id) if shown.post_id else None,
        progress=seen,
        said=progress.sentence(seen, furniture.moment_ahead(shown.message.starts_at, now)),
        results=_results(seen.numbers),
        worker_trouble=None if seen.phase == "done" else trouble,
        held_words="" if seen.phase == "done" else held,
        off_site=off_site.off_site(session, shown, now) if seen.phase == "paused" else None,
        is_too_late=desk_held.is_too_late(shown, now),
        look_again=url_for(
            "newsletter_desk.issue",
            issue_id=issue_id,
            since=int(mark.at.timestamp()),
            settled=mark.settled,
        ),
        look_again_seconds=LOOK_AGAIN_SECONDS,
        stands_still="still" in request.args,
        **_trouble(shown, seen.numbers, now),
    )


def _trouble(shown: Issue, numbers: progress.Numbers, now: datetime) -> dict[str, object]:
    """Who was put off, refused or is not known: as much of each as a page holds."""
    session, message_id = db.session(), shown.message_id
    unknown = history.copies(session, message_id, DeliveryState.UNCERTAIN, 0, UNCERTAIN_SHOWN)
    rule = repeat_rules.rule()
    in_the_air = uncertain.in_the_air(session, message_id, now) if numbers.waiting else None
    return {
        "in_the_air_count": in_the_air.letters if in_the_air else 0,
        "in_the_air": on_its_way(in_the_air.letters, in_the_air.until, now) if in_the_air else "",
        "put_off": history.deferred(session, message_id) if numbers.waiting else None,
        "refused": refusals.grouped(session, message_id) if numbers.refused else [],
        "most_grouped": refusals.MOST_GROUPED,
        "unknown": unknown if numbers.uncertain else [],
        "held_count": repeating.held_count(session, message_id, history.MOST_COUNTED)
        if rule.asks_her and numbers.uncertain
        else 0,
        "repeat_rule": rule,
        "decided": repeat_rules.DECIDED,
        "came_back": returned.came_back(session, message_id),
        "mask": addresses.mask,
    }


def issue_people(issue_id: int, state: str) -> ResponseReturnValue:
    """Everybody with one result, a page at a time: masked, and never those it went well with."""
    shown = db.get_or_404(Issue, issue_id)
    after_id = _number("after") or 0
    found = history.copies(
        db.session(), shown.message_id, DeliveryState(state), after_id, PEOPLE_SHOWN + 1
    )
    people = found[:PEOPLE_SHOWN]
    gone = forgotten.counts(db.session(), state, [shown.message_id]).get(shown.message_id)
    return render_template(
        "newsletter/desk/issue_people.html",
        issue=shown,
        state=state,
        result=RESULTS[DeliveryState(state)],
        people=people,
        forgotten_count=gone.total() if gone else 0,
        is_first=not after_id,
        next_id=people[-1].id if len(found) > PEOPLE_SHOWN else None,
        mask=addresses.mask,
        mask_in=addresses.mask_in,
        reason=refusals.reason,
    )


@pressing_again.named("Stop what has not gone out")
def stop(issue_id: int) -> ResponseReturnValue:
    """Hand over nothing more of an Issue until Resume is pressed."""
    now = clock.now()
    words, kind = holding.press_stop(db.session(), db.get_or_404(Issue, issue_id), now)
    if kind == "done":
        noting.note("issue_stopped", now, f"issue {issue_id}")
    db.session.commit()
    flash(words, kind)
    return _back(issue_id)


@pressing_again.named("Resume")
def resume(issue_id: int) -> ResponseReturnValue:
    """Go on with a stopped or paused Issue."""
    resumed, now = db.get_or_404(Issue, issue_id), clock.now()
    if desk_held.is_refused(resumed, now):
        return _back(issue_id)
    holding.go_on(resumed, now)
    noting.note("issue_resumed", clock.now(), f"issue {issue_id}")
    db.session.commit()
    queue.wake()
    is_over = progress.progress_of(resumed.message, now).phase == "done"
    gone_on = "Going on. Whoever has it already does not get it again."
    flash("It is stopped no more. Nothing of it waits." if is_over else gone_on, "done")
    return _back(issue_id)


def _results(numbers: progress.Numbers) -> list[tuple[Result, str, int]]:
    """The rows of the table: what it is called, its state, how many."""
    rows = [(result, state.value, _count(numbers, state)) for state, result in RESULTS.items()]
    return [row for row in rows if row[2]]


def _count(numbers: progress.Numbers, state: DeliveryState) -> int:
    if state == DeliveryState.QUEUED:
        return numbers.waiting
    return int(getattr(numbers, state.value, 0))


def _mark() -> progress.Mark | None:
    """Where an earlier look at this page measured from; None without one, or with nonsense."""
    since, settled = _number("since"), _number("settled")
    if since is None or settled is None:
        return None
    try:
        return progress.Mark(datetime.fromtimestamp(since, UTC), settled)
    except (OverflowError, ValueError, OSError):
        return None


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    is_number = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    return int(text) if is_number else None


def _back(issue_id: int) -> ResponseReturnValue:
    return redirect(url_for("newsletter_desk.issue", issue_id=issue_id), 303)
