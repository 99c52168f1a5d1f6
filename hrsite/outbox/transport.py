"""The way out for every letter: Flask-Mail, made safe.

The worker offers its letters to a carrier (`open_carrier`). One connection alone
(`open_connection`) serves the check of the settings, and Flask-Mail's own way in (`mail.send`,
`mail.connect`) goes through the same.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any, Protocol, Self

import flask_mail
from flask import Flask, current_app

from hrsite.outbox.connections import (
    Connection,
    FolderCarrier,
    FolderConnection,
    MailSettings,
    NotAccepted,
    SafeConnection,
    ServerCarrier,
)
from hrsite.outbox.parcels import Parcel
from hrsite.outbox.retrying import Answer
from hrsite.outbox.wire import BadHeader, Letter, SafeMessage

__all__ = [
    "Answer",
    "BadHeader",
    "FolderConnection",
    "Letter",
    "LetterCarrier",
    "LetterConnection",
    "NotAccepted",
    "SafeConnection",
    "SafeMail",
    "SafeMessage",
    "mail",
    "open_carrier",
    "open_connection",
]


class LetterConnection(Protocol):
    """Where letters are handed over, one after another; a context manager."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        trouble: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def check(self) -> Answer | None:
        """Go as far as a letter could, without one: what stands in the way, or None."""
        ...

    def hand_over(self, letter: Letter) -> Answer:
        """Hand one letter over. Raises BadHeader when the letter itself cannot be written."""
        ...

    def hand_over_octets(self, sender: str, recipient: str, octets: bytes) -> Answer:
        """Hand over a letter that is composed already. Raises BadHeader."""
        ...


class SafeState(MailSettings):
    """What Flask-Mail keeps in `app.extensions["mail"]`; its connections are safe as well."""

    def connect(self) -> Connection:
        """A connection by these settings; nothing is opened before the first letter."""
        return SafeConnection(self) if self.server else FolderConnection(self)


class SafeMail(flask_mail.Mail):
    """Flask-Mail's Mail, with safe connections behind it."""

    def init_mail(
        self, config: dict[str, Any], debug: bool | int = False, testing: bool = False
    ) -> SafeState:
        """The settings Flask-Mail keeps, and ours. Debug output and silent test mode stay off."""
        return SafeState(config)

    def connect(self) -> Connection:
        """A connection for this application: to its mail server, or into its folder."""
        return _connection(self.app or current_app)


mail = SafeMail()


def open_connection(app: Flask) -> LetterConnection:
    """A connection by the application's settings; into MAIL_FOLDER if MAIL_SERVER is empty."""
    return _connection(app)


class LetterCarrier(Protocol):
    """Takes letters without waiting, and tells in time how each ended; a context manager."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        trouble: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    @property
    def has_waiting(self) -> bool:
        """Is there a letter that no connection has taken up yet?"""
        ...

    @property
    def capacity(self) -> int:
        """How many letters can be under way at once."""
        ...

    @property
    def is_ready(self) -> bool:
        """Would a letter be under way at once, or known not to be?"""
        ...

    def make_ready(self) -> None:
        """Open a connection, however long that takes, before anybody's letter is on its way."""
        ...

    def offer(self, parcel: Parcel) -> None:
        """Take a letter; `poll` tells in time how it ended."""
        ...

    def take_back(self) -> list[Any]:
        """The letters no server has heard of, by their tokens: nothing becomes of them here."""
        ...

    def poll(self, seconds: float) -> list[tuple[Any, Answer]]:
        """Go on with all that is under way, waiting at most so long: whose letters ended how."""
        ...


def open_carrier(app: Flask) -> LetterCarrier:
    """For many letters, by the application's settings; into MAIL_FOLDER without MAIL_SERVER."""
    settings = SafeState(app.config)
    if not settings.server:
        return FolderCarrier(settings)
    most = min(app.config["MAIL_CONNECTIONS"], app.config["MAIL_IN_FLIGHT"])
    return ServerCarrier(settings, most)


def _connection(app: Flask) -> Connection:
    return SafeState(app.config).connect()
