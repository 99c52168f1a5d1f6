"""Answers with ready pages before Flask sees the request, and forgets them when they change.

A page is found by its path and the parameters its view has named, and by nothing else. While it is
made, its view sees these and no header of the request that happened to come first; so whatever a
request brings along, no other reader's page can change for it.
"""

import sys
from collections.abc import Callable, Iterable
from functools import lru_cache

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.sansio.utils import host_is_trusted

from hrsite import clock
from hrsite.ready.blindfold import Answer, Environ, StartResponse, Wsgi, ask, pass_on
from hrsite.ready.filing import Filing
from hrsite.ready.negotiating import coding, is_known
from hrsite.ready.pagecache import Declared, declared_by
from hrsite.ready.readypage import NOT_KEPT, Form, Headers, Octets, ReadyPage, Seen, Shelf
from hrsite.ready.staticfiles import STATIC, StaticFiles
from hrsite.ready.watching import Watch

# What a reading counts as, and the request's environment.
Counter = Callable[[str, Environ], None]

READING = ("GET", "HEAD")
# Readers' forms carry the time they were made; a ready page may use up this part of its life.
PART_OF_STAMP = 24
LONGEST_SECONDS = 900.0
# `private`: a cache that several people share must not hold what one of them has read.
# `no-cache`: browsers ask each time whether it is still true (304 costs next to nothing), for a
# page taken back, or a help line that has moved, must not live on in somebody's browser.
ASK_EACH_TIME = "private, no-cache"
# Spellings of our host (with ports) that were found good; nobody needs more.
MOST_HOSTS = 64
# Addresses of which it is remembered which view they lead to; none of ours is longer.
MOST_PATHS, LONGEST_PATH = 512, 300


class FrontDoor:
    """The layer before Flask's routing."""

    def __init__(self, app: Flask, behind: Wsgi) -> None:
        config = app.config
        self._app, self._behind = app, behind
        self._pages = Shelf(int(config["READY_MEGABYTES"] * 1024 * 1024))
        self._watch = Watch(app, self.forget)
        # In development the files change while we run.
        is_settled = config["MODE"] != "development" and config["READY_MEGABYTES"] > 0
        self._files = StaticFiles(keep=is_settled)
        stamp_seconds = config["SIGNUP_MAX_HOURS"] * 3600
        self._seconds = min(LONGEST_SECONDS, stamp_seconds / PART_OF_STAMP)
        # Written as files, too, when the keeper has named a folder.
        writes = config["READY_FILES"] and config["READY_MEGABYTES"] > 0
        self.filing = Filing(app, self._watch, self._seconds) if writes else None
        self._routes = app.url_map.bind("localhost")
        # Which view an address leads to never changes, and takes a fiftieth of a page to find.
        self._known_declared = lru_cache(MOST_PATHS)(self._find_declared)
        self._hosts: set[str] = set()
        # Told of each reading of a page that counts as something; see pagecache.count_as.
        self.counters: list[Counter] = []

    @property
    def kept_count(self) -> int:
        """How many pages are ready."""
        return len(self._pages)

    def forget(self) -> None:
        """Forget every ready page of this process."""
        self._pages.clear()

    def said_with(self, path: str) -> Headers:
        """What is said with a page, which is made for this and kept nowhere."""
        answer = self._ask({"wsgi.errors": sys.stderr}, path)
        if answer is None or not answer.is_page:
            raise LookupError(path)
        return answer.ready_page(ASK_EACH_TIME, until=0).said

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        # RFC 9110 4.2.3: a host is the same in capitals. Behind this it is compared as it stands.
        host = environ.get("HTTP_HOST", "").lower()
        if "HTTP_HOST" in environ:
            environ["HTTP_HOST"] = host
        if environ["REQUEST_METHOD"] not in READING or environ.get("SCRIPT_NAME"):
            return self._behind(environ, start_response)
        if host not in self._hosts and not self._is_ours(host):
            # Flask refuses it, in its own words.
            return self._behind(environ, start_response)
        path, query, now = environ["PATH_INFO"], environ["QUERY_STRING"], clock.seconds()
        seen = self._watch.at(now)
        page = None if query else self._pages.get(path)
        if page is None or now >= page.until:
            found = self._find(environ, path, query, now, seen)
            if found is None:
                return self._behind(environ, start_response)
            if isinstance(found, Answer):
                return pass_on(found, environ, start_response)
            page = found
        if self.filing is not None and page.address == path:
            self.filing.offer(path, page, now)
        return self._say(page, environ, start_response)

    def at_hand(self, address: str, environ: Environ) -> Octets | None:
        """Answer a GET, if that can be done at once. None: somebody has to be asked first.

        `address` is what the request's first line says. This never waits, so whoever talks with
        all browsers can call it; whatever it cannot answer, `__call__` can.
        """
        if environ.get("HTTP_HOST") not in self._hosts or self.filing is not None:
            return None
        now = clock.seconds()
        if address.startswith(STATIC):
            page = self._files.at_hand(address)
        else:
            page = self._pages.get(address) if self._watch.holds_now(now) else None
        if page is None or now >= page.until:
            return None
        form = page.forms.get(coding(environ.get("HTTP_ACCEPT_ENCODING", "")))
        if form is None:
            return None
        whole, known = form.on_the_wire()
        return known if self._hand_out(page, form, environ) else whole

    def _find(
        self, environ: Environ, path: str, query: str, now: float, seen: Seen
    ) -> ReadyPage | Answer | None:
        """The page for an address, ready or made now. None: this address has declared nothing."""
        if path.startswith(STATIC):
            return self._files.page(path, query, lambda: self._ask(environ, path))
        declared = self._declared(path)
        if declared is None:
            return None
        query, may_be_kept = declared.kept(query)
        address = f"{path}?{query}" if query else path
        page = self._pages.get(address)
        if page is not None and now < page.until:
            return page
        # Without a generation nobody could say when to forget what is shared: for this page alone.
        pieces = {} if seen.number is None else seen.shared
        answer = ask(self._app, self._behind, environ, path, query, pieces)
        if answer is None or not answer.is_page:
            return answer
        until = self.filing.end_of(now) if self.filing else now + self._seconds
        page = answer.ready_page(ASK_EACH_TIME, until=until)
        page.seen, page.address = seen if may_be_kept else NOT_KEPT, address
        self._keep(page)
        return page

    def _say(self, page: ReadyPage, environ: Environ, start: StartResponse) -> list[bytes]:
        """Answer with the form of a page that suits the browser, or that it has it already."""
        name = coding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        form = page.forms.get(name)
        if form is None:
            form = page.make(name)
            self._keep(page)  # It takes more room now.
        if self._hand_out(page, form, environ):
            start("304 Not Modified", form.known_headers)
            return []
        start("200 OK", form.headers)
        return form.body if environ["REQUEST_METHOD"] == "GET" else []

    def _hand_out(self, page: ReadyPage, form: Form, environ: Environ) -> bool:
        """Count the reading of a page that is going to be answered; has the browser it already?"""
        if page.counts_as and environ["REQUEST_METHOD"] == "GET":
            for count in self.counters:
                count(page.counts_as, environ)
        known = environ.get("HTTP_IF_NONE_MATCH")
        return known is not None and is_known(known, form.tag)

    def _keep(self, page: ReadyPage) -> None:
        if page.seen.number is not None:
            self._pages.put(page.address, page, lambda: self._watch.seen is page.seen)

    def _ask(self, environ: Environ, path: str) -> Answer | None:
        return ask(self._app, self._behind, environ, path, "", {})

    def _declared(self, path: str) -> Declared | None:
        is_usual = len(path) <= LONGEST_PATH
        return self._known_declared(path) if is_usual else self._find_declared(path)

    def _find_declared(self, path: str) -> Declared | None:
        try:
            text = path.encode("latin1").decode("utf-8", "replace")  # PEP 3333's spelling.
            endpoint, _ = self._routes.match(text, "GET")
        except (HTTPException, UnicodeEncodeError):
            return None
        return declared_by(self._app, endpoint)

    def _is_ours(self, host: str) -> bool:
        if not host_is_trusted(host, self._app.config["TRUSTED_HOSTS"]):
            return False
        if len(self._hosts) < MOST_HOSTS:
            self._hosts.add(host)
        return True


def init_app(app: Flask) -> None:
    """Put the layer in front, once every door is open."""
    door = FrontDoor(app, app.wsgi_app)
    app.extensions["front_door"] = door
    app.wsgi_app = door  # type: ignore[method-assign]
