"""The fault table where letters go whole (BDAT, RFC 3030), before any answer to their names.

So a line that breaks leaves every such letter in doubt, at whichever answer it broke; but a clear
no to its sender or its reader is one, whatever is said to the letter behind it.
"""

from __future__ import annotations

from dataclasses import replace

from tests.outbox.fault_cells import (
    CLOSING,
    FULL,
    GONE,
    LATER,
    LINE_FAULTS,
    POLICY,
    REFUSED,
    TAKEN,
    TOO_LARGE,
    UNKNOWN,
    Cell,
    line_fault,
    said,
)
from tests.outbox.fault_replies import reply
from tests.outbox.smtp_server import Once, Script

STAGES = ("MAIL", "RCPT", "BDAT")
# What servers say to the letter itself when they have refused its sender or its reader.
NOBODY_LEFT: Script = {"BDAT": Once(b"503 5.5.1 no valid recipients\r\n")}
NONE_ASKED: Script = {"RCPT": Once(b"503 5.5.1 who sends it?\r\n"), **NOBODY_LEFT}
AFTER: dict[str, Script] = {"MAIL": NONE_ASKED, "RCPT": NOBODY_LEFT, "BDAT": {}}
EARLY = b"552 5.3.4 too big\r\n"

LINES = [line_fault(stage, fault, UNKNOWN) for stage in STAGES for fault in LINE_FAULTS]

REPLIES = [
    *[reply(stage, "421 4.3.2 closing down", CLOSING) for stage in STAGES],
    *[
        reply(stage, words, outcome, AFTER[stage])
        for stage in STAGES
        for words, outcome in (
            ("451 4.3.0 later, please", said(LATER, "later, please")),
            ("550 5.7.1 not wanted", POLICY),
            ("552 5.3.4 too big", TOO_LARGE),
        )
    ],
    *[reply(stage, "550 5.1.1 nobody here", GONE, AFTER[stage]) for stage in ("RCPT", "BDAT")],
    *[reply(stage, "552 5.2.2 full", FULL, AFTER[stage]) for stage in ("RCPT", "BDAT")],
    reply("RCPT", "550 no", REFUSED, NOBODY_LEFT),
    # It would be its own mistake; the reader it has refused gets nothing all the same.
    reply("RCPT", "550 5.1.1 nobody here, but kept", GONE),
    # It offers what it does not know: the letter goes by another connection, and not whole.
    *[reply("BDAT", f"{code} 5.5.1 unknown", TAKEN) for code in (500, 502, 503, 504)],
    reply("BDAT", "354 go on", replace(UNKNOWN, others="go")),
    Cell("CHUNK", "refused before its end", Once(EARLY), TOO_LARGE, {"BDAT": Once(b"")}),
    Cell("CHUNK", "kept before its end", Once(b"250 2.0.0 kept\r\n"), TAKEN, {"BDAT": Once(b"")}),
]

LEFT_BEHIND = [
    Cell("RSET", fault, action, GONE, {"RCPT": Once(b"550 5.1.1 nobody here\r\n"), **NOBODY_LEFT})
    for fault, action in {"dropped": "drop", "500": b"500 5.5.1 what\r\n"}.items()
]

SENT_WHOLE = [replace(cell, chunking=True) for cell in (*LINES, *REPLIES, *LEFT_BEHIND)]
