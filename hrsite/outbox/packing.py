"""A claimed copy becomes a letter for the wire: its message frozen once, its own filled in."""

import json
from collections.abc import Iterable
from datetime import datetime

import structlog
from flask import current_app
from sqlalchemy.orm import Session

from hrsite.addresses import BadAddress
from hrsite.outbox import repeat_rules
from hrsite.outbox.claiming import Claimed
from hrsite.outbox.models import OutboxMessage
from hrsite.outbox.numbering import letter_id
from hrsite.outbox.parcels import Parcel
from hrsite.outbox.recording import Result
from hrsite.outbox.retrying import Answer
from hrsite.outbox.return_paths import return_paths
from hrsite.outbox.splicing import Frozen, Spliced, Unfit, date_now
from hrsite.outbox.wire import BadHeader
from hrsite.sealing import BrokenSeal, Seal

log = structlog.get_logger(__name__)

_DECODER = json.JSONDecoder()
UNREADABLE = "The address or the links of this reader cannot be read. Is ADDRESS_KEY the right one?"


class Packer:
    """Makes letters for one look of a worker."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._seal: Seal = current_app.extensions["seal"]
        self._frozen: dict[tuple[int, bool], Frozen | Answer] = {}
        # The messages that somebody has, as far as is known here.
        self._taken: set[int] = set()
        self._return_paths = return_paths()
        self._repeats = repeat_rules.rule()
        self._date: tuple[datetime | None, bytes] = (None, b"")

    def freeze(self, several: Iterable[Claimed]) -> None:
        """Read what these letters need of the database, while its transaction is open."""
        for key in {(one.message_id, one.is_discreet) for one in several} - self._frozen.keys():
            self._frozen[key] = self._freeze(*key)

    def forget(self, results: Iterable[Result]) -> None:
        """Read anew what a letter says that was not taken, before the next one of it goes.

        As long as nobody has it, it may be put in other words; while one is in the air it is not.
        """
        answered: dict[bool, set[int]] = {True: self._taken, False: set()}
        for claimed, answer in results:
            answered[answer.kind == "accepted"].add(claimed.message_id)
        for key in [key for key in self._frozen if key[0] in answered[False] - self._taken]:
            del self._frozen[key]

    def pack(self, claimed: Claimed, now: datetime) -> Parcel | Answer:
        """The letter; or the answer for a copy that cannot be written, which holds up no other.

        Its message is frozen: the database is not asked, so no other worker waits for us meanwhile.
        """
        frozen = self._frozen[claimed.message_id, claimed.is_discreet]
        if isinstance(frozen, Answer):
            return frozen
        number = claimed.kept_letter_id or letter_id(
            frozen.mark, claimed.message_id, claimed.recipient_id
        )
        try:
            letter = self._spliced(frozen, claimed, number, now)
        except BadAddress as trouble:
            return Answer("refused", "rcpt", None, None, str(trouble))
        except Exception as trouble:
            # Whatever is wrong with this one: the others have their permits by now.
            log.error("letter_not_composed", delivery=claimed.id, trouble=type(trouble).__name__)
            # Hers alone, unless it meets one after the other: then the message pauses.
            return Answer("policy", "data", None, None, UNREADABLE)
        sender = self._return_paths.return_path_for(claimed.id, number) or frozen.sender
        return Parcel(
            sender.encode("ascii"),
            letter.recipient,
            frozen.form,
            letter.values,
            claimed,
            frozen.has_dots,
        )

    def domain_of(self, claimed: Claimed) -> str:
        """The reader's mail domain; "" when the address cannot be read."""
        try:
            return self._seal.open(claimed.address).rpartition("@")[2].lower()
        except BrokenSeal:
            return ""

    def _spliced(self, frozen: Frozen, claimed: Claimed, number: str, now: datetime) -> Spliced:
        # To the second, as the line says it: where letters go one by one, each has another moment.
        moment = self._repeats.date_of(frozen.written_at, now).replace(microsecond=0)
        if self._date[0] != moment:
            self._date = (moment, date_now(moment))
        links, _ = _DECODER.raw_decode(self._seal.open(claimed.links))
        if not isinstance(links, dict):
            raise Unfit("These are no links.")
        return frozen.spliced(self._seal.open(claimed.address), number, links, self._date[1])

    def _freeze(self, message_id: int, is_discreet: bool) -> Frozen | Answer:
        message = self._session.get_one(OutboxMessage, message_id)
        try:
            return Frozen(message, is_discreet=is_discreet)
        except BadHeader as trouble:
            words = f"This letter cannot be written: {trouble}"
        except Exception as trouble:
            # Whatever is wrong with this message must not hold up the others behind it.
            log.error("letter_not_composed", message=message_id, exc_info=trouble)
            words = "This letter cannot be put together."
        return Answer("setting", "data", None, None, words)
