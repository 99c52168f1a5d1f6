"""How a conversation with the mail server ended, judged and written down for the ledger."""

from __future__ import annotations

import re
import unicodedata

from hrsite.logs import redact
from hrsite.outbox.conversing import Stopped
from hrsite.outbox.retrying import Answer, Fault, Stage, judge

_LONGEST_TEXT = 500
_STATUS = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?=\s|\Z)", re.ASCII)


def answer_from(end: Stopped) -> Answer:
    """The verdict on a conversation that stopped, in the server's words or ours."""
    return answer_to(end.stage, end.code, end.text, end.fault)


def answer_to(stage: Stage, code: int | None, words: str, fault: Fault | None) -> Answer:
    """The verdict on this end, in the server's words or ours."""
    status = _STATUS.match(words) if code else None
    known = status[1] if status else None
    verdict = judge(stage, code, known, fault)
    text = _without_addresses(_printable(words))
    return Answer(verdict.kind, stage, code, known, text, verdict.suppress, verdict.soft_bounce)


def _without_addresses(text: str) -> str:
    """Servers like to repeat the reader's address, which the ledger keeps sealed elsewhere."""
    return redact(text) if "@" in text else text


def _printable(text: str) -> str:
    """At most 500 characters on one line, without control characters and direction marks."""
    some = text[: 4 * _LONGEST_TEXT]
    if some.isascii() and some.isprintable():
        return " ".join(some.split())[:_LONGEST_TEXT]  # The usual answer, of which there are many.
    shown = (" " if unicodedata.category(mark)[0] == "C" else mark for mark in some)
    return " ".join("".join(shown).split())[:_LONGEST_TEXT]
