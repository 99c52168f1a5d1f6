"""Two ways a letter can go: to the mail server, or into a folder on this machine.

`hand_over` tells how it ended and does not raise for anything a network or a server may do.
"""

from __future__ import annotations

import ipaddress
import ssl
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import flask_mail
from flask import current_app

from hrsite import clock
from hrsite.addresses import BadAddress, wire_form
from hrsite.outbox import folder
from hrsite.outbox.carrying import Carrier
from hrsite.outbox.conversing import Conversation, Stopped
from hrsite.outbox.parcels import Parcel, parcel_of
from hrsite.outbox.retrying import Answer
from hrsite.outbox.wire import BadHeader, Letter, SafeMessage, mailbox, octets_of

# How long to wait at a time for whatever a connection has to tell.
PATIENT_SECONDS = 60.0


class NotAccepted(Exception):
    """Flask-Mail's `send` could not hand a message over; `answer` says why."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.kind} at {answer.stage}: {answer.code or ''} {answer.text}")
        self.answer = answer


class MailSettings(flask_mail._Mail):
    """Flask-Mail's settings and ours. Times in seconds."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__(
            server=config.get("MAIL_SERVER", ""),
            username=config.get("MAIL_USERNAME"),
            password=config.get("MAIL_PASSWORD"),
            port=config.get("MAIL_PORT", 587),
            use_tls=config.get("MAIL_USE_TLS", True),
            use_ssl=config.get("MAIL_USE_SSL", False),
            default_sender=config.get("MAIL_DEFAULT_SENDER"),
            debug=0,  # It prints addresses and passwords.
            max_emails=None,
            suppress=False,  # Never say "accepted" of a letter that went nowhere.
            ascii_attachments=True,
        )
        self.timeout = float(config.get("MAIL_TIMEOUT", 60))
        self.reply_timeout = float(config.get("MAIL_REPLY_TIMEOUT", 600))
        self.ca_file = str(config.get("MAIL_CA_FILE") or "")
        self.folder = Path(config.get("MAIL_FOLDER") or "mail")
        domain = str(config.get("MAIL_DOMAIN") or "")
        # RFC 5321 4.1.4: an address literal when there is no name of ours to give.
        self.our_name = domain if "." in domain and domain.isascii() else "[127.0.0.1]"


class Connection(flask_mail.Connection):
    """What both connections do with a letter, and with Flask-Mail's own messages."""

    def __init__(self, mail: MailSettings) -> None:
        super().__init__(mail)  # type: ignore[arg-type]
        self.settings = mail

    def __enter__(self) -> Self:
        """Nothing is opened before the first letter."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        trouble: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing to close."""

    def check(self) -> Answer | None:
        """Go as far as a letter could, without one: what stands in the way, or None."""
        raise NotImplementedError

    def hand_over(self, letter: Letter) -> Answer:
        """Hand one letter over. Raises BadHeader when the letter itself cannot be written."""
        if unfit := _unfit(letter.recipient):
            return unfit
        sender = letter.sender[1] if letter.return_path is None else letter.return_path
        return self.hand_over_octets(sender, letter.recipient, SafeMessage(letter).as_bytes())

    def hand_over_octets(self, sender: str, recipient: str, octets: bytes) -> Answer:
        """Hand over a letter that is composed already. `sender` may be "" (RFC 5321 4.5.5)."""
        if not octets.count(b"\r") == octets.count(b"\n") == octets.count(b"\r\n"):
            # A bare CR or LF can hide a second letter in the first (CVE-2023-51764).
            raise BadHeader("Every line of a letter ends in CR LF.")
        try:
            return_path = sender and wire_form(sender)
        except BadAddress as trouble:
            raise BadHeader(f"Return path: {trouble}") from trouble
        return _unfit(recipient) or self._pass_on(return_path, wire_form(recipient), octets)

    def _pass_on(self, sender: str, recipient: str, octets: bytes) -> Answer:
        raise NotImplementedError

    def send(
        self,
        message: flask_mail.Message,
        envelope_from: str | tuple[str, str] | None = None,
    ) -> None:
        """Flask-Mail's `send`: each recipient a letter of their own, the same octets for all.

        Raises BadHeader, or NotAccepted at the first answer that is not "accepted".
        """
        sender = mailbox(envelope_from or message.sender)[1]
        if message.date is None:
            message.date = clock.now().timestamp()
        if not isinstance(message, SafeMessage):
            # Flask-Mail's Message-ID ends in this machine's host name: nobody's business.
            message.msgId = f"{message.msgId.partition('@')[0]}@{sender.rpartition('@')[2]}>"
        octets = octets_of(message)
        for recipient in sorted({mailbox(one)[1] for one in message.send_to}):
            answer = self.hand_over_octets(sender, recipient, octets)
            if answer.kind != "accepted":
                raise NotAccepted(answer)
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        flask_mail.email_dispatched.send(app, message=message)


class FolderConnection(Connection):
    """Letters become files in MAIL_FOLDER; nothing leaves this machine."""

    def check(self) -> Answer | None:
        """Whether the folder is there, or can be made, and takes a file."""
        try:
            folder.make_ready(self.settings.folder)
        except OSError as trouble:
            return _not_written(trouble)
        return None

    def _pass_on(self, sender: str, recipient: str, octets: bytes) -> Answer:
        try:
            folder.write(self.settings.folder, octets, clock.now())
        except OSError as trouble:
            return _not_written(trouble)
        return Answer("accepted", "reply", None, None, "written to the folder")


class SafeConnection(Connection):
    """One connection to the mail server, kept between letters, opened anew when it breaks."""

    def __init__(self, mail: MailSettings) -> None:
        super().__init__(mail)
        self.carrier = Carrier(lambda _: self.configure_host())

    def __exit__(
        self,
        kind: type[BaseException] | None,
        trouble: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """QUIT, unless something went wrong in the middle of a letter: then just hang up."""
        self.carrier.close(politely=kind is None)

    def configure_host(self) -> Conversation:
        """Connect, encrypt, log in. Raises Stopped; no password goes over an open line."""
        return open_host(self.settings)

    def check(self) -> Answer | None:
        """Connect and log in; the connection is kept for a letter."""
        return self.carrier.check()

    def _pass_on(self, sender: str, recipient: str, octets: bytes) -> Answer:
        self.carrier.offer(parcel_of(sender, recipient, octets))
        while not (done := self.carrier.poll(PATIENT_SECONDS)):
            pass  # Each command has its own time limit: it ends.
        return done[0][1]


class ServerCarrier(Carrier):
    """Many letters to the mail server, over several connections."""

    def __init__(self, settings: MailSettings, most_lanes: int) -> None:
        super().__init__(partial(open_host, settings), most_lanes)


class FolderCarrier:
    """Many letters into the folder, each written at once."""

    def __init__(self, settings: MailSettings) -> None:
        self._connection = FolderConnection(settings)
        self._done: list[tuple[Any, Answer]] = []

    def __enter__(self) -> Self:
        """Nothing is opened."""
        return self

    def __exit__(self, *trouble: object) -> None:
        """Nothing to close."""

    # It takes each letter at once, and there are never more than may be in flight.
    has_waiting, is_ready, capacity = False, True, sys.maxsize

    def make_ready(self) -> None:
        """Nothing to open."""

    def offer(self, parcel: Parcel) -> None:
        """Write a letter."""
        sender, recipient = parcel.sender.decode("ascii"), parcel.recipient.decode("ascii")
        answer = self._connection.hand_over_octets(sender, recipient, parcel.octets)
        self._done.append((parcel.token, answer))

    def take_back(self) -> list[Any]:
        """None waits here."""
        return []

    def poll(self, seconds: float) -> list[tuple[Any, Answer]]:
        """How those ended that were written since."""
        done, self._done = self._done, []
        return done


def open_host(
    settings: MailSettings, begun: Callable[[Conversation], object] = lambda _: None
) -> Conversation:
    """Connect, encrypt, log in. Raises Stopped; no password goes over an open line.

    `begun` is told before, so that somebody else may break it off.
    """
    shielded = settings.use_ssl or settings.use_tls
    if settings.username and not shielded and not _is_this_machine(settings.server):
        words = "A password is never sent without encryption: turn MAIL_USE_TLS on."
        raise Stopped("auth", words, fault="login")
    host = Conversation(settings.our_name, settings.timeout, settings.reply_timeout)
    begun(host)
    try:
        shield = _shield(settings.ca_file) if shielded else None
        port = settings.port or (465 if settings.use_ssl else 587)
        host.open(settings.server, port, shield, at_once=bool(settings.use_ssl))
        if settings.username:
            host.log_in(settings.username, settings.password or "")
    except BaseException:
        host.close()
        raise
    return host


def _shield(ca_file: str) -> ssl.SSLContext:
    """TLS that checks certificate and host name, against the system's authorities or ours."""
    try:
        shield = ssl.create_default_context(cafile=ca_file or None)
    except OSError as trouble:
        words = "The file named in MAIL_CA_FILE cannot be read as certificates."
        raise Stopped("handshake", words, fault="tls") from trouble
    shield.minimum_version = ssl.TLSVersion.TLSv1_2
    return shield


def _is_this_machine(server: str) -> bool:
    try:
        return server == "localhost" or ipaddress.ip_address(server).is_loopback
    except ValueError:
        return False


def _not_written(trouble: OSError) -> Answer:
    words = f"The letter could not be written to its folder ({trouble.strerror})."
    return Answer("deferred", "body", None, None, words)


def _unfit(recipient: str) -> Answer | None:
    """A kind refusal of an address that plain SMTP cannot carry."""
    try:
        wire_form(recipient)
    except BadAddress as trouble:
        return Answer("refused", "rcpt", None, None, str(trouble))
    return None
