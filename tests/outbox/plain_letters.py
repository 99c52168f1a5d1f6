"""A site whose every name tells, and which words of a letter give it away to an onlooker."""

from __future__ import annotations

import binascii
import re
from html import unescape

from hrsite.extensions import db
from hrsite.newsletter import telltales
from tests.journeys.doors import without_tokens
from tests.outbox.conformance import parsed, words
from tests.outbox.keeping_server import Received

# What our own words around the coach's must not say either; in hers they are everyday words.
FRAME_WORDS = ("coach", "session", "group ", "newsletter", "notice", "help")
TITLE = "Carrying naloxone without making a speech"
SUMMARY = "What sober friends may ask about needles and recovery."
# Of a title's words, those that any letter holds: they tell nothing.
WORDS_OF_OURS = ("what", "from", "about", "with", "without", "when", "open")
# Its host, which nothing can hide, does not tell.
TELLING_SITE = {
    "SITE_NAME": "Steady Ground Harm Reduction",
    "SITE_TAGLINE": "Drug and alcohol coaching",
    "MAIL_FOOTER": "Steady Ground Harm Reduction, 12 Quiet Street",
    "HELP_TEXT": "Overdose? Call now",
    "HELP_URL": "https://overdose.example/",
    "BASE_URL": "https://notes.example.org",
    "MAIL_DOMAIN": "notes.example.org",
    "MAIL_SENDER": "post@notes.example.org",
    "MAIL_ISSUE_SENDER": "letters@notes.example.org",
    "MAIL_REPLY_TO": "jordan@notes.example.org",
}


def told(letter: Received) -> str:
    """Everything an onlooker could read: raw octets, headers and parts decoded."""
    parts = [words(letter, "plain"), words(letter, "html"), unescape(words(letter, "html"))]
    headers = [f"{name}: {value}" for name, value in parsed(letter).items()]
    raw = [binascii.a2b_qp(letter.octets).decode(), letter.sender]
    return without_tokens("\n".join([*parts, *headers, *raw])).lower()


def telling(letter: Received, *more: str) -> list[str]:
    """Which words give it away: those of the one list, and those of these texts."""
    everything = told(letter)
    found = telltales.spans(everything, telltales.ours(db.session()))
    listed = [everything[start:end] for start, end in found]
    theirs = {word for text in more for word in re.findall(r"[a-z]{4,}", text.lower())}
    others = (*FRAME_WORDS, *sorted(theirs - set(WORDS_OF_OURS)))
    return [*listed, *(word for word in others if word in everything)]
