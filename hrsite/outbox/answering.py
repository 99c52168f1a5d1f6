"""How a conversation with the mail server ended, judged and written down for the ledger."""

from __future__ import annotations

import re

from hrsite.outbox.conversing import Stopped
from hrsite.outbox.quoting import quoted
from hrsite.outbox.retrying import Answer, Fault, Stage, judge

_NUMBER = r"([245]\.\d{1,3}\.\d{1,3})(?![\d.])"
# First in a line (RFC 2034), as it may stand in one of several; and as qmail and IronPort write it.
_STATUS = re.compile(rf"^#?{_NUMBER}[:;,]*|\(#{_NUMBER}", re.ASCII | re.MULTILINE)


def answer_from(end: Stopped) -> Answer:
    """The verdict on a conversation that stopped, in the server's words or ours."""
    return answer_to(end.stage, end.code, end.text, end.fault)


def answer_to(
    stage: Stage, code: int | None, words: str, fault: Fault | None, about: str = ""
) -> Answer:
    """The verdict on this end, in the server's words or ours; `about`: the letter's reader."""
    status = _STATUS.search(words) if code else None
    known = (status[1] or status[2]) if status else None
    verdict = judge(stage, code, known, fault)
    if status and known and not words.startswith((f"{known} ", f"{known}\n")):
        # Where refusals.py looks for it.
        words = f"{known} {words[status.end() :].lstrip() if not status.start() else words}"
    text = quoted(words, about)
    return Answer(verdict.kind, stage, code, known, text, verdict.suppress, verdict.soft_bounce)
