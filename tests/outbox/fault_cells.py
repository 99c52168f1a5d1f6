"""The fault table of mail.md as data: at which stage what goes wrong, and what must follow."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from tests.outbox.smtp_server import DROP, ENDLESS, NO_LINE_END, SILENT, Action, Once, Script

OFFERS = b"250-mail.example.org\r\n250-AUTH PLAIN LOGIN\r\n250-8BITMIME\r\n"
STARTTLS = b"250-mail.example.org\r\n250-8BITMIME\r\n250 STARTTLS\r\n"
# The server that each cell spoils at one place: encryption, then a login, then letters.
SOUND: Script = {
    "EHLO": STARTTLS,
    "STARTTLS": b"220 2.0.0 go\r\n",
    "EHLO2": OFFERS + b"250 SIZE 90000000\r\n",
}
TOGETHER: Script = {"EHLO2": OFFERS + b"250 PIPELINING\r\n"}
WHOLE: Script = {"EHLO2": OFFERS + b"250-PIPELINING\r\n250 CHUNKING\r\n"}
QUICK: dict[str, Any] = {"MAIL_TIMEOUT": 0.25, "MAIL_REPLY_TIMEOUT": 0.25}


@dataclass(frozen=True)
class Outcome:
    """What must be true after one look, of the first letter and of those behind it.

    `wait`: minutes until the next attempt. `others`: "wait" untouched for the next look, "go" on
    to be accepted, "rest" until the first is tried again, or are "paused" with it.
    `said`: in the words kept with the letter or, when paused, in the reason on the desk.
    """

    state: str
    wait: int | None = None
    counted: bool = True
    bounce: str | None = None
    closed: bool = False
    others: str = "go"
    pauses_all: bool = False
    said: str = ""

    @property
    def goes_on_alone(self) -> bool:
        """Only this message is paused, and other ones go out."""
        return self.others == "paused" and not self.pauses_all


LATER = Outcome("deferred", 1)
LINE = Outcome("deferred", 1, others="wait")
CLOSING = Outcome("deferred", 1, others="rest", said="closing")
UNKNOWN = Outcome("uncertain", 15, others="wait")
GONE = Outcome("refused", bounce="hard", closed=True)
REFUSED = Outcome("refused")
FULL = Outcome("deferred", 1, bounce="soft", said="full")
POLICY = Outcome("deferred", 1, bounce="policy", said="5.7")
SETTING = Outcome("queued", counted=False, others="paused", pauses_all=True)
ONE_SETTING = replace(SETTING, pauses_all=False)
TOO_LARGE = replace(ONE_SETTING, said="takes no letter of this size")
TAKEN = Outcome("accepted")


@dataclass(frozen=True)
class Cell:
    """One cell: a fault at a stage. `certificate` is what is wrong with the server's, if it is."""

    stage: str
    fault: str
    action: Action | Once | None
    outcome: Outcome
    extra: Script = field(default_factory=dict)
    certificate: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    pipelining: bool = False
    chunking: bool = False

    def __str__(self) -> str:
        way = " whole" if self.chunking else " together" if self.pipelining else ""
        return f"{self.fault} at {self.stage}{way}"

    @property
    def script(self) -> Script:
        """What the server says on its first connection; on later ones it is sound."""
        spoilt = {} if self.action is None else {self.stage: self.action}
        offers = WHOLE if self.chunking else TOGETHER if self.pipelining else {}
        return {**SOUND, **offers, **self.extra, **spoilt}


def said(outcome: Outcome, words: str) -> Outcome:
    return replace(outcome, said=words)


def both_ways(*cells: Cell) -> list[Cell]:
    """Each cell with one command at a time, and with MAIL, RCPT and DATA in one write."""
    return [*cells, *(replace(cell, pipelining=True) for cell in cells)]


LINE_FAULTS: dict[str, tuple[Action, str]] = {
    "silent": (SILENT, "did not answer in time"),
    "dropped": (DROP, "hung up"),
    "garbage": (b"SSH-2.0-OpenSSH\r\n", "made no sense"),
    "endless reply": (ENDLESS, "made no sense"),
    "endless line": (NO_LINE_END, "made no sense"),
}
BEFORE_LETTERS = ("BANNER", "EHLO", "STARTTLS", "EHLO2", "AUTH")


def line_fault(stage: str, fault: str, outcome: Outcome) -> Cell:
    action, words = LINE_FAULTS[fault]
    settings = QUICK if action == SILENT else {}
    return Cell(stage, fault, action, said(outcome, words), settings=settings)


ON_THE_LINE = [
    *[line_fault(stage, fault, LINE) for stage in BEFORE_LETTERS for fault in LINE_FAULTS],
    *both_ways(
        *[line_fault(s, fault, LINE) for s in ("MAIL", "RCPT", "DATA") for fault in LINE_FAULTS],
        *[line_fault("DOT", fault, UNKNOWN) for fault in LINE_FAULTS],
    ),
    *[
        Cell(stage, "a yes in the wrong place", words, said(LINE, "made no sense"))
        for stage, words in {
            "BANNER": b"250 hello\r\n",
            "EHLO2": b"354 go on\r\n",
            "AUTH": b"334 \r\n",
            "MAIL": b"354 go on\r\n",
            "RCPT": b"354 go on\r\n",
            "DATA": b"250 kept\r\n",
        }.items()
    ],
    Cell("MAIL", "two answers", b"250 ok\r\n" * 2, said(LINE, "made no sense"), pipelining=True),
    line_fault("HANDSHAKE", "silent", LINE),
    line_fault("HANDSHAKE", "dropped", LINE),
    # Whatever answers there does not speak TLS: waiting mends nothing.
    Cell("HANDSHAKE", "garbage", b"250 no\r\n" * 9, said(SETTING, "does not speak TLS")),
    Cell("HANDSHAKE", "endless reply", ENDLESS, said(SETTING, "does not speak TLS")),
    *both_ways(
        Cell("DATA", "answer before its time", b"354 go\r\n250 ok\r\n", said(LINE, "made no sense"))
    ),
]

AT_PARTING = [
    Cell("QUIT", fault, action, TAKEN, settings=QUICK if action == SILENT else {})
    for fault, action in {
        **{fault: action for fault, (action, _) in LINE_FAULTS.items()},
        "421": b"421 4.3.2 closing\r\n",
        "500": b"500 5.5.1 what\r\n",
    }.items()
] + [
    Cell(
        "RSET",
        fault,
        action,
        GONE,
        extra={"RCPT": Once(b"550 5.1.1 nobody here\r\n")},
        settings=QUICK if action == SILENT else {},
    )
    for fault, action in {
        **{fault: action for fault, (action, _) in LINE_FAULTS.items()},
        "421": b"421 4.3.2 closing\r\n",
        "500": b"500 5.5.1 what\r\n",
    }.items()
]
