"""What a mail server's answer means for one letter, and when to try again. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

Stage = Literal[
    "connect", "banner", "ehlo", "starttls", "handshake", "ehlo2", "auth",
    "mail", "rcpt", "data", "body", "reply", "rset", "quit",
]  # fmt: skip
Kind = Literal[
    "accepted", "deferred", "refused", "uncertain", "policy", "too_large", "setting", "unsaid"
]  # fmt: skip
# No reply could be read, or there is no use in asking:
# timeout, dropped, garbage: the network, or a server that does not speak SMTP;
# tls, login, unknown_host: our settings and this server do not fit together.
Fault = Literal["timeout", "dropped", "garbage", "tls", "login", "unknown_host"]

# So many letters not wanted, one after the other or of all that were answered, and it is our
# letter that is not wanted: not the readers' fault.
MOST_POLICY_REFUSALS = 5
MOST_POLICY_PERCENT = 2
# Of a list shorter than that all, but not one reader alone: that may be her own server's doing.
FEWEST_POLICY_REFUSALS = 2

BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))

# Stages before the first letter: whatever is refused here is refused to every letter.
OPENING_STAGES: frozenset[Stage] = frozenset(
    {"connect", "banner", "ehlo", "starttls", "handshake", "ehlo2", "auth"}
)
# RFC 5321 3.8: the server closes the connection, so it is a definite "not now".
CLOSING_DOWN = 421
_EXPECTED = {"banner": 220, "starttls": 220, "data": 354}
# RFC 4954 6: a login is missing, too weak, wrong, or needs encryption.
LOGIN_CODES = frozenset({530, 534, 535, 538})
# RFC 4954 6, RFC 3207 4: for now nobody can log in, or encrypt; Gmail says it to logins that come
# too often. But Postfix says it of a name when a login is missing, and Amazon SES of a letter that
# it has heard, when they come too fast.
_NOT_FOR_NOW = 454
_NAMING: frozenset[Stage] = frozenset({"mail", "rcpt"})
# Where the reader was named, and not refused.
_READER_IS_TAKEN: frozenset[Stage] = frozenset({"data", "reply"})
_LOGIN_STATUSES = frozenset({"5.7.8", "5.7.9", "5.7.11", "5.7.13"})
# So Microsoft and Google say that the sender has written enough for a day.
ENOUGH_STATUSES = frozenset({"5.1.90", "5.4.5"})
# RFC 3463 3.2: the *sender's* address is bad, so every reader would be refused alike.
_SENDER_STATUSES = frozenset({"5.1.7", "5.1.8"}) | ENOUGH_STATUSES
# RFC 5321 4.2.2: commands unknown or out of order. Ours are in order: something is set wrong.
_PROTOCOL_CODES = frozenset({502, 503, 504})


class Verdict(NamedTuple):
    """What to do with the letter; `suppress` and `soft_bounce` speak about its address."""

    kind: Kind
    suppress: bool = False
    soft_bounce: bool = False


class Answer(NamedTuple):
    """How one hand-over ended: the verdict, and the server's own words for the ledger.

    `kind` "setting" means that TLS, login or configuration is at fault: pause, and count no
    attempt; "unsaid", that no server has heard of it yet. `status` is the enhanced code (RFC
    3463), such as "5.1.1". `text` is at most 500 printable characters.
    """

    kind: Kind
    stage: Stage
    code: int | None
    status: str | None
    text: str
    suppress: bool = False
    soft_bounce: bool = False


UNSAID = Answer("unsaid", "mail", None, None, "")


@lru_cache(maxsize=256)
def judge(stage: Stage, code: int | None, status: str | None, fault: Fault | None) -> Verdict:
    """The verdict on a reply (code, and status if it had one), or on a fault instead of one."""
    if fault is not None or code is None:
        return _without_reply(stage, fault)
    if _is_progress(stage, code):
        return Verdict("accepted")
    if code // 100 not in (4, 5):
        return _without_reply(stage, "garbage")
    if code == CLOSING_DOWN:
        return Verdict("deferred")
    if code in LOGIN_CODES or (code == _NOT_FOR_NOW and stage in _NAMING):
        return Verdict("setting")
    if code // 100 == 4:
        return Verdict("deferred", soft_bounce=_is_about(status, "2.2"))
    if stage in OPENING_STAGES:
        return Verdict("setting")
    return _refused_for_good(stage, code, status)


def next_attempt(attempts: int, now: datetime, not_after: datetime) -> datetime | None:
    """When to try again after `attempts` tries (this one counted), or None: it is too late."""
    step = min(max(attempts, 1), len(BACKOFF)) - 1
    moment = now + BACKOFF[step]
    return moment if moment <= not_after else None


def is_about_the_line(answer: Answer) -> bool:
    """Would the next letter meet the same trouble, whoever it is for?"""
    if answer.stage in OPENING_STAGES:
        return True
    broke = answer.code is None and answer.kind in ("deferred", "uncertain")
    return broke or answer.code == CLOSING_DOWN


def is_too_fast(answer: Answer) -> bool:
    """Does the mail service take letters, and only not so many at a time?"""
    return answer.code == _NOT_FOR_NOW and answer.stage in _READER_IS_TAKEN


def is_refused_there(answer: Answer) -> bool:
    """Did a server refuse it for good?"""
    return answer.kind == "refused" and answer.code is not None


def is_without_reason(answer: Answer) -> bool:
    """With no word of its reader, as a relay refuses whom it knows not?"""
    return is_refused_there(answer) and not answer.suppress and _says_nothing(answer.status)


def is_unwanted(in_a_row: int, refusal_count: int, taken_count: int) -> bool:
    """Whether so many refusals by policy, beside so many letters taken, are to pause a message."""
    if max(in_a_row, refusal_count) < MOST_POLICY_REFUSALS:
        return False
    share = 100 * refusal_count >= MOST_POLICY_PERCENT * (refusal_count + taken_count)
    return in_a_row >= MOST_POLICY_REFUSALS or share


def is_wanted_by_nobody(refusal_count: int, accepted_count: int, waiting_count: int) -> bool:
    """Whether nobody has it, and everybody who waits was refused it by policy: of a short list."""
    return not accepted_count and refusal_count >= max(waiting_count, FEWEST_POLICY_REFUSALS)


def _without_reply(stage: Stage, fault: Fault | None) -> Verdict:
    if fault in ("tls", "login", "unknown_host"):
        return Verdict("setting")
    # Past the final dot the letter may be on its way: nobody can know (RFC 1047).
    return Verdict("uncertain" if stage == "reply" else "deferred")


def _refused_for_good(stage: Stage, code: int, status: str | None) -> Verdict:
    """A 5xx to a letter: about this reader, about us, or about the letter itself?"""
    if status in _LOGIN_STATUSES or status in _SENDER_STATUSES or code in _PROTOCOL_CODES:
        return Verdict("setting")
    if _is_about(status, "2.2"):
        return Verdict("deferred", soft_bounce=True)
    if status == "5.3.4":
        return Verdict("too_large")
    if _is_about(status, "7"):
        return Verdict("policy")
    if code == 552 and _says_nothing(status):
        # RFC 5321 4.2.3: "exceeded storage allocation". Said of a recipient it is a full
        # mailbox; said of the letter (RFC 1870 6) it is the letter's size.
        full = stage == "rcpt"
        return Verdict("deferred", soft_bounce=True) if full else Verdict("too_large")
    blames_the_words = status != "5.6.7" and (_says_nothing(status) or _is_about(status, "6"))
    if stage == "mail" or (stage in _READER_IS_TAKEN and code != 556 and blames_the_words):
        return Verdict("policy")  # No reader was named yet, or she was taken: it is the letter.
    # RFC 7504: 556 says that the domain takes no mail at all. A bare 550 closes no address:
    # it may be policy (RFC 5321 4.2.3), and one blocked relay would close them all.
    is_named = (status or "").startswith("5.1.") and not _says_nothing(status)
    gone = is_named or status == "5.2.1" or code == 556
    return Verdict("refused", suppress=gone)


def _is_progress(stage: Stage, code: int) -> bool:
    if stage in _EXPECTED:
        return code == _EXPECTED[stage]
    return code // 100 == 2


def _is_about(status: str | None, subject: str) -> bool:
    """Whether an enhanced status is about this subject (RFC 3463 3), whatever its class."""
    return status is not None and f"{status[2:]}.".startswith(f"{subject}.")


def _says_nothing(status: str | None) -> bool:
    # RFC 3463 3.2: 5.1.0 is about some address. Postfix says it of a sender that it does not know.
    return status is None or status in ("5.0.0", "5.1.0", "5.3.0")
