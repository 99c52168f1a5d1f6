"""Do ready pages still hold? Asks the database now and then, and at once after a commit of ours."""

import math
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock

import structlog
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from hrsite import clock
from hrsite.extensions import db, only_reads
from hrsite.ready import generation, pagecache
from hrsite.ready.readypage import Seen

log = structlog.get_logger(__name__)

# So often, at most, a process asks whether another one has changed something. A file beside us is
# asked much more often, and costs no more so: what a processor has not done for some twenty
# milliseconds takes it up to a hundred times as long, and all browsers wait meanwhile.
LOOK_SECONDS, LOOK_AT_FILE_SECONDS = 0.1, 0.003
# While the database is away, what is ready stays ready, and it is asked less often.
AWAY_SECONDS = 1.0


class Watch:
    """Knows the generation; calls `forget` when there is a newer one, or a date has passed."""

    def __init__(self, app: Flask, forget: Callable[[], None]) -> None:
        self._app, self._forget = app, forget
        self._lookout = generation.Lookout(self._engine)
        self._lock = Lock()
        self._commit = -1
        # A clock that was set back must not keep us from looking: hence both ends.
        self._looked_at = self._look_at = 0.0
        self.seen = Seen(None, 0.0)

    def at(self, now: float) -> Seen:
        """What holds now. Looks when it is time to; else costs next to nothing."""
        if self._commit == generation.commits.number and self._looked_at <= now < self._look_at:
            return self.seen
        return self._look()

    def holds_now(self, now: float) -> bool:
        """Does what is ready hold, as far as can be told without waiting for anybody?

        When it is time to look a file beside us is asked, which takes microseconds; a database
        that may be elsewhere is not. And whatever has changed somebody else has to look into.
        """
        if (
            self._commit != generation.commits.number
            or not self._looked_at <= now < self.seen.until
        ):
            return False
        return now < self._look_at or self._is_told_the_same(now)

    def _is_told_the_same(self, now: float) -> bool:
        if not self._lock.acquire(blocking=False):
            return False
        try:
            number = self._lookout.number_at_once()
            if number is None or number != self.seen.number:
                return False
            self._looked_at = now
            self._look_at = min(now + LOOK_AT_FILE_SECONDS, self.seen.until)
            return True
        finally:
            self._lock.release()

    def holds(self, seen: Seen) -> bool:
        """Is this what holds at this very moment? Asks the database itself."""
        with self._lock:
            try:
                return seen is self.seen and self._lookout.number() == seen.number
            except (generation.NumberUnknown, SQLAlchemyError):
                return False

    def _look(self) -> Seen:
        with self._lock:
            # Here, and not the caller's: another thread may have looked since that was read, and
            # the clock would seem to have been set back.
            now = clock.seconds()
            # Before the look: a commit during it makes the next request look once more.
            commit = generation.commits.number
            if self._commit == commit and self._looked_at <= now < self._look_at:
                return self.seen  # Another thread has just looked.
            seen, seconds = self._newest(now)
            if seen is not self.seen:
                # In this order: whoever still makes an old page then finds that it is old.
                self.seen = seen
                self._forget()
            self._commit, self._looked_at = commit, now
            self._look_at = min(now + seconds, seen.until)
            return seen

    def _newest(self, now: float) -> tuple[Seen, float]:
        """What the database says now, and for how many seconds not to ask again."""
        seen = self.seen
        try:
            number = self._lookout.number()
            if number == seen.number and self._looked_at <= now < seen.until:
                return seen, self._rest
            return Seen(number, self._next_date(now)), self._rest
        except (generation.NumberUnknown, SQLAlchemyError) as trouble:
            log.warning("pages_generation_unknown", kind=type(trouble).__name__)
            # Nobody can have changed what we cannot reach, but for a line that is cut: a page
            # lives some minutes at most. A date that has passed has passed all the same.
            still_holds = now < seen.until
            return seen if still_holds else Seen(None, now + AWAY_SECONDS), AWAY_SECONDS

    @property
    def _rest(self) -> float:
        return LOOK_AT_FILE_SECONDS if self._lookout.reads_a_file else LOOK_SECONDS

    def _next_date(self, now: float) -> float:
        with self._app.app_context():
            token = only_reads.set(True)
            try:
                moment = pagecache.next_change(db.session(), datetime.fromtimestamp(now, UTC))
            finally:
                only_reads.reset(token)
        return moment.timestamp() if moment else math.inf

    def _engine(self) -> Engine:
        with self._app.app_context():
            return db.engine
