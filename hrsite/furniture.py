"""What every template may use: the site's own words, dates in words, and addresses of files."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from flask import Flask, current_app
from markupsafe import Markup, escape

from hrsite import clock, markup, tokens

# Past an hour and a half hours are told, past two days days.
MINUTES_TOLD, HOURS_TOLD = 90, 48

# In text that is escaped already; what ends a sentence is not part of an address.
_ADDRESS = re.compile(r"https?://(?:&amp;|[^\s<>&])*[^\s<>&.,:;!?)\]]")


@dataclass(frozen=True)
class Site:
    """What the coach has said about her site."""

    name: str
    tagline: str
    coach_name: str
    base_url: str
    zone_name: str
    exit_url: str
    help_text: str
    help_url: str
    book_url: str
    language: str
    mail_is_real: bool


def site() -> Site:
    """The site as the settings describe it."""
    config = current_app.config
    return Site(
        name=config["SITE_NAME"],
        tagline=config["SITE_TAGLINE"],
        coach_name=config["COACH_NAME"],
        base_url=config["BASE_URL"],
        zone_name=zone_name(),
        exit_url=config["EXIT_URL"],
        help_text=config["HELP_TEXT"],
        help_url=config["HELP_URL"],
        book_url=config["BOOK_URL"],
        language=config["SITE_LANGUAGE"],
        mail_is_real=bool(config["MAIL_SERVER"]),
    )


def zone_name() -> str:
    """The zone as people say it: America/St_Johns is "St Johns time"."""
    key: str = current_app.config["TIME_ZONE"]
    if key in ("UTC", "Etc/UTC"):
        return "UTC"
    return key.rsplit("/", 1)[-1].replace("_", " ") + " time"


def day(moment: datetime) -> str:
    """4 June 2026, on the coach's calendar."""
    local = clock.local(moment)
    return f"{local.day} {local:%B %Y}"


def clock_time(moment: datetime) -> str:
    """6:00 pm, on the coach's clock."""
    local = clock.local(moment)
    return f"{local.hour % 12 or 12}:{local:%M} {'am' if local.hour < 12 else 'pm'}"


def moment(when: datetime) -> str:
    """Tuesday 4 June 2026 at 6:00 pm, Toronto time."""
    local = clock.local(when)
    return f"{local:%A} {day(when)} at {clock_time(when)}, {zone_name()}"


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
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


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
    """Plain text whose web addresses can be pressed."""
    return Markup(_ADDRESS.sub(r'<a href="\g<0>">\g<0></a>', str(escape(text))))  # noqa: S704


def absolute(path: str) -> str:
    """A whole address on this site. From BASE_URL alone: a Host header can be anybody's."""
    base: str = current_app.config["BASE_URL"]
    return base + path


def static_url(name: str) -> str:
    """The address of a file of ours, with its content's hash, so that it can be kept for ever."""
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
        "signup_stamp": signup_stamp,
    }
    app.jinja_env.filters |= {
        "day": day,
        "moment": moment,
        "clock_time": clock_time,
        "isotime": isotime,
        "count": count,
        "pattern_seed": pattern_seed,
        "clean": clean,
        "linked": linked,
        "reading_minutes": markup.reading_minutes,
    }
    app.context_processor(lambda: {"site": site(), "now": clock.now()})
