"""Writes down every few seconds, and at the end, how often articles were opened.

No request waits for it, and reading a page writes nothing. A killed process loses what it had not
written down yet: the readings of FLUSH_SECONDS at most.
"""

import threading
from collections.abc import Mapping
from multiprocessing.util import Finalize
from zoneinfo import ZoneInfo

import structlog
from flask import Flask, Response, request
from sqlalchemy.exc import SQLAlchemyError

from hrsite import furniture
from hrsite.counting import ViewCounter
from hrsite.extensions import db
from hrsite.posts import viewing
from hrsite.ready.pagecache import COUNTS_AS

FLUSH_SECONDS = 5.0

log = structlog.get_logger(__name__)


class Viewing:
    """The counter of one process, and the thread that empties it."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._counter = ViewCounter(self._zone)
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()

    def note(self, words: str, environ: Mapping[str, object]) -> None:
        """A page was answered, ready or made just now."""
        if self._counter.note(words, environ) and self._thread is None:
            self._start()

    def flush(self) -> None:
        """Write down what there is. What the database does not take is kept for the next time."""
        tally = self._counter.take()
        if not tally:
            return
        with self._app.app_context():
            session = db.session()
            try:
                viewing.write_down(session, tally)
                session.commit()
            except (SQLAlchemyError, OSError) as trouble:
                session.rollback()
                self._counter.put_back(tally)
                log.warning("views_not_written", trouble=type(trouble).__name__)

    def _zone(self) -> ZoneInfo:
        # As this process knows it from the pages it has made: a reading waits for no database.
        known = self._app.extensions.get(furniture.LAST_KNOWN)
        return ZoneInfo(known.zone_key if known else self._app.config["TIME_ZONE"])

    def _start(self) -> None:
        """Begin with the first reading: a command that serves nobody needs no thread."""
        with self._starting:
            if self._thread is not None or self._app.testing:
                return
            self._thread = threading.Thread(target=self._run, name="views", daemon=True)
            self._thread.start()
            # The server's processes are children of its own, which pass atexit by before 3.13;
            # this is called at the end of a child and of a process that is none.
            Finalize(None, self._end, exitpriority=1)

    def _run(self) -> None:
        while not self._stop.wait(FLUSH_SECONDS):
            self.flush()

    def _end(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(FLUSH_SECONDS)
        self.flush()


def init_app(app: Flask) -> None:
    """Hear of each article that is handed out: from the front door, where there is one.

    Call it last: a front door answers with ready pages, of which Flask never hears.
    """
    app.extensions["viewing"] = viewer = Viewing(app)
    door = app.extensions.get("front_door")
    if door is not None:
        door.counters.append(viewer.note)
        return

    @app.after_request
    def note(response: Response) -> Response:
        words = request.environ.get(COUNTS_AS)
        if words and request.method == "GET" and response.status_code in (200, 304):
            viewer.note(words, request.environ)
        return response
