"""The replies of the fault table: what a server may say at each stage, and what must follow."""

from __future__ import annotations

from typing import Any

from tests.outbox.fault_cells import (
    CLOSING,
    FULL,
    GONE,
    LATER,
    LINE,
    OFFERS,
    ONE_SETTING,
    POLICY,
    REFUSED,
    SETTING,
    TAKEN,
    TOO_LARGE,
    Cell,
    Outcome,
    both_ways,
    said,
)
from tests.outbox.smtp_server import Once, Script

LETTER_STAGES = ("MAIL", "RCPT", "DATA", "DOT")
OPENING = ("BANNER", "EHLO", "STARTTLS", "EHLO2", "AUTH")


def reply(stage: str, words: str, outcome: Outcome, extra: Script | None = None) -> Cell:
    """A server that says this once, and all is well for the letters behind it."""
    return Cell(stage, words, Once(words.encode() + b"\r\n"), outcome, extra=extra or {})


def opening(stage: str, words: str, outcome: Outcome) -> Cell:
    """A server that says this to every connection of ours before the first letter."""
    return Cell(stage, words, words.encode() + b"\r\n", outcome)


CLOSING_DOWN = [
    *[opening(stage, "421 4.3.2 closing down", CLOSING) for stage in OPENING],
    *both_ways(*[reply(stage, "421 4.3.2 closing down", CLOSING) for stage in LETTER_STAGES]),
]

NOT_NOW = [
    *both_ways(
        *[
            reply(stage, f"{code} later, please", said(LATER, "later, please"))
            for stage in LETTER_STAGES
            for code in ("450 4.2.1", "451 4.3.0", "452 4.3.1")
        ]
    ),
    *[
        opening(stage, "451 4.3.0 later, please", said(LINE, "later, please"))
        for stage in ("BANNER", "EHLO", "EHLO2", "AUTH")
    ],
]

NOBODY_THERE = both_ways(
    *[
        reply(stage, f"550 {status} nobody here", said(GONE, "nobody here"))
        for stage in ("RCPT", "DATA", "DOT")
        for status in ("5.1.1", "5.1.2", "5.1.10", "5.2.1")
    ],
    reply("RCPT", "550 no", REFUSED),
    reply("RCPT", "553 5.1.3 no such name", said(GONE, "no such name")),
)

MAILBOX_FULL = both_ways(
    *[reply(stage, "552 5.2.2 full", FULL) for stage in ("RCPT", "DATA", "DOT")],
    *[reply(stage, "452 4.2.2 full", FULL) for stage in ("RCPT", "DOT")],
    reply("RCPT", "552 mailbox full", FULL),
)

NOT_WANTED = both_ways(
    *[
        reply(stage, f"{code} not wanted", POLICY)
        for stage in LETTER_STAGES
        for code in ("550 5.7.1", "554 5.7.26")
    ]
)

TOO_BIG = both_ways(
    *[reply(stage, "552 5.3.4 too big", TOO_LARGE) for stage in LETTER_STAGES],
    *[reply(stage, "552 too big", TOO_LARGE) for stage in ("MAIL", "DOT")],
)

LOGIN_WORDS = "does not take our name and password"
LOGIN = [
    *[
        opening("AUTH", f"{code} no", said(SETTING, LOGIN_WORDS))
        for code in ("535 5.7.8", "534 5.7.9", "530 5.7.0")
    ],
    *both_ways(reply("MAIL", "530 5.7.0 log in first", said(ONE_SETTING, "log in"))),
    opening("AUTH", "454 4.7.0 too many logins", said(LINE, "too many logins")),
    opening("STARTTLS", "454 4.7.0 no TLS now", said(LINE, "no TLS now")),
    *both_ways(reply("RCPT", "454 4.7.1 no relay", said(ONE_SETTING, "no relay"))),
    *both_ways(reply("DOT", "454 too fast", said(LATER, "too fast"))),
    opening("BANNER", "554 5.7.1 you are blocked", said(SETTING, "you are blocked")),
    opening("EHLO", "550 5.7.1 you are blocked", said(SETTING, "you are blocked")),
]

STRIPPED = b"250-mail.example.org\r\n250 AUTH PLAIN LOGIN\r\n"
AT_ONCE: dict[str, Any] = {"MAIL_USE_TLS": False, "MAIL_USE_SSL": True}
CERTIFICATES = {
    "expired": "certificate has expired",
    "wrong name": "certificate is for another name",
    "self-signed": "Nobody vouches for the mail server's certificate",
}
ENCRYPTION = [
    *[
        Cell("HANDSHAKE", f"{fault}{way}", None, said(SETTING, words), {}, fault, settings)
        for fault, words in CERTIFICATES.items()
        for way, settings in (("", {}), (" at once", AT_ONCE))
    ],
    Cell("EHLO", "STARTTLS stripped", STRIPPED, said(SETTING, "does not offer encryption")),
    Cell(
        "STARTTLS",
        "words slipped in",
        b"220 go\r\n250 AUTH PLAIN\r\n",
        said(SETTING, "before the encryption"),
    ),
    Cell("EHLO2", "no AUTH", b"250 mail.example.org\r\n", said(SETTING, "no way to log in")),
]

BARE = b"250-mail.example.org\r\n250 AUTH PLAIN\r\n"
LESS_OFFERED = [
    Cell("EHLO2", "no 8BITMIME, PIPELINING or SMTPUTF8", BARE, TAKEN),
    Cell("EHLO2", "no 8BITMIME", BARE.replace(b"250 AUTH", b"250-PIPELINING\r\n250 AUTH"), TAKEN),
    Cell("EHLO2", "no PIPELINING", OFFERS + b"250 SMTPUTF8\r\n", TAKEN),
    Cell("EHLO2", "no SMTPUTF8", OFFERS + b"250 PIPELINING\r\n", TAKEN),
]

ANSWERED = [
    *CLOSING_DOWN,
    *NOT_NOW,
    *NOBODY_THERE,
    *MAILBOX_FULL,
    *NOT_WANTED,
    *TOO_BIG,
    *LOGIN,
    *ENCRYPTION,
    *LESS_OFFERED,
]
