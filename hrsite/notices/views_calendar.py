"""Calendar files: of one notice, and of all that is on, to follow without an address.

No cookie is set, and the file's name tells nothing to whoever looks into a folder of downloads.
`views` puts these at their addresses.
"""

from collections.abc import Iterable

from flask import Response, abort

from hrsite import clock
from hrsite.extensions import db
from hrsite.notices import calendar_files, calendars, listing
from hrsite.notices.calendar_files import Appointment
from hrsite.outbox.wire import CALENDAR_FILE
from hrsite.ready import pagecache
from hrsite.slugs import is_slug_shaped


@pagecache.ready()
def one(slug: str) -> Response:
    """The calendar file of one notice."""
    session, now = db.session(), clock.now()
    notice = listing.by_slug(session, slug, now) if is_slug_shaped(slug) else None
    if notice is None or not calendars.has_time(notice):
        abort(404)
    return _file(calendars.of_notice(notice, now))


@pagecache.ready()
def follow() -> Response:
    """All that is on, for a calendar program that looks again by itself."""
    now = clock.now()
    found = calendars.of_all(listing.upcoming(db.session(), now), now)
    return _file(found, calendar_files.NEUTRAL_NAME)


def _file(appointments: Iterable[Appointment], name: str = "") -> Response:
    answer = Response(
        calendar_files.written(appointments, name), content_type=calendar_files.CONTENT_TYPE
    )
    answer.headers["Content-Disposition"] = f'inline; filename="{CALENDAR_FILE}"'
    return answer
