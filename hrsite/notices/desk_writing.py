"""What the notice form says, handed to the jobs: words, and times on the coach's clock."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash

from hrsite import clock, furniture, unsaved
from hrsite.extensions import db
from hrsite.hints import keeping
from hrsite.notices import occurring, planning, publishing, wording
from hrsite.notices.forms import RHYTHMS, NoticeForm
from hrsite.notices.models import Rhythm, SessionNotice
from hrsite.notices.planning import Plan
from hrsite.posts import comparing
from hrsite.posts.boxes import html_of, key_in, number_in
from hrsite.posts.timing import Moment, NoSuchTime, is_in_reach, moment_of
from hrsite.texts.markup import clean, to_markdown

ROOM = SessionNotice.__tablename__
# A session as long as this is mostly an hour of the morning taken for one of the evening.
LONG = timedelta(hours=12)
TWICE = "The clocks go back that night and show this time twice. We take the first."


class WrongTimes(Exception):
    """The times cannot be; the reason stands at the box."""


def fill(form: NoticeForm, notice: SessionNotice) -> None:
    """Put a notice into the boxes."""
    form.title.data = notice.title
    form.body.data = to_markdown(notice.body_html)
    form.body_format.data = "markdown"
    form.kept_hints.data = keeping.text_of(db.session(), ROOM, notice.id)
    form.place.data = notice.place
    form.how_to_join.data = notice.how_to_join
    form.version.data = str(notice.version)
    form.for_whom.data = notice.for_whom
    form.rhythm.data, form.last_on.data = notice.rhythm, notice.last_on
    form.review_on.data = notice.review_on
    form.zone.data = "" if notice.zone_name == clock.zone().key else notice.zone_name
    if notice.first_on and notice.start_time and notice.length_minutes:
        form.date.data, form.time.data = notice.first_on, notice.start_time
        length = timedelta(minutes=notice.length_minutes)
        form.end_time.data = (datetime.combine(notice.first_on, notice.start_time) + length).time()
        form.is_long.data = length > LONG


def keep(form: NoticeForm, notice: SessionNotice | None) -> SessionNotice:
    """Save what the form says; the caller commits. Raises StaleNotice, NoticeGone or WrongTimes."""
    words = publishing.NoticeWords(
        title=form.title.data or "",
        body_html=html_of(form),
        plan=_plan(form),
        place=form.place.data or "",
        how_to_join=form.how_to_join.data or "",
        for_whom=form.for_whom.data or "",
    )
    version = number_in(form.version.data)
    key = key_in(form)
    kept = publishing.save(db.session(), notice, words, version, clock.now(), key)
    keeping.remember(db.session(), ROOM, kept.id, form.kept_hints.data)
    unsaved.forget(db.session(), key)
    return kept


def lines(form: NoticeForm) -> list[str]:
    """What the notice would say, once saved."""
    rhythm = form.rhythm.data or Rhythm.ONCE
    times = {"How often": RHYTHMS.get(Rhythm(rhythm)) if rhythm in list(Rhythm) else rhythm}
    if rhythm == Rhythm.STANDING:
        next_asked = planning.review_day(clock.now(), clock.zone())
        times["Asked again on"] = form.review_on.data or next_asked
    else:
        times |= {"Day": form.date.data, "Starts": form.time.data, "Ends": form.end_time.data}
    if rhythm == Rhythm.WEEKLY:
        times["Last day"] = form.last_on.data
    above = {"Title": form.title.data, **times, "Time zone": form.zone.data}
    above |= {"For": form.for_whom.data, "Where": form.place.data}
    above["How to join"] = form.how_to_join.data
    said = {name: _spoken(value) for name, value in above.items()}
    return comparing.lines_under(said, clean(html_of(form)))


def _spoken(value: Any) -> str:
    """Days and hours as the desk says them elsewhere."""
    if isinstance(value, time):
        return wording.wall_time(value)
    return furniture.calendar_day(value) if isinstance(value, date) else str(value or "")


def saved_lines(notice: SessionNotice) -> list[str]:
    """What it says as it is saved."""
    saved = NoticeForm(formdata=None)
    fill(saved, notice)
    return lines(saved)


def copied(form: NoticeForm, notice: SessionNotice) -> None:
    """Put a notice into the boxes of a new one, for the same hour of the next week to come."""
    fill(form, notice)
    form.version.data = "0"
    if notice.rhythm == Rhythm.ONCE and notice.first_on is not None:
        today = clock.local(clock.now(), notice.zone_name).date()
        weeks = max(1, -((notice.first_on - today).days // 7))
        day, at = notice.first_on + weeks * occurring.WEEK, notice.start_time or time()
        # On that weekday itself its hour may have gone by.
        is_over = occurring.moment_on_wall(day, at, ZoneInfo(notice.zone_name)) <= clock.now()
        form.date.data = day + occurring.WEEK * is_over


def _plan(form: NoticeForm) -> Plan:
    zone = ZoneInfo(form.zone.data) if form.zone.data else clock.zone()
    if form.rhythm.data == Rhythm.STANDING:
        return Plan(zone_name=zone.key, review_on=_review_day(form))
    day, start, end = form.date.data, form.time.data, form.end_time.data
    if start == end:
        form.end_time.errors = ["It would end as it starts. Choose a later time."]
        raise WrongTimes
    if form.rhythm.data == Rhythm.WEEKLY:
        return _weekly(form, zone)
    starts = moment_for(form.time, day, start, zone.key)
    # Late evening to after midnight is one session.
    ends = moment_for(form.end_time, day + timedelta(days=end < start), end, zone.key)
    if starts.comes_twice or ends.comes_twice:
        flash(TWICE, "careful")
    length = _length(form, ends.at - starts.at)
    return Plan(Rhythm.ONCE, day, start, length, zone.key)


def _length(form: NoticeForm, lasts: timedelta) -> int:
    """In minutes. Raises WrongTimes when it is long, and she has not said that it is right."""
    minutes = int(lasts.total_seconds()) // 60
    if lasts > LONG and not form.is_long.data:
        start, end = (wording.wall_time(box.data) for box in (form.time, form.end_time))
        next_day = " the next day" if form.end_time.data < form.time.data else ""
        long = furniture.count(minutes // 60, "hour", "hours")
        form.is_long.errors = [
            f"From {start} to {end}{next_day} is {long}. If that is right, tick this. If not,"
            " change when it ends."
        ]
        raise WrongTimes
    return minutes


def moment_for(box: Any, day: date, at: time, zone: str) -> Moment:
    """The moment a wall shows this. Raises WrongTimes, with the reason at the box."""
    try:
        return moment_of(day, at, ZoneInfo(zone))
    except NoSuchTime as trouble:
        box.errors = [str(trouble)]
        raise WrongTimes from trouble


def _weekly(form: NoticeForm, zone: ZoneInfo) -> Plan:
    """On the wall alone: what the clocks do to single days is told, and stops nothing."""
    day, start, end = form.date.data, form.time.data, form.end_time.data
    if not is_in_reach(day):
        form.date.errors = ["That year looks wrong. Please check the date."]
        raise WrongTimes
    last_on = form.last_on.data
    if last_on is not None and last_on < day:
        form.last_on.errors = ["The last day comes before the first one."]
        raise WrongTimes
    lasts = datetime.combine(day + timedelta(days=end < start), end) - datetime.combine(day, start)
    return Plan(Rhythm.WEEKLY, day, start, _length(form, lasts), zone.key, last_on)


def _review_day(form: NoticeForm) -> date | None:
    day: date | None = form.review_on.data
    if day is not None and day < clock.local(clock.now()).date():
        form.review_on.errors = ["This day is over. Choose one from today on, or leave it empty."]
        raise WrongTimes
    return day
