"""An email address: check it, make its comparison key, spell it for the wire, mask it.

Three spellings of one address, because one does not fit all uses:

``typed``  what the person wrote (NFC, without spaces around it): shown back to them;
``wire``   the same with an ASCII domain by IDNA 2008: for SMTP and for headers;
``key``    the wire spelling, case-folded: for comparing. Plus-tags and dots stay, because
           only the reader's own mail service knows whether they matter.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import idna
from email_validator import EmailNotValidError, validate_email

# RFC 5321 4.5.3.1.3: a path is at most 256 octets, and two of them are its angle brackets.
LONGEST = 254
# RFC 5322 3.2.3: the letters of an address that needs no quotation marks.
_PLAIN_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+")
_PLAIN_DOMAIN = re.compile(r"[A-Za-z0-9.-]+")
# Phones and word processors paste these around an address without showing them.
_UNSEEN_SPACES = " \t\u00a0\u200b\u2060\u3000\ufeff"
# Unicode's control, format, surrogate, line and paragraph separator characters.
_HIDDEN_KINDS = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Whatever stands around an @ sign, bounded on both sides.
_IN_TEXT = re.compile(r"[^\s<>()\[\],;:\"'@]{1,256}@[^\s<>()\[\],;:\"'@]{1,256}")
_DOTS = "•••"

EMPTY = "Please type your email address."
TOO_LONG = "This address is too long. An address has at most 254 characters. Please check it."
HIDDEN = "There is a hidden character in this address. Please type it again by hand."
NO_AT = "This address has no @ sign. Please write it like name@example.org."
TWO_AT = "This address has more than one @ sign. Please keep just one."
SPACE = "There is a space inside this address. Please take it out."
BRACKETS = "Please type only the address itself, without a name and without < and >."
NOT_ASCII = (
    "We cannot write to an address with letters like é or ü before the @ sign. "
    "If you have another address, please use that one."
)
UNCLEAR = (
    "We cannot write to this address as it is. Please look for a typing mistake. "
    "It should look like name@example.org."
)


class BadAddress(ValueError):
    """This text is not an address we can write to; ``str()`` is a sentence for the person."""


@dataclass(frozen=True, slots=True)
class Address:
    """A checked address in its three spellings (see the module's head)."""

    typed: str
    wire: str
    key: str


def check(text: str) -> Address:
    """The address in this text, checked by its form alone: nothing is looked up.

    Bounded: text longer than 254 octets (RFC 5321 4.5.3.1.3) is turned away unread.
    Raises BadAddress with a sentence for the person who typed it.
    """
    typed = _tidied(text)
    local, at, domain = typed.rpartition("@")
    if not at:
        raise BadAddress(NO_AT)
    if "@" in local:
        raise BadAddress(TWO_AT)
    if "<" in typed or ">" in typed:
        raise BadAddress(BRACKETS)
    if any(character.isspace() for character in typed):
        raise BadAddress(SPACE)
    if not local.isascii():
        raise BadAddress(NOT_ASCII)
    try:
        checked = validate_email(
            typed, allow_smtputf8=False, check_deliverability=False, strict=True
        )
    except EmailNotValidError as trouble:
        raise BadAddress(UNCLEAR) from trouble
    wire = f"{local}@{checked.ascii_domain}"
    if len(wire) > LONGEST:
        raise BadAddress(TOO_LONG)
    return Address(typed=typed, wire=wire, key=wire.casefold())


def wire_form(text: str) -> str:
    """Any address spelled for SMTP: its domain as A-labels by IDNA 2008 (RFC 5891).

    For addresses we were given by ourselves (the sender, a stored reader), so `localhost`
    is fine here. Raises BadAddress when the address cannot be put on the wire as ASCII.
    """
    typed = _tidied(text)
    local, at, domain = typed.rpartition("@")
    if not at:
        raise BadAddress(NO_AT)
    if not local.isascii():
        raise BadAddress(NOT_ASCII)
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode("ascii")
        except idna.IDNAError as trouble:
            raise BadAddress(UNCLEAR) from trouble
    if not _PLAIN_LOCAL.fullmatch(local) or not _PLAIN_DOMAIN.fullmatch(domain):
        raise BadAddress(UNCLEAR)
    return f"{local}@{domain}"


def mask(typed: str) -> str:
    """An address for a page or a log: `j•••@example.org`, whatever the length of the name."""
    if len(typed) > 4 * LONGEST or _has_hidden(typed):
        return _DOTS
    local, _, domain = typed.strip().rpartition("@")
    if not local or not domain:
        return _DOTS
    return f"{local[0]}{_DOTS}@{domain}"


def mask_in(text: str) -> str:
    """Somebody else's words, such as a mail server's, with every address in them masked."""
    return _IN_TEXT.sub(lambda found: mask(found[0]), text)


def _tidied(text: str) -> str:
    """The text in NFC without the spaces around it; refuses what no address may hold."""
    if len(text) > 4 * LONGEST:
        raise BadAddress(TOO_LONG)
    stripped = text.strip(_UNSEEN_SPACES)
    if not stripped:
        raise BadAddress(EMPTY)
    if _has_hidden(stripped):
        raise BadAddress(HIDDEN)
    typed = unicodedata.normalize("NFC", stripped)
    if len(typed.encode()) > LONGEST:
        raise BadAddress(TOO_LONG)
    return typed


def _has_hidden(text: str) -> bool:
    """Control characters, line breaks, direction marks, lone surrogates and the like."""
    return any(unicodedata.category(character) in _HIDDEN_KINDS for character in text)
