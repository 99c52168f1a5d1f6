"""What went wrong with the mail server, in words that tell the coach what to look at."""

from __future__ import annotations

import socket
import ssl

from hrsite.outbox.retrying import ENOUGH_STATUSES, LOGIN_CODES, Answer

HUNG_UP = "The mail server hung up."
TOO_SLOW = "The mail server did not answer in time."
# X509_V_ERR_…: OpenSSL's numbers for what is wrong with a certificate.
_NOT_YET_VALID, _EXPIRED, _OTHER_NAMES = 9, 10, (62, 64)
_HUNG_UP = (
    ssl.SSLEOFError,
    ssl.SSLZeroReturnError,
    ConnectionResetError,
    ConnectionAbortedError,
    BrokenPipeError,
)


def trouble_in_words(trouble: Exception) -> str:
    """What ended a conversation without a reply."""
    if isinstance(trouble, ssl.SSLCertVerificationError):
        return _certificate_words(trouble)
    if isinstance(trouble, TimeoutError):
        return TOO_SLOW
    if isinstance(trouble, _HUNG_UP):
        return HUNG_UP
    if isinstance(trouble, ssl.SSLError):
        return (
            "What answers there does not speak TLS as we do."
            " Look at MAIL_PORT, MAIL_USE_TLS and MAIL_USE_SSL."
        )
    if isinstance(trouble, ConnectionRefusedError):
        return "The mail server refused the connection. Is it running, and is MAIL_PORT right?"
    if isinstance(trouble, UnicodeError):
        return "MAIL_SERVER is no name that a machine can have."
    if isinstance(trouble, socket.gaierror):
        return f"MAIL_SERVER cannot be found ({trouble.strerror})."
    return getattr(trouble, "strerror", None) or str(trouble) or type(trouble).__name__


def pause_reason(answer: Answer) -> str:
    """Why letters wait for the coach, after such an answer; with the server's own words."""
    said = f"{answer.code} {answer.text}" if answer.code else answer.text
    if answer.status in ENOUGH_STATUSES:
        return (
            "The mail service takes no more letters from us for now, often until the next day."
            f" Then press Resume. It says: {said}"
        )
    if answer.kind == "policy" and answer.code is None:
        return f"These letters cannot be written: {answer.text}"
    if answer.kind == "policy":
        return f"The mail service would not take this letter: {answer.text}"
    if answer.kind == "refused":
        return f"The mail service refused several readers in a row, the last with: {said}"
    if answer.kind == "too_large":
        return f"The mail service takes no letter of this size: {answer.text}"
    if answer.code in LOGIN_CODES and answer.stage == "auth":
        return (
            "A mail setting is wrong: the mail service does not take our name and password"
            f" (MAIL_USERNAME, MAIL_PASSWORD). It says: {said}"
        )
    if answer.code is not None:
        return f"A mail setting is wrong: the mail service will not take letters from us: {said}"
    return f"A mail setting is wrong: {answer.text}"


def _certificate_words(trouble: ssl.SSLCertVerificationError) -> str:
    nothing_said = "No letter and no password went there."
    if trouble.verify_code == _EXPIRED:
        return f"The mail server's certificate has expired. {nothing_said}"
    if trouble.verify_code == _NOT_YET_VALID:
        return f"The mail server's certificate is not valid yet. Is the clock right? {nothing_said}"
    if trouble.verify_code in _OTHER_NAMES:
        words = "The mail server's certificate is for another name. Is MAIL_SERVER spelled as it is"
        return f"{words} in the certificate? {nothing_said}"
    words = "Nobody vouches for the mail server's certificate: look at MAIL_SERVER, MAIL_CA_FILE"
    return f"{words}. {nothing_said}"
