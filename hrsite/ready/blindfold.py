"""Asks Flask for a page as nobody in particular: a request with an address and nothing else.

What a view cannot see, it cannot put into a page that others are going to read.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.sansio.utils import host_is_trusted

from hrsite.ready.negotiating import coding
from hrsite.ready.pagecache import COUNTS_AS, sharing
from hrsite.ready.readypage import Headers, ReadyPage

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]

# The server's own, and what Flask's test client reads to keep its context.
OF_THE_SERVER = (
    "wsgi.version",
    "wsgi.errors",
    "wsgi.multithread",
    "wsgi.multiprocess",
    "wsgi.run_once",
    "flask._preserve_context",
    "werkzeug.debug.preserve_context",
)


class Answer(NamedTuple):
    """What Flask said."""

    status: str
    headers: Headers
    body: bytes
    counts_as: str

    @property
    def is_page(self) -> bool:
        """Is it a whole page, and for everybody?"""
        return self.status.startswith("200") and not any(
            name.lower() == "set-cookie" for name, _ in self.headers
        )

    def ready_page(self, cache_control: str, *, until: float, best: bool = False) -> ReadyPage:
        """The page to keep. What its view says about caches holds; else what is said here."""
        headers = self.headers
        if not any(name.lower() == "cache-control" for name, _ in headers):
            headers = [*headers, ("Cache-Control", cache_control)]
        return ReadyPage(headers, self.body, until=until, best=best, counts_as=self.counts_as)


def ask(
    app: Flask,
    behind: Wsgi,
    environ: Environ,
    path: str,
    query: str,
    pieces: dict[Any, Any],
) -> Answer | None:
    """GET a path of ours. None when not even we may ask: BASE_URL's host is not trusted.

    `pieces` holds what other pages have found already, for `pagecache.shared`.
    """
    ours = _at(app.config["BASE_URL"], tuple(app.config["TRUSTED_HOSTS"]))
    if ours is None:
        return None
    clean = {name: environ[name] for name in OF_THE_SERVER if name in environ} | {
        **ours,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "wsgi.input": BytesIO(),
    }
    said: list[Any] = []

    def take(status: str, headers: Headers, exc_info: Any = None) -> None:
        said[:] = status, headers

    with sharing(pieces):
        chunks = behind(clean, take)
        try:
            body = b"".join(chunks)
        finally:
            if (close := getattr(chunks, "close", None)) is not None:
                close()
    return Answer(said[0], list(said[1]), body, clean.get(COUNTS_AS, ""))


@lru_cache(maxsize=4)
def _at(base_url: str, trusted_hosts: tuple[str, ...]) -> Environ | None:
    """A request to our own address, whatever the page; None when that is not trusted."""
    base = urlsplit(base_url)
    if not host_is_trusted(base.netloc, trusted_hosts):
        return None
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": base.hostname or "localhost",
        "SERVER_PORT": str(base.port or (443 if base.scheme == "https" else 80)),
        "HTTP_HOST": base.netloc,
        "wsgi.url_scheme": base.scheme,
    }


def pass_on(answer: Answer, environ: Environ, start_response: StartResponse) -> list[bytes]:
    """Hand out what Flask said, in the form that suits the browser, and keep nothing of it."""
    page = ReadyPage(answer.headers, answer.body, until=0)
    name = coding(environ.get("HTTP_ACCEPT_ENCODING", ""))
    form = page.forms.get(name) or page.make(name)
    # Who asks for nothing that is there has nothing to ask again for.
    start_response(answer.status, [pair for pair in form.headers if pair[0] != "ETag"])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else form.body
