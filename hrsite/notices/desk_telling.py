"""Who is told of a notice by letter, and when; what has changed; reminders and calendars.

`desk` puts this at its address, behind the guard.
"""

import json
from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hrsite import clock, furniture, queue
from hrsite.accounts import noting, pressing_again
from hrsite.accounts.pressing_again import Pairs, Press
from hrsite.extensions import db
from hrsite.newsletter import finding, following, issues, knowing, planned, renewing
from hrsite.newsletter.audience import AudienceCounts, counts
from hrsite.newsletter.models import Topic
from hrsite.notices import desk_planned, publishing, telling
from hrsite.notices.forms_telling import LetterForm, SharingForm
from hrsite.notices.models import SessionNotice
from hrsite.posts import moments, sentences
from hrsite.posts.moments import Chosen
from hrsite.posts.timing import far_off


def _pressed_late(pairs: Pairs) -> Press | None:
    """Whom a letter about a change goes to is said on its page alone, so it is pressed there."""
    names = {"stop": "Do not email it", "share": "Save"}
    words = names.get(dict(pairs).get("act", ""))
    return Press(words, pairs) if words else pressing_again.looked_over(pairs, "send")


@pressing_again.by(_pressed_late)
def readers(id: int) -> ResponseReturnValue:
    """The page, and what its buttons do. Each button that sends says to how many."""
    session = db.session()
    try:
        notice = publishing.hold(session, id) if request.method == "POST" else None
    except publishing.NoticeGone:
        abort(404)
    notice = notice or session.get(SessionNotice, id) or abort(404)
    act = request.form.get("act", "")
    deeds = {"share": _share, "review": _review, "send": _send, "tell": _tell, "stop": _stop}
    if request.method != "POST" or act not in deeds:
        return _page(notice)
    if notice.published_at is None and act != "share":
        flash("It is a draft. Publish it first.", "wrong")
        return redirect(url_for("notices_desk.readers", id=id), 303)
    return deeds[act](notice)


def after_saving(notice: SessionNotice) -> str:
    """What is no longer true is called back; and who has it can be told. What to say of that.

    And what to say of a letter that is planned for when it is too late.
    """
    session, now = db.session(), clock.now()
    following.call_back_untrue(session, notice, now)
    renewing.keep_true(session, now)
    if lost := desk_planned.now_lost(notice, now):
        return f" {lost}"
    return who_has_an_older_one(notice, now)


def who_has_an_older_one(notice: SessionNotice, now: datetime) -> str:
    """That some have a letter which is true no more, and can be told; nothing, when nobody has."""
    session = db.session()
    if not following.has_news(session, notice):
        return ""
    told = following.counts(session, notice, now)
    if not told.all:
        return ""
    if told.is_everybody:
        who = "Readers may have an older letter."
    elif desk_planned.standing(notice, now) == "written":
        who = f"{furniture.count(told.all, 'person was', 'people were')} to get its letter."
    else:
        who = f"{furniture.count(told.all, 'person has', 'people have')} an older letter."
    return f" {who} You can tell them under “Readers and calendars”."


def _share(notice: SessionNotice) -> ResponseReturnValue:
    form = SharingForm()
    notice.tells_in_calendar = bool(form.tells_in_calendar.data)
    notice.sends_reminders = bool(form.sends_reminders.data)
    notice.updated_at = clock.now()
    return _done(notice, "Saved.")


def _stop(notice: SessionNotice) -> ResponseReturnValue:
    if finding.issue_of(db.session(), notice) is not None:
        return _done(notice, "Its letter has begun already. You can stop it under Issues.")
    publishing.call_off(notice)
    noting.note("notice_untold", clock.now(), f"notice {notice.id}")
    return _done(notice, "No email goes out. It stays on the site.")


def _review(notice: SessionNotice, status: int = 200) -> ResponseReturnValue:
    """The sentence, and the button that repeats it."""
    form, now = LetterForm(), clock.now()
    moment = _when(form, notice, now)
    if moment is None:
        return _page(notice, form=form, status=422)
    at = moment.at
    audience = counts(db.session(), Topic.NOTICES, now)
    sentence = sentences.review(
        when=f"{furniture.moment(at)} ({far_off(at, now)})" if at else None,
        with_email=True,
        is_on_site=True,
        ready_count=audience.ready,
        left_out=_left_out(audience),
        which=moment.which,
    )
    form.seen.data = _seen(notice, audience.ready)
    return _page(notice, form=form, sentence=sentence, is_changed=status == 409, status=status)


def _send(notice: SessionNotice) -> ResponseReturnValue:
    """Plan the first letter: now, or at its time. Pressed twice, it is one."""
    form, now = LetterForm(), clock.now()
    if desk_planned.standing(notice, now) in ("gone", "written", "planned"):
        return _done(notice, "That was done already. Nobody gets it twice.")
    moment = _when(form, notice, now)
    if moment is None:
        return _page(notice, form=form, status=422)
    at = moment.at
    ready = counts(db.session(), Topic.NOTICES, now).ready
    if form.seen.data != _seen(notice, ready):
        return _review(notice, status=409)
    publishing.plan_letter(notice, at or now)
    people = furniture.count(ready, "reader", "readers")
    when = f"on {furniture.moment(at)}" if at else "in a moment"
    noting.note("notice_told", clock.now(), f"notice {notice.id}")
    return _done(notice, f"It goes to {people} by email {when}.")


def _tell(notice: SessionNotice) -> ResponseReturnValue:
    """A letter about the change, to who had one. Pressed twice, it is one."""
    session, now = db.session(), clock.now()
    told = following.counts(session, notice, now)
    if not following.has_news(session, notice):
        return _done(notice, "That was told already. Nobody gets it twice.")
    if request.form.get("seen") != _seen(notice, told.ready):
        return _page(notice, is_changed=True, status=409)
    try:
        issue = following.tell(session, notice, now)
    except following.TooSoon as trouble:
        session.rollback()
        flash(str(trouble), "wrong")
        return redirect(url_for("notices_desk.readers", id=notice.id), 303)
    people = furniture.count(told.ready, "person", "people")
    noting.note("notice_told", now, f"notice {notice.id}")
    words = f"It goes to {people}."
    if issue is not None and issue.message.starts_at > now:
        words += " You can still stop it for a moment, under Issues."
    return _done(notice, words)


def _done(notice: SessionNotice, words: str) -> ResponseReturnValue:
    answer = redirect(url_for("notices_desk.readers", id=notice.id), 303)
    if request.form.get("back") == "home":
        answer = redirect(url_for("pages_desk.home"), 303)
    db.session.commit()
    queue.wake()
    flash(words, "done")
    return answer


def _when(form: LetterForm, notice: SessionNotice, now: datetime) -> Chosen | None:
    """What was chosen; None when it cannot be: its box says why not."""
    moment = moments.chosen(form, now) if form.validate() else None
    if moment is None:
        return None
    if moment.at is None and telling.is_too_late(notice, now):
        form.when.errors = [f"{telling.why_too_late(notice, now)}. No email can go out."]
        return None
    until = telling.letter_until(notice)
    # Who plans ahead leaves time to hand the letters over in.
    if moment.at and until and until - moment.at < issues.LEAST_TIME:
        why = telling.why_too_late(notice, moment.at)
        form.time.errors = [f"{why} then. Choose an earlier time."]
        return None
    return moment


def _seen(notice: SessionNotice, ready: int) -> str:
    """What a review showed. When any of it is another, the button shows it again."""
    return json.dumps([notice.version, notice.sequence, notice.send_to_readers, ready])


def _left_out(audience: AudienceCounts) -> sentences.LeftOut:
    return sentences.LeftOut(
        paused=audience.paused, unconfirmed=audience.unconfirmed, blocked=audience.blocked
    )


def _page(notice: SessionNotice, status: int = 200, **facts: Any) -> ResponseReturnValue:
    session, now = db.session(), clock.now()
    known = knowing.last_known(session, notice.id)
    has_news = following.has_news(session, notice)
    told = following.ToldCounts()
    if has_news or notice.cancelled_at is not None:
        told = following.counts(session, notice, now)
    defaults = {"form": LetterForm(formdata=None), "sentence": "", "is_changed": False}
    page = render_template(
        "notices/desk/readers.html",
        notice=notice,
        known=known,
        known_words=desk_planned.words_of(known) if known else "",
        letter=desk_planned.standing(notice, now),
        lost_words=planned.lost_words(notice, now),
        is_too_late=telling.is_too_late(notice, now),
        news=telling.news_of(notice, now) if has_news else None,
        has_news=has_news,
        told=told,
        told_seen=_seen(notice, told.ready),
        sharing=SharingForm(formdata=None, obj=notice),
        readers_count=counts(session, Topic.NOTICES, now).ready,
        **defaults | facts,
    )
    return page, status
