"""What each setting may hold. Every rule raises ValidationError with words, never the value."""

import os
import re
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from environs import ValidationError

from hrsite.addresses import BadAddress, wire_form

# A host as it stands in an address bar: letters, digits, dots, hyphens; or an IPv6 address.
_HOST = re.compile(r"[A-Za-z0-9.-]+|[0-9A-Fa-f:.]+")
_LINK = re.compile(r"(?i:https?://|mailto:|tel:|sms:|/(?!/))[^\s\"'<>\\\x00-\x1f\x7f]*")
# By this word services call it; one that means something else would bring readers second copies.
_IDEMPOTENCY_HEADER = re.compile(
    r"(?=.{1,76}\Z)[A-Za-z0-9-]*idempotency[A-Za-z0-9-]*", re.IGNORECASE
)
# A language as pages and letters name it: RFC 5646 2.1, without what nobody writes a site in.
_LANGUAGE = re.compile(r"(?=.{2,35}\Z)[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]*")
# Of the 64 octets before the @ (RFC 5321), what a letter's own tag leaves: outbox/return_paths.py.
LONGEST_BOUNCE_MAILBOX = 27
# The same of the 254 octets of a whole address.
LONGEST_BOUNCE_ADDRESS = 217
# As long as a letter's sender may be in the ledger.
LONGEST_WORDS = 200
SHORTEST_WEBHOOK_SECRET = 16
KNOWN_SECRETS = ("secret", "changeme", "change-me", "dev", "password", "secret-key")
SHORTEST_SECRET = 32
FEWEST_LETTERS = 8  # Different ones; 32 random letters never have fewer.
# In Python's order.
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_USUAL_PORTS = {"http": 80, "https": 443}
# Beyond any list of readers; and what a database can still count to.
MOST = 1_000_000


def one_of_modes(text: str) -> None:
    """How carefully to start."""
    if text not in ("production", "development", "demo"):
        raise ValidationError('must be "production", "development" or "demo"')


def repeat_or_hold(text: str) -> None:
    """What becomes of a letter that was in the air when the line broke."""
    if text not in ("repeat", "hold"):
        raise ValidationError('must be "repeat" or "hold"')


def idempotency_header(text: str) -> None:
    """The name of a header by which a mail service knows a letter again, when it has one."""
    if text and not _IDEMPOTENCY_HEADER.fullmatch(text):
        raise ValidationError("must be a header such as Resend-Idempotency-Key")


def base_url(text: str) -> None:
    """Scheme and host of the site, and nothing besides."""
    if not text:
        return
    parts = split_or_none(text)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValidationError("must be a whole address, such as https://example.org")
    if "@" in parts.netloc:
        raise ValidationError("must not hold a name or a password")
    if not _HOST.fullmatch(parts.hostname) or re.search(r"[\s\x00-\x20]", text):
        raise ValidationError("must have a host of plain letters, such as https://example.org")
    if parts.path.strip("/") or "?" in text or "#" in text:
        raise ValidationError("must end after the host name, such as https://example.org")


def normal_base_url(text: str) -> str:
    """The address as browsers spell it in Origin: small letters, no usual port, no slash."""
    parts = split_or_none(text)
    if parts is None or not parts.hostname:
        return text
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    is_usual = parts.port in (None, _USUAL_PORTS.get(parts.scheme))
    return f"{parts.scheme}://{host}" + ("" if is_usual else f":{parts.port}")


def time_zone(text: str) -> None:
    """A name in the IANA database."""
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValidationError("is no time zone; try a name such as America/Toronto") from None


def port(number: int) -> None:
    """Where something can listen."""
    if not 0 < number < 65536:
        raise ValidationError("must be a number from 1 to 65535")


def positive(number: float) -> None:
    """More than nothing, and no more than can be counted."""
    if not 0 < number <= MOST:
        raise ValidationError(f"must be a number from 1 to {MOST}")


def not_negative(number: float) -> None:
    """Nothing, or more, and no more than can be counted."""
    if not 0 <= number <= MOST:
        raise ValidationError(f"must be a number from 0 to {MOST}")


def processes(number: int) -> None:
    """As many as one machine may have."""
    if not 0 < number <= 1000:
        raise ValidationError("must be a number from 1 to 1000")


def room(megabytes: float) -> None:
    """Nothing, or as much as a machine may have."""
    if not 0 <= megabytes <= 10_000:
        raise ValidationError("must be a number of megabytes from 0 to 10000")


def half_an_hour(number: int) -> None:
    """Minutes, up to thirty."""
    if not 0 <= number <= 30:
        raise ValidationError("must be a number from 0 to 30")


def ten_minutes(seconds: float) -> None:
    """More than nothing, and less than a worker may keep a letter to itself."""
    if not 0 < seconds <= 600:
        raise ValidationError("must be a number of seconds, more than 0 and at most 600")


def of_an_hour(seconds: float) -> None:
    """Nothing, or up to an hour."""
    if not 0 <= seconds <= 3600:
        raise ValidationError("must be a number of seconds from 0 to 3600")


def minutes_of_a_day(number: float) -> None:
    """Not more minutes than a day has."""
    if not 0 <= number <= 1440:
        raise ValidationError("must be a number of minutes from 0 to 1440")


def hours_of_a_day(number: float) -> None:
    """Not more hours than a day has."""
    if not 0 <= number <= 24:
        raise ValidationError("must be a number of hours from 0 to 24")


def of_a_month(hours: float) -> None:
    """More than nothing, up to thirty days."""
    if not 0 < hours <= 720:
        raise ValidationError("must be a number of hours, more than 0 and at most 720")


def percent(number: int) -> None:
    """A part of a hundred."""
    if not 0 <= number <= 100:
        raise ValidationError("must be a number from 0 to 100")


def hour(number: int) -> None:
    """A full hour of the day."""
    if not 0 <= number <= 23:
        raise ValidationError("must be an hour from 0 to 23")


def weekday(text: str) -> None:
    """A day of the week."""
    if text.lower() not in WEEKDAYS:
        raise ValidationError("must be a day of the week in English, such as friday")


def readable_file(text: str) -> None:
    """A file we can open, when one is named."""
    if text and not (os.path.isfile(text) and os.access(text, os.R_OK)):
        raise ValidationError("is no file that can be read")


def plain_path(text: str) -> None:
    """A path that stands in another program's settings as it is, when one is named."""
    if not _PLAIN_PATH.fullmatch(text):
        raise ValidationError("must be a path of letters, digits and / . _ - alone")


def long_secret(text: str) -> None:
    """A secret that nobody guesses, when there is one."""
    if text and len(text) < SHORTEST_WEBHOOK_SECRET:
        raise ValidationError(f"must have at least {SHORTEST_WEBHOOK_SECRET} letters")


def is_weak(secret: str) -> bool:
    """Too short, well known, or one or two letters over and over."""
    return (
        len(secret) < SHORTEST_SECRET
        or len(set(secret)) < FEWEST_LETTERS
        or any(word * (len(secret) // len(word)) == secret.lower() for word in KNOWN_SECRETS)
    )


def one_line(text: str) -> None:
    """Words for a title or a header: a line break there would begin another header."""
    if not text.isprintable():
        raise ValidationError("must be one line of plain text")
    if len(text) > LONGEST_WORDS:
        raise ValidationError(f"must be at most {LONGEST_WORDS} characters")


def language(text: str) -> None:
    """A language by its tag, which pages and letters say to screen readers and mail programs."""
    if not _LANGUAGE.fullmatch(text):
        raise ValidationError("must be a language by its short name, such as en, fr or pt-BR")


def address(text: str) -> None:
    """An email address that can be written to a mail server, when there is one."""
    if text and not is_address(text):
        raise ValidationError("is no email address, such as post@example.org")


def is_address(text: str) -> bool:
    """Can this be written to a mail server?"""
    try:
        wire_form(text)
    except BadAddress:
        return False
    return True


def bounce_address(text: str) -> None:
    """An address with room for a tag that tells each letter apart."""
    address(text)
    if len(text.rpartition("@")[0]) > LONGEST_BOUNCE_MAILBOX:
        raise ValidationError(
            f"may have at most {LONGEST_BOUNCE_MAILBOX} letters before the @, because each"
            " letter adds a tag of its own"
        )
    if text and len(wire_form(text)) > LONGEST_BOUNCE_ADDRESS:
        raise ValidationError(
            f"may have at most {LONGEST_BOUNCE_ADDRESS} letters, because each letter adds a tag of"
            " its own, and no mail server must take an address of more than 254"
        )


def link(text: str) -> None:
    """Where a link of ours may lead: never a script."""
    if text and not _LINK.fullmatch(text):
        raise ValidationError("must begin with https://, http://, mailto:, tel:, sms: or /")


def elsewhere(text: str) -> None:
    """A page of another site, when there is one: what is left behind must not open a letter."""
    parts = split_or_none(text)
    is_page = parts is not None and parts.scheme in ("http", "https") and parts.hostname
    if text and not (is_page and _LINK.fullmatch(text)):
        raise ValidationError(
            "must be a page of another site and begin with https:// or http://,"
            " such as https://www.wikipedia.org/"
        )


def split_or_none(text: str) -> SplitResult | None:
    """The parts of an address; None when it is none."""
    try:
        parts = urlsplit(text)
        _ = parts.port  # Raises when it is no port.
    except ValueError:
        return None
    return parts
