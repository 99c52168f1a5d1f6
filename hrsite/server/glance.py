"""Reads a request that came whole and carries nothing, as nearly all do, in a few microseconds."""

import httptools

from hrsite.ready.blindfold import Environ

# Names of headers are few; of whoever makes up thousands nothing is kept for long.
MOST_NAMES, LONGEST_NAME = 500, 60
# What is longer, or has more to say, is read by somebody who may take his time.
MOST_OCTETS, MOST_HEADERS = 8 * 1024, 100
GET, END_OF_HEAD = b"GET ", b"\r\n\r\n"
STAYS = "keep-alive"
# With one of these a request has more to come, or wants more than an answer.
MORE_THAN_ASKING = {"CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING", "HTTP_EXPECT", "HTTP_UPGRADE"}
# Where a header is put that must not be read in passing.
ODD = ""


class Glance:
    """What the last request said. One serves all connections: no request stays half read in it.

    Each step here is taken for every page that is ready, of which a step is a hundredth.
    """

    def __init__(self) -> None:
        self.address = ""
        # As PEP 3333 spells it: the method, and each header.
        self.environ: Environ = {}
        self._names: dict[bytes, str] = {}
        self._requests = 0
        self._parser = httptools.HttpRequestParser(self)

    def reads(self, octets: bytes) -> bool:
        """Is this one plain GET of HTTP/1.1, after which the connection stays open?

        Of anything else, also of what is no HTTP, nothing is kept.
        """
        if not octets.startswith(GET) or not octets.endswith(END_OF_HEAD):
            return False
        if len(octets) > MOST_OCTETS:
            return False
        self._requests = 0
        self.environ = environ = {"REQUEST_METHOD": "GET"}
        parser = self._parser
        try:
            parser.feed_data(octets)
            # Once all is read the parser does not know any more whether it was asked to stay.
            stays = environ.get("HTTP_CONNECTION", STAYS).lower() == STAYS
            is_one = self._requests == 1 and ODD not in environ and len(environ) <= MOST_HEADERS
            if is_one and stays and parser.get_http_version() == "1.1":
                return True
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            pass  # Whoever reads it thoroughly will say what is wrong.
        # It may be in the midst of something, and would go on there.
        self._parser = httptools.HttpRequestParser(self)
        return False

    def on_url(self, address: bytes) -> None:
        """Called by the parser."""
        self.address = address.decode("latin1")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Called by the parser, for each."""
        key = self._names.get(name) or self._key(name)
        if key in self.environ:
            key = ODD
        self.environ[key] = value.decode("latin1")

    def on_message_complete(self) -> None:
        """Called by the parser, for each request."""
        self._requests += 1

    def _key(self, name: bytes) -> str:
        key = environ_name(name)
        if key in MORE_THAN_ASKING or len(name) > LONGEST_NAME:
            return ODD
        if len(self._names) >= MOST_NAMES:
            self._names.clear()
        self._names[name] = key
        return key


def environ_name(header: bytes) -> str:
    """Where PEP 3333 puts a header; ODD when it must not be put there.

    Another name with `_` for `-` would come to the same place, and pass for what a proxy said.
    """
    if b"_" in header:
        return ODD
    name = header.decode("latin1").upper().replace("-", "_")
    return name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"
