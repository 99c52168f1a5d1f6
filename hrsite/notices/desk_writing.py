"""What the notice form says, handed to the jobs: words, and times on the coach's clock."""

from datetime import datetime, timedelta

from flask import flash

from hrsite import clock, unsaved
from hrsite.extensions import db
from hrsite.markup import clean, from_markdown, to_markdown
from hrsite.notices import publishing
from hrsite.notices.forms import NoticeForm
from hrsite.notices.models import Rhythm, SessionNotice
from hrsite.notices.planning import Plan
from hrsite.posts import comparing
from hrsite.posts.boxes import key_in, number_in
from hrsite.posts.timing import NoSuchTime, moment_of

TWICE = "The clocks go back that night and show this time twice. We take the first."


class WrongTimes(Exception):
    """The times cannot be; the reason stands at the box."""


def fill(form: NoticeForm, notice: SessionNotice) -> None:
    """Put a notice into the boxes."""
    form.title.data = notice.title
    form.body.data = to_markdown(notice.body_html)
    form.place.data = notice.place
    form.how_to_join.data = notice.how_to_join
    form.version.data = str(notice.version)
    form.until_further_notice.data = notice.until_further_notice
    if notice.first_on and notice.start_time and notice.length_minutes:
        form.date.data, form.time.data = notice.first_on, notice.start_time
        length = timedelta(minutes=notice.length_minutes)
        form.end_time.data = (datetime.combine(notice.first_on, notice.start_time) + length).time()


def keep(form: NoticeForm, notice: SessionNotice | None) -> SessionNotice:
    """Save what the form says; the caller commits. Raises StaleNotice, NoticeGone or WrongTimes."""
    words = publishing.NoticeWords(
        title=form.title.data or "",
        body_html=from_markdown(form.body.data or ""),
        plan=_plan(form),
        place=form.place.data or "",
        how_to_join=form.how_to_join.data or "",
    )
    version = number_in(form.version.data)
    key = key_in(form)
    kept = publishing.save(db.session(), notice, words, version, clock.now(), key)
    unsaved.forget(db.session(), key)
    return kept


def lines(form: NoticeForm) -> list[str]:
    """What the notice would say, once saved."""
    times = {"Day": form.date.data, "Starts": form.time.data, "Ends": form.end_time.data}
    if form.until_further_notice.data:
        times = {"When": "until further notice"}
    above = {"Title": form.title.data, **times, "Where": form.place.data}
    above["How to join"] = form.how_to_join.data
    said = {name: str(value or "") for name, value in above.items()}
    return comparing.lines_under(said, clean(from_markdown(form.body.data or "")))


def saved_lines(notice: SessionNotice) -> list[str]:
    """What it says as it is saved."""
    saved = NoticeForm(formdata=None)
    fill(saved, notice)
    return lines(saved)


def _plan(form: NoticeForm) -> Plan:
    zone = clock.zone()
    if form.until_further_notice.data:
        return Plan(zone_name=zone.key)
    day, start, end = form.date.data, form.time.data, form.end_time.data
    if start == end:
        form.end_time.errors = ["It would end as it starts. Choose a later time."]
        raise WrongTimes
    try:
        starts = moment_of(day, start, zone)
    except NoSuchTime as trouble:
        form.time.errors = [str(trouble)]
        raise WrongTimes from trouble
    try:  # Late evening to after midnight is one session.
        ends = moment_of(day + timedelta(days=end < start), end, zone)
    except NoSuchTime as trouble:
        form.end_time.errors = [str(trouble)]
        raise WrongTimes from trouble
    if starts.comes_twice or ends.comes_twice:
        flash(TWICE, "careful")
    length = int((ends.at - starts.at).total_seconds()) // 60
    return Plan(Rhythm.ONCE, day, start, length, zone.key)
