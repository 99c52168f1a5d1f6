"""Session notices as readers see them: what is on, what is over, one notice."""

from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from hrsite import clock
from hrsite.columns import LARGEST_ID
from hrsite.extensions import db
from hrsite.notices import calendars, listing, views_calendar, wording
from hrsite.notices.models import SessionNotice
from hrsite.notices.occurring import Occurrence
from hrsite.ready import pagecache
from hrsite.slugs import is_slug_shaped

blueprint = Blueprint("notices", __name__)
blueprint.add_url_rule("/notices/calendar.ics", "calendar", views_calendar.follow)
blueprint.add_url_rule("/notices/<slug>.ics", "calendar_file", views_calendar.one)


@blueprint.get("/notices/")
@pagecache.ready()
def index() -> str:
    """What is on, then what is over."""
    session, now = db.session(), clock.now()
    return render_template(
        "notices/index.html",
        upcoming=listing.upcoming(session, now),
        past=listing.past(session, now),
    )


@blueprint.get("/t/<int:number>")
def by_number(number: int) -> ResponseReturnValue:
    """The bare link of a plain letter, which does not say what it leads to."""
    notice = listing.by_number(db.session(), number, clock.now()) if number <= LARGEST_ID else None
    return redirect(url_for("notices.show", slug=notice.slug)) if notice else abort(404)


@blueprint.get("/notices/<slug>")
@pagecache.ready()
def show(slug: str) -> str:
    """One notice, without how to join: that is in the letter."""
    notice = None
    if is_slug_shaped(slug):
        notice = listing.by_slug(db.session(), slug, clock.now())
    if notice is None:
        abort(404)
    return render_template("notices/show.html", notice=notice, has_time=calendars.has_time(notice))


def current_notices() -> Sequence[SessionNotice]:
    """For the bar on any page: the most urgent first."""
    now = clock.now()
    return listing.most_urgent_first(listing.upcoming(db.session(), now), now)


def upcoming_notices() -> Sequence[SessionNotice]:
    """For the first page: the next session first."""
    return listing.upcoming(db.session(), clock.now())


def is_something_on() -> bool:
    """Has the first page sessions to show?"""
    return pagecache.shared("is something on", lambda: bool(upcoming_notices()))


@blueprint.record_once
def _furnish_templates(state: BlueprintSetupState) -> None:
    # The functions, and not their answers: a page without the bar asks the database nothing.
    state.app.jinja_env.globals |= {
        "current_notices": current_notices,
        "upcoming_notices": upcoming_notices,
        "is_something_on": is_something_on,
    }


@blueprint.app_template_filter("told")
def _told(notice: SessionNotice, count: int = wording.NEXT_TOLD) -> wording.Told:
    return wording.told(notice, clock.now(), count)


@blueprint.app_template_filter("session_ends")
def _session_ends(one: Occurrence, zone: str) -> str:
    return wording.ends(one, zone)


@blueprint.app_template_filter("day_and_hour")
def _day_and_hour(when: datetime, zone: str) -> str:
    return wording.day_and_hour(when, zone)


@blueprint.app_template_filter("session_every")
def _every(notice: SessionNotice) -> str:
    limits = wording.bounds(notice, clock.now())
    return wording.sentence(", ".join(filter(None, [wording.every(notice), limits])))
