"""What every template may use: the site's own words, dates in words, and addresses of files."""

import hashlib
import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, current_app, request
from markupsafe import Markup, escape

from hrsite import clock, plain, tokens
from hrsite.described import Help, Site
from hrsite.ready import pagecache
from hrsite.texts import markup, plaintext

# Past an hour and a half hours are told, past two days days.
MINUTES_TOLD, HOURS_TOLD = 90, 48
# No other year can be meant when the day is as near as this.
YEAR_UNSAID = timedelta(days=180)

# What stands between an hour and its am or pm.
UNBROKEN = "\N{NO-BREAK SPACE}"

# In text that is escaped already; what ends a sentence is not part of an address.
_ADDRESS = re.compile(r"https?://(?:&amp;|[^\s<>&])*[^\s<>&.,:;!?)\]]")


# Under these names the application keeps who describes the site, and the last description.
SITE, LAST_KNOWN = "site", "site_last_known"


def site() -> Site:
    """The site as the coach has described it. What it said last is kept for when things break."""
    return pagecache.shared(SITE, _ask_for_site)


def _ask_for_site() -> Site:
    described: Site = current_app.extensions[SITE]()
    current_app.extensions[LAST_KNOWN] = described
    return described


def last_known() -> Site:
    """The site without asking the database: as it was last described to this process."""
    known: Site | None = current_app.extensions.get(LAST_KNOWN)
    return known or as_configured()


class SiteWhenAsked:
    """The site for one page. A page that says nothing of it asks the database nothing."""

    _site: Site | None = None

    def __getattr__(self, name: str) -> Any:
        """Ask at the first word that is wanted, and once."""
        self._site = self._site or site()
        return getattr(self._site, name)


def as_configured() -> Site:
    """The site as the environment describes it, until the coach says otherwise."""
    config = current_app.config
    line = Help(who=config["HELP_TEXT"], url=config["HELP_URL"])
    return Site(
        name=config["SITE_NAME"],
        tagline=config["SITE_TAGLINE"],
        coach_name=config["COACH_NAME"],
        base_url=config["BASE_URL"],
        zone_key=config["TIME_ZONE"],
        exit_url=config["EXIT_URL"],
        help_lines=(line,) if line.who else (),
        book_url=config["BOOK_URL"],
        language=config["SITE_LANGUAGE"],
        mail_is_real=bool(config["MAIL_SERVER"]),
        postal_address=config["MAIL_FOOTER"],
        reply_to=config["MAIL_REPLY_TO"],
        chosen_discreet_name=config["DISCREET_NAME"],
    )


def zone_name(key: str = "") -> str:
    """A zone as people say it; without a name the site's own."""
    return clock.spoken(key or clock.zone().key)


def day(moment: datetime, zone: str = "") -> str:
    """4 June 2026, on the coach's calendar, or on one in another zone."""
    local = clock.local(moment, zone)
    return f"{local.day} {local:%B %Y}"


def month(moment: datetime) -> str:
    """June 2026, on the coach's calendar."""
    return f"{clock.local(moment):%B %Y}"


def calendar_day(on: date) -> str:
    """4 June 2026, for a day that is no moment."""
    return f"{on.day} {on:%B %Y}"


def clock_time(moment: datetime, zone: str = "") -> str:
    """6:00 pm, on the coach's clock; no line may end within it."""
    local = clock.local(moment, zone)
    return f"{local.hour % 12 or 12}:{local:%M}{UNBROKEN}{'am' if local.hour < 12 else 'pm'}"


def moment(when: datetime, zone: str = "") -> str:
    """Tuesday 4 June 2026 at 6:00 pm, Toronto time."""
    local = clock.local(when, zone)
    return f"{local:%A} {day(when, zone)} at {clock_time(when, zone)}, {zone_name(zone)}"


def moment_ahead(when: datetime, now: datetime) -> str:
    """At 6:00 pm, when that is today; else on Tuesday 4 June 2026 at 6:00 pm, Toronto time."""
    is_today = clock.local(when).date() == clock.local(now).date()
    return f"at {clock_time(when)}" if is_today else f"on {moment(when)}"


def near_moment(when: datetime, zone: str = "") -> str:
    """Thursday 4 June at 6:00 pm, Toronto time: the year goes without saying when it is near."""
    if abs(when - clock.now()) > YEAR_UNSAID:
        return moment(when, zone)
    local = clock.local(when, zone)
    return f"{local:%A} {local.day} {local:%B} at {clock_time(when, zone)}, {zone_name(zone)}"


def ago(when: datetime, now: datetime) -> str:
    """12 minutes ago, 3 hours ago: as much as somebody wants to know of a time gone by."""
    minutes = int((now - when).total_seconds()) // 60
    if minutes < 1:
        return "less than a minute ago"
    if minutes < MINUTES_TOLD:
        return f"{count(minutes, 'minute', 'minutes')} ago"
    if minutes < HOURS_TOLD * 60:
        return f"{count(minutes // 60, 'hour', 'hours')} ago"
    return f"{count(minutes // (24 * 60), 'day', 'days')} ago"


def isotime(when: datetime) -> str:
    """RFC 3339, in UTC."""
    # `strftime` would take ten times as long, and an article says four of these.
    return f"{when.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def count(number: int, one: str, many: str) -> str:
    """41 readers, 1 reader, 1,200 readers."""
    return f"{number:,} {one if number == 1 else many}"


def pattern_seed(title: str) -> list[int]:
    """Twelve numbers from 0 to 255 that are always the same for the same title."""
    return list(hashlib.sha256(title.encode("utf-8", "replace")).digest()[:12])


def clean(html: str) -> Markup:
    """The author's text, cleaned once more at the door and then trusted."""
    return Markup(markup.clean(html))  # noqa: S704 - nh3 has just been over it


def linked(text: str) -> Markup:
    """Plain text whose web addresses can be pressed, in the lines it was typed in."""
    html = _ADDRESS.sub(r'<a href="\g<0>">\g<0></a>', str(escape(text)))
    return Markup("<br />\n".join(html.splitlines()))  # noqa: S704 - escaped above


def absolute(path: str) -> str:
    """A whole address on this site. From BASE_URL alone: a Host header can be anybody's."""
    base: str = current_app.config["BASE_URL"]
    return base + path


def canonical() -> str:
    """This page's one address, for search engines and for sharing.

    With the parameters that make it another page, such as the place in a list; without all that
    anybody may add. The text-only twin is the same page.
    """
    query = plain.own_query()
    return absolute(quote(request.path) + (f"?{urlencode(query)}" if query else ""))


def static_url(name: str) -> str:
    """The address of a file of ours, with its content's hash, so that it can be kept for ever."""
    return pagecache.shared(("file", name), lambda: _static_url(name))


def _static_url(name: str) -> str:
    folder = Path(current_app.static_folder or "")
    return f"/static/{name}?v={_content_hash(folder / name, (folder / name).stat().st_mtime_ns)}"


@lru_cache(maxsize=64)
def _content_hash(path: Path, changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def signup_stamp() -> str:
    """The signed time a signup form carries in place of a cookie."""
    return tokens.stamp(clock.now())


def init_app(app: Flask) -> None:
    """Hand all of it to Jinja."""
    app.jinja_env.globals |= {
        "static_url": static_url,
        "absolute": absolute,
        "canonical": canonical,
        "signup_stamp": signup_stamp,
    }
    app.jinja_env.filters |= {
        "day": day,
        "calendar_day": calendar_day,
        "moment": moment,
        "near_moment": near_moment,
        "clock_time": clock_time,
        "isotime": isotime,
        "zone_name": zone_name,
        "count": count,
        "pattern_seed": pattern_seed,
        "clean": clean,
        "linked": linked,
        "wrapped": plaintext.wrapped,
        "reading_minutes": markup.reading_minutes,
    }
    app.extensions[SITE] = as_configured
    app.context_processor(lambda: {"site": SiteWhenAsked(), "now": clock.now()})
