"""Whose fault it is that a letter comes back later, by a server's code, status and words. Pure."""

import re
from typing import Literal

from hrsite.outbox.retrying import judge

# "policy": our letter was not wanted, whoever it was for. It is not the reader's fault.
BounceKind = Literal["hard", "soft", "complaint", "policy"]

_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])", re.ASCII)
# Tried for days, or the mailbox is full (RFC 3463 3.3).
_FOR_NOW = re.compile(r"4\.|5\.2\.2\Z", re.ASCII)
_CODE = re.compile(r"(?<![\d.])([45]\d\d)(?![\d.])", re.ASCII)


def kind_of(code: int | None, status: str | None) -> BounceKind:
    """What a final refusal that comes back later means. Bare codes blame nobody for good."""
    if status and status.startswith("4.7."):
        return "policy"
    if status and status.startswith("4"):
        return "soft"  # They have tried for days, and gave up.
    verdict = judge("rcpt", code or 550, status, None)
    if verdict.suppress:
        return "hard"
    return "policy" if verdict.kind in ("policy", "setting", "too_large") else "soft"


def kind_told(code: int | None, status: str | None, *, is_gone: bool) -> BounceKind:
    """The same, where a mail service that knows the address says that it is gone for good."""
    judged = kind_of(code, status)
    is_for_now = str(code).startswith("4") or bool(status and _FOR_NOW.match(status))
    return "hard" if judged == "soft" and is_gone and not is_for_now else judged


def status_in(text: str) -> str | None:
    """The first enhanced status (RFC 3463) in a text."""
    found = _STATUS.search(text)
    return found[1] if found else None


def code_in(text: str) -> int | None:
    """The first reply code in a text."""
    found = _CODE.search(text)
    return int(found[1]) if found else None
