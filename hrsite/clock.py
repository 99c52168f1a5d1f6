"""The time now, and the site's time zone: the only reader of the wall clock."""

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask import current_app

# Under this name the application keeps who knows the site's zone.
ZONE = "zone"


def now() -> datetime:
    """The moment it is, aware, in UTC."""
    return datetime.now(UTC)


def seconds() -> float:
    """The same in seconds since 1970, where a datetime would cost too much."""
    return time.time()


def zone() -> ZoneInfo:
    """The zone the coach lives in; every time a person reads is written in it."""
    key = current_app.extensions.get(ZONE)
    return ZoneInfo(key() if key else current_app.config["TIME_ZONE"])


def local(moment: datetime, key: str = "") -> datetime:
    """The same moment on the coach's own clock, or on one in another zone."""
    return moment.astimezone(ZoneInfo(key) if key else zone())


def spoken(key: str) -> str:
    """A zone as people say it: America/St_Johns is "St Johns time"."""
    if key in ("UTC", "Etc/UTC"):
        return "UTC"
    return key.rsplit("/", 1)[-1].replace("_", " ") + " time"
