"""A session moves, is called off, takes place after all, or is still true; each looked over first.

`desk` puts these at their addresses, behind the guard.
"""

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from hrsite import clock, furniture, queue
from hrsite.accounts import noting, pressing_again
from hrsite.extensions import db
from hrsite.newsletter import planned
from hrsite.notices import (
    changing,
    desk_foretelling,
    desk_planned,
    desk_telling,
    desk_writing,
    occurring,
    publishing,
    telling,
    wording,
)
from hrsite.notices.changing import NoSense, NoSuchDay
from hrsite.notices.forms import ALL, CancelForm, MoveForm
from hrsite.notices.models import SessionNotice
from hrsite.posts.boxes import number_in

# So many of the next sessions of a series can be chosen.
DAYS_OFFERED = 8
SAME = "That is the time it has now."
CHANGED = "It has changed since you opened this page. This is how it stands now."


@pressing_again.by(lambda pairs: pressing_again.looked_over(pairs, "move"))
def move(id: int) -> ResponseReturnValue:
    """To what day and hour; then one sentence to look over; then the deed."""
    notice, form = _hold(id), MoveForm()
    try:
        _prepare(form, notice)
        if request.method != "POST":
            _fill(form, notice)
            return _page("move", form, notice)
        if not form.validate():
            return _page("move", form, notice, status=422)
        if _is_at(form, notice):
            return _stay(form, notice)
        sentence = desk_foretelling.moving(form, notice)
        if request.form.get("act") != "move":
            return _page("move", form, notice, sentence)
        if number_in(form.version.data) != notice.version:
            flash(CHANGED, "careful")
            return _page("move", form, notice, sentence, 409)
        _move(form, notice)
    except desk_writing.WrongTimes:
        db.session.rollback()
        return _page("move", form, notice, status=422)
    except (NoSense, NoSuchDay) as trouble:
        return _refuse(id, trouble)
    return _done(id, "Done. Every page says so now." if form.is_mistake.data else "It has moved.")


@pressing_again.by(lambda pairs: pressing_again.looked_over(pairs, "cancel"))
def cancel(id: int) -> ResponseReturnValue:
    """Which one; then one sentence to look over; then the deed."""
    notice, form = _hold(id), CancelForm()
    try:
        _prepare(form, notice)
        if request.method != "POST" and notice.is_series:
            form.which.data = _asked_for(notice)
            return _page("cancel", form, notice)
        sentence = desk_foretelling.cancelling(form, notice)
        if request.form.get("act") != "cancel":
            return _page("cancel", form, notice, sentence)
        if number_in(form.version.data) != notice.version:
            flash(CHANGED, "careful")
            return _page("cancel", form, notice, sentence, 409)
        letter = _cancel(form, notice)
    except (NoSense, NoSuchDay) as trouble:
        return _refuse(id, trouble)
    words = "It is cancelled, and marked so on every page until its time is past."
    return _done(id, f"{words} {letter}".rstrip())


@pressing_again.only_on_its_page
def restore(id: int) -> ResponseReturnValue:
    """It takes place after all; or at its usual time, one of a series that had only moved."""
    notice, now = _hold(id), clock.now()
    words = "It takes place after all, and every page says so."
    try:
        changing.refuse_what_is_over(notice, now)
        day = desk_foretelling.day_in(request.form.get("day", ""))
        if day is None:
            changing.restore(notice, now)
        elif request.form.get("was") == "moved":
            changing.move_day_back(notice, day, now)
            words = "It takes place at its usual time, and every page says so."
        else:
            changing.restore_day(notice, day, now)
    except (NoSense, NoSuchDay) as trouble:
        return _refuse(id, trouble)
    letter = desk_planned.standing(notice, now)
    if letter == "none" and not telling.is_too_late(notice, now):
        words += " No letter is planned. You can send one under “Readers and calendars”."
    return _done(id, words)


@pressing_again.only_on_its_page
def still_true(id: int) -> ResponseReturnValue:
    """What holds until further notice still does."""
    notice = _hold(id)
    if not notice.until_further_notice:
        abort(404)
    changing.still_true(notice, clock.now())
    day = notice.review_on
    words = f"Noted. The desk asks again on {furniture.calendar_day(day)}." if day else "Noted."
    return _done(id, words, is_change=False)


DEEDS: dict[str, tuple[Callable[[int], ResponseReturnValue], list[str]]] = {
    "move": (move, ["GET", "POST"]),
    "cancel": (cancel, ["GET", "POST"]),
    "restore": (restore, ["POST"]),
    "still-true": (still_true, ["POST"]),
}


def _hold(id: int) -> SessionNotice:
    try:
        return publishing.hold(db.session(), id)
    except publishing.NoticeGone:
        abort(404)


def _prepare(form: MoveForm | CancelForm, notice: SessionNotice) -> None:
    now = clock.now()
    changing.refuse_what_is_over(notice, now)
    if notice.cancelled_at is not None:
        raise NoSense("It is cancelled. Say first that it takes place after all.")
    form.which.choices = [
        SelectChoice(one.planned_on.isoformat(), _day_words(one, notice.zone_name))
        for one in changing.ahead(notice, now, DAYS_OFFERED)
        if notice.is_series
    ] + [SelectChoice(ALL, "All of them, from now on")]


def _day_words(one: occurring.Occurrence, zone: str) -> str:
    said = f"Only {wording.day_and_hour(one.starts_at, zone)}"
    return said if one.state == "on" else f"{said} ({one.state} now)"


def _asked_for(notice: SessionNotice) -> str:
    """The day of a link from the list of days, or the next one."""
    day = desk_foretelling.day_in(request.args.get("day", ""))
    first = changing.ahead(notice, clock.now(), 1)
    return (day or first[0].planned_on).isoformat() if day or first else ALL


def _fill(form: MoveForm, notice: SessionNotice) -> None:
    form.which.data = _asked_for(notice) if notice.is_series else ALL
    form.time.data = notice.start_time
    form.date.data = notice.first_on
    if notice.is_series and form.which.data != ALL:
        form.date.data = date.fromisoformat(form.which.data)


def _is_at(form: MoveForm, notice: SessionNotice) -> bool:
    """Is it to go where it is already? Raises NoSuchDay."""
    to, day = datetime.combine(form.date.data, form.time.data), desk_foretelling.day_of(form)
    if day is None:
        return (notice.first_on, notice.start_time) == (to.date(), to.time())
    one = changing.session_on(notice, day, clock.now())
    starts = one.starts_at.astimezone(ZoneInfo(notice.zone_name)).replace(tzinfo=None)
    return not one.is_cancelled and starts == to


def _stay(form: MoveForm, notice: SessionNotice) -> ResponseReturnValue:
    """Nothing is changed: to move it, another time must be said."""
    if request.form.get("act") == "move":  # It has moved there meanwhile, by another press.
        flash(SAME, "careful")
        return redirect(url_for("notices_desk.edit", id=notice.id), 303)
    form.time.errors = [SAME]
    return _page("move", form, notice, status=422)


def _move(form: MoveForm, notice: SessionNotice) -> None:
    now, day = clock.now(), desk_foretelling.day_of(form)
    if day is not None:
        changing.move_day(notice, day, form.date.data, form.time.data, now)
        return
    plan = changing.moved_plan(notice, form.date.data, form.time.data)
    changing.move(notice, plan, now, is_mended=bool(form.is_mistake.data))


def _cancel(form: CancelForm, notice: SessionNotice) -> str:
    """What becomes of its letter by this; nothing, where that is as it was."""
    now, day = clock.now(), desk_foretelling.day_of(form)
    if day is not None:
        changing.cancel_day(notice, day, now)
        return ""
    letter = desk_planned.called_off(notice, now)
    changing.cancel(notice, now)
    return letter


def _page(
    deed: str,
    form: MoveForm | CancelForm,
    notice: SessionNotice,
    sentence: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    letter = _foretold(form, notice) if sentence else ""
    form.version.data = str(notice.version)
    facts = {"form": form, "notice": notice, "sentence": sentence, "deed": deed, "letter": letter}
    return render_template("notices/desk/change.html", **facts), status


def _foretold(form: MoveForm | CancelForm, notice: SessionNotice) -> str:
    """What becomes of its letter by this: it is done, looked at, and undone."""
    session, now = db.session(), clock.now()
    if not planned.waits(session, notice):
        return ""
    if isinstance(form, CancelForm) and desk_foretelling.day_of(form) is None:
        return desk_planned.called_off(notice, now)
    with session.no_autoflush:
        if isinstance(form, MoveForm):
            _move(form, notice)
        else:
            _cancel(form, notice)
        letter = desk_planned.now_lost(notice, now) or desk_planned.as_planned(notice, now)
    session.rollback()
    return letter


def _refuse(id: int, trouble: Exception) -> ResponseReturnValue:
    db.session.rollback()
    words = "There is no such session any more." if isinstance(trouble, NoSuchDay) else trouble
    flash(str(words), "wrong")
    return redirect(url_for("notices_desk.edit", id=id), 303)


def _done(id: int, words: str, *, is_change: bool = True) -> ResponseReturnValue:
    # Who has a letter that says otherwise may be told: that is the next step.
    notice = publishing.hold(db.session(), id)
    news = desk_telling.after_saving(notice)
    letter = desk_planned.as_planned(notice, clock.now())
    if is_change:
        noting.note("notice_changed", clock.now(), f"notice {id}")
    db.session.commit()
    queue.wake()
    flash(" ".join(filter(None, [words + news, letter])), "done")
    if request.form.get("back") == "home":
        return redirect(url_for("pages_desk.home"), 303)
    return redirect(url_for(f"notices_desk.{'readers' if news else 'edit'}", id=id), 303)
