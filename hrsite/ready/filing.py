"""Writes ready pages as files (READY_FILES), and takes them back when they change.

With a web server answering by itself no request comes here that would look: a thread does.
"""

import os
import threading
from multiprocessing.util import Finalize
from pathlib import Path

import structlog
from flask import Flask

from hrsite import clock
from hrsite.ready import readyfiles
from hrsite.ready.readyfiles import ReadyFiles
from hrsite.ready.readypage import ReadyPage
from hrsite.ready.watching import LOOK_SECONDS, Watch

log = structlog.get_logger(__name__)

# After trouble with the folder, pages are not written for so long.
REST_SECONDS = 10.0


class Filing:
    """The files of one process: written as pages are asked for, looked over all the time."""

    def __init__(self, app: Flask, watch: Watch, seconds: float) -> None:
        """`seconds` is how long a page may be used."""
        config = app.config
        folder, most = Path(config["READY_FILES"]), int(config["READY_MEGABYTES"] * 1024 * 1024)
        self._files = ReadyFiles(folder, config["MAIL_DOMAIN"], most)
        self._watch, self._seconds, self._is_test = watch, seconds, app.testing
        self._starting = threading.Lock()
        self._stop = threading.Event()
        self._process = 0
        self._rests_until = 0.0
        self._swept = self._trouble = ""

    def end_of(self, now: float) -> float:
        """When a page that is made now ends: with all others of this stretch of time."""
        return (now // self._seconds + 1) * self._seconds

    def offer(self, path: str, page: ReadyPage, now: float) -> None:
        """Write a page that was just asked for, if it may be one and is not there."""
        seen, file = page.seen, readyfiles.file_for(path)
        if file is None or seen.number is None or not readyfiles.are_usual(page.said):
            return
        end = min(seen.until, self.end_of(now))
        if self._stop.is_set() or now < self._rests_until or not now < end <= page.until:
            return
        try:
            self._start()
            name, mark = readyfiles.name_of(seen.number, end), readyfiles.mark_of(page.said)
            if self._files.has(name, mark, file) or self._put(name, mark, file, page):
                self._files.show(name, lambda: clock.seconds() < end and self._watch.holds(seen))
                self._trouble = ""
        except OSError as trouble:
            self._note(trouble, now)

    def look(self, now: float) -> float:
        """Take back what does not hold any more; in how many seconds to look again."""
        seen = self._watch.at(now)
        end = min(seen.until, self.end_of(now))
        name = "" if seen.number is None else readyfiles.name_of(seen.number, end)
        try:
            self._files.keep(name, seen.number or 0)
            if name and name != self._swept:
                self._files.sweep(name, seen.number or 0)
                self._swept = name
        except OSError as trouble:
            self._note(trouble, now)
        return max(0.0, min(LOOK_SECONDS, end - now))

    def start(self) -> None:
        """Begin in this process; with trouble, again when the first page is asked for."""
        try:
            self._start()
        except OSError as trouble:
            self._note(trouble, clock.seconds())

    def _start(self) -> None:
        """With nothing in front, and a thread that looks."""
        with self._starting:
            if self._process == os.getpid():
                return
            self._files.begin()
            self._process = os.getpid()
            if not self._is_test:
                threading.Thread(target=self._run, name="ready files", daemon=True).start()
                # As in posts/views_counting.py: atexit is passed by in the server's processes.
                Finalize(None, self.end, exitpriority=1)

    def end(self) -> None:
        """Nobody will look any more: leave nothing in front."""
        self._stop.set()
        try:
            self._files.take_back()
            self._files.sweep()
        except OSError as trouble:
            self._note(trouble, clock.seconds())

    def _put(self, name: str, mark: str, file: str, page: ReadyPage) -> bool:
        gzip = page.forms.get("gzip") or page.make("gzip")
        forms = {"": page.body}
        if gzip.body[0] is not page.body:
            forms[".gz"] = gzip.body[0]
        return self._files.put(name, mark, file, forms, page.mark)

    def _note(self, trouble: OSError, now: float) -> None:
        """Pages are answered all the same. Said once, until it is over."""
        if isinstance(trouble, FileNotFoundError) and self._files.folder.is_dir():
            return  # It was swept away while we wrote: it was old.
        self._rests_until = now + REST_SECONDS
        words = f"{type(trouble).__name__}: {trouble.strerror}"
        if words != self._trouble:
            log.error("ready_files_in_trouble", trouble=words, folder=str(self._files.folder))
        self._trouble = words

    def _run(self) -> None:
        while not self._stop.wait(self.look_safely()):
            pass

    def look_safely(self) -> float:
        """Look; whatever goes wrong, somebody must look again."""
        try:
            return self.look(clock.seconds())
        except Exception as trouble:
            log.error("ready_files_not_looked_over", exc_info=trouble)
            return LOOK_SECONDS
