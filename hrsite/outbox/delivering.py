"""Claim copies, hand them over, write down the answers.

It commits, as instance.py does and no other job. Each copy must be known as "sending" on disk
before its letter goes, and of the letters that went at most MAIL_IN_FLIGHT may wait for their
answers to be on disk. So a kill at any moment leaves at most so many in doubt.
"""

import time
from collections.abc import Callable
from datetime import datetime

import structlog
from flask import Flask, current_app
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.extensions import Busy, without_waiting
from hrsite.outbox import claiming, instance, leasing, presence, settling, turns
from hrsite.outbox.claiming import Claimed
from hrsite.outbox.in_hand import InHand
from hrsite.outbox.packing import Packer
from hrsite.outbox.permits import Permits
from hrsite.outbox.recording import OlderLedger, Result, record
from hrsite.outbox.retrying import CLOSING_DOWN, UNSAID, Answer, is_about_the_line
from hrsite.outbox.transport import LetterCarrier, open_carrier

log = structlog.get_logger(__name__)

# How long an answer may wait for others, to be written down together with them.
GATHERING_SECONDS = 0.05
IDLE_SECONDS = 1.0
# While somebody else writes, letters under way are seen to, so long at a time. Once an answer is
# older than the second of these, it waits for its turn and for nothing else.
TURN_SECONDS, OLD_ANSWER_SECONDS = 0.0005, 1.0
# An answer that is lost becomes a second copy. So it is kept while the database is locked, full or
# away: for less than a lease, and for less than a service manager waits for us to end.
KEEPING_SECONDS, PARTING_SECONDS = 600.0, 60.0
ASKING_AGAIN_SECONDS = 0.5


def deliver_due(
    session: Session, owner: str, should_stop: Callable[[], bool] = lambda: False
) -> int:
    """Hand over every copy that is due; the count of letters tried."""
    gate = instance.Gate(session)
    if not gate.is_open(clock.now()):
        return 0
    _settle(session)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    try:
        with open_carrier(app) as carrier:
            round_ = _Round(session, owner, carrier, gate, should_stop)
            try:
                tried_count = round_.run()
            finally:
                round_.let_go()
    except OlderLedger:
        session.rollback()
        gate.close(clock.now())
        return 0
    _settle(session)
    return tried_count


def _settle(session: Session) -> None:
    settling.settle(session, clock.now(), session.commit)


class _Round:
    """One worker's look at all that is due."""

    def __init__(
        self,
        session: Session,
        owner: str,
        carrier: LetterCarrier,
        gate: instance.Gate,
        should_stop: Callable[[], bool],
    ) -> None:
        config = current_app.config
        self._session, self._owner, self._carrier = session, owner, carrier
        self._gate, self._should_stop = gate, should_stop
        self._permits = Permits(config["MAIL_IN_FLIGHT"], time.monotonic())
        self._most_in_flight = 1
        self._packer = Packer(session)
        self._in_hand = InHand(session, owner)
        # Puts all in hand as it was, when the transaction comes to nothing.
        self._put_back = self._in_hand.kept()
        # Gone, or allowed to go; and answered, but the answer is not on disk yet.
        self._in_flight: dict[int, Claimed] = {}
        self._results: list[Result] = []
        self._first_result_at = 0.0
        self._line_is_bad = self._is_committing = False
        # Is there an answer among them that may stop a message?
        self._may_stop_one = False
        self._tried_count = 0
        self._seen_at: datetime | None = None

    def run(self) -> int:
        """Until nothing is due, or it is told to stop, or the server is in trouble."""
        while True:
            stopping = self._must_stop()
            wait = 0.0
            if stopping or not self._carrier.is_ready:
                self._take_back()
            if self._is_time_to_write(stopping):
                self._open_the_line(stopping)
                wait = self._write_when_it_can(stopping)
            if not self._in_flight and not self._results:
                if stopping or self._in_hand.is_done:
                    return self._tried_count
                time.sleep(min(wait, IDLE_SECONDS))
                continue
            self._gather(wait or IDLE_SECONDS)

    def _open_the_line(self, stopping: bool) -> None:
        """Before a letter has its permit: that can take minutes, and its reader may leave then."""
        if stopping or self._carrier.is_ready or self._in_flight:
            return
        if self._in_hand.is_empty and not self._in_hand.is_done:
            now = clock.now()
            # Before the claim: whoever is not known to be here has its claims taken away.
            self._say_we_are_here(now)
            self._claim_more(now)
        if not self._in_hand.is_empty:
            self._carrier.make_ready()

    def let_go(self) -> None:
        """What was claimed and not handed over is due again at once."""
        if not self._in_hand.is_empty:
            self._session.rollback()
            self._in_hand.let_go(clock.now())
            self._session.commit()

    def _take_back(self) -> None:
        """Letters with a permit wait where letters go, and not for a line to be opened anew."""
        for claimed in self._carrier.take_back():
            self._ended(claimed, UNSAID)
            self._in_hand.look_again()

    def _must_stop(self) -> bool:
        if self._line_is_bad or self._should_stop():
            return True
        try:
            return not self._gate.is_open(clock.now())
        except (OperationalError, OSError):  # No mark can be written when the disk is full.
            if not self._in_flight:
                raise
            self._session.rollback()
            return True  # What is under way first.

    def _is_time_to_write(self, stopping: bool) -> bool:
        """Together is cheaper: wait for a few answers, unless there is nothing else to do."""
        waiting = len(self._in_flight) - len(self._results)
        if not waiting:
            return True
        if not self._results:
            most = self._permits.most(self._carrier.capacity)
            has_room = waiting < most and not self._in_hand.is_done
            return not stopping and has_room or self._is_long_silent()
        # While letters wait for a connection, no connection waits for a letter.
        is_enough = 2 * len(self._results) >= self._most_in_flight
        if is_enough and not self._carrier.has_waiting:
            return True
        return time.monotonic() - self._first_result_at > GATHERING_SECONDS

    def _write_when_it_can(self, stopping: bool) -> float:
        """The same as below, again and again while answers wait and the database is in trouble."""
        began = time.monotonic()
        while True:
            self._put_back, self._is_committing = self._in_hand.kept(), False
            try:
                return self._write_and_permit(stopping)
            except Busy:
                return TURN_SECONDS
            except OlderLedger:
                self._session.rollback()
                self._put_back()
                raise
            except OperationalError as trouble:
                self._session.rollback()
                self._put_back()
                self._packer = Packer(self._session)  # What it has read is old by the next time.
                # Lost in that moment, it may have been written, and must not be counted twice.
                is_unknown = self._is_committing and trouble.connection_invalidated
                patience = PARTING_SECONDS if self._should_stop() else KEEPING_SECONDS
                has_none = not self._results
                if has_none and self._in_flight:
                    self._take_back()
                    return ASKING_AGAIN_SECONDS  # Meanwhile for what is under way.
                if has_none or is_unknown or time.monotonic() - began > patience:
                    raise
                self._take_back()
                log.warning("answers_kept", count=len(self._results), kind=type(trouble).__name__)
            stopping = True  # First of all the answers.
            time.sleep(ASKING_AGAIN_SECONDS)

    def _write_and_permit(self, stopping: bool) -> float:
        """One transaction: the answers, and which letters go next. Seconds until the pace allows
        another, 0.0 when it is not the pace that holds them.
        """
        self._begin()
        now = clock.now()
        self._say_we_are_here(now)
        self._permits.ended(len(self._results), time.monotonic())
        if self._may_stop_one:
            self._record(now)
            self._packer.forget(self._results)
            self._commit()
        wanted, wait = list[Claimed](), 0.0
        if not stopping and self._carrier.is_ready:
            waiting = len(self._in_flight) - len(self._results)
            self._most_in_flight = self._permits.most(self._carrier.capacity)
            room = self._most_in_flight - waiting
            if self._in_hand.is_short(room):
                self._claim_more(now)
            moment, domain_of = time.monotonic(), self._packer.domain_of
            wanted, wait = self._in_hand.take(room, moment, domain_of)
        several = [*wanted, *(result.claimed for result in self._results)]
        messages = [one.message_id for one in several]
        turns.hold_copies(self._session, [one.id for one in several], messages)
        # The answers first: in a ledger that was put back a permit would hide that it is older.
        self._record(now)
        going = claiming.permit(self._session, wanted, now) if wanted else []
        self._packer.freeze(going)
        self._commit()
        for claimed in going:
            self._in_flight[claimed.id] = claimed
            letter = self._packer.pack(claimed, now)
            if isinstance(letter, Answer):
                self._ended(claimed, letter)
            else:
                self._carrier.offer(letter)
        return wait

    def _claim_more(self, now: datetime) -> None:
        """By itself: it locks hundreds of copies, as they come, and who waits waits for all."""
        self._in_hand.claim_more(now)
        self._commit_apart()
        self._put_back = self._in_hand.kept()

    def _record(self, now: datetime) -> None:
        if self._results:
            record(self._session, self._results, now)
            if any(result.answer.code == CLOSING_DOWN for result in self._results):
                self._gate.rest(now)

    def _commit(self) -> None:
        self._is_committing = True
        self._session.commit()
        self._is_committing = self._may_stop_one = False
        for result in self._results:
            del self._in_flight[result.claimed.id]
        self._results = []

    def _commit_apart(self) -> None:
        """Commit what stands by itself, and go on."""
        self._session.commit()
        self._begin()

    def _begin(self) -> None:
        """Raises Busy while somebody else writes and there are letters under way to see to."""
        is_something_to_do = 0 < len(self._results) < len(self._in_flight)
        if is_something_to_do and time.monotonic() - self._first_result_at < OLD_ANSWER_SECONDS:
            with without_waiting():
                self._session.connection()

    def _gather(self, seconds: float) -> None:
        if self._results:
            seconds = min(seconds, GATHERING_SECONDS)
        for claimed, answer in self._carrier.poll(seconds):
            self._ended(claimed, answer)

    def _ended(self, claimed: Claimed, answer: Answer) -> None:
        if not self._results:
            self._first_result_at = time.monotonic()
        self._results.append(Result(claimed, answer))
        self._tried_count += answer.kind != "unsaid"
        if answer.kind != "accepted":
            self._may_stop_one = True
            self._line_is_bad = self._line_is_bad or is_about_the_line(answer)
            self._in_hand.heard(answer, time.monotonic())

    def _say_we_are_here(self, now: datetime) -> None:
        if self._is_long_silent(now):
            presence.refresh(self._session, self._owner, now)
            leasing.renew(self._session, self._owner, self._in_flight, now)
            self._commit_apart()
            self._seen_at = now

    def _is_long_silent(self, now: datetime | None = None) -> bool:
        """A server may take ten minutes to answer: the desk must not call us gone meanwhile."""
        now = now or clock.now()
        return self._seen_at is None or abs(now - self._seen_at) > presence.FRESH
