"""Where things are: what the settings for the database, the queue and the site itself may hold.

Every rule raises ValidationError with words, never the value.
"""

import ipaddress
import re
from importlib.util import find_spec

from environs import ValidationError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from hrsite.setting_rules import split_or_none

# A name in the DNS or in /etc/hosts (RFC 1123 2.1, and underscores that some have).
_LISTENS_AT = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*")
_DATABASES = ("sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg")
_QUEUES = ("sqlite:///", "redis://", "rediss://", "unix://", "postgresql://", "postgres://")


def database_url(text: str) -> None:
    """A kind of database the site runs on, and which one."""
    try:
        found = make_url(text or "sqlite:///site.db")
    except (ArgumentError, ValueError):
        found = make_url("nothing://")
    is_file = found.drivername.startswith("sqlite")
    if found.drivername not in _DATABASES or (is_file and not _is_kept(found.database or "")):
        raise ValidationError("must be sqlite:////a/path or postgresql://name@host/database")
    if not is_file:
        _must_have("psycopg")


def queue_url(text: str) -> None:
    """A kind of queue the worker can wait on."""
    kind = text.partition(":")[0]
    is_postgresql = kind in ("postgresql", "postgres")
    # What is an address of PostgreSQL's, its own library is to say: queue.py.
    parts = split_or_none("" if is_postgresql else text)
    is_place = parts is not None and (kind not in ("sqlite", "unix") or _is_kept(parts.path[1:]))
    if text and not (text.startswith(_QUEUES) and is_place):
        raise ValidationError(
            "must be sqlite:////a/path, redis://host:port, unix:///a/path"
            " or postgresql://name@host/database"
        )
    if kind in ("redis", "rediss", "unix"):
        _must_have("redis")
    elif is_postgresql:
        _must_have("psycopg")


def host(text: str) -> None:
    """Where the site listens: a name or an address of this machine. Nothing would be everywhere."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        if not _LISTENS_AT.fullmatch(text):
            raise ValidationError(
                "must be a name or an address of this machine, such as 127.0.0.1"
            ) from None


def mail_host(text: str) -> None:
    """The mail server's name or address alone, when there is one: its port is another setting."""
    try:
        plain = text.removesuffix(".").encode("idna").decode("ascii")
        host(plain or "localhost")
    except (UnicodeError, ValidationError):
        raise ValidationError(
            "must be a name such as mail.example.org, without a port or anything before it"
        ) from None


def _is_kept(path: str) -> bool:
    """Is it a file that is there for every process, and still there tomorrow?"""
    return bool(path) and ":memory:" not in path


def _must_have(package: str) -> None:
    if find_spec(package) is None:
        raise ValidationError(f"needs the Python package {package}, which is not installed")
