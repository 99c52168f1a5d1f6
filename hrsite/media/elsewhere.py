"""Videos and sound on other sites: a link alone in its paragraph becomes a card that asks nobody.

Nothing is fetched from there, not even a picture; the reader's browser hears of the other site
when she presses. In Markdown, mail and the text-only twin it stays the link it is.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit

# Without the "www." and its like in front.
HOSTS = (
    "youtube.com",
    "youtu.be",
    "youtube-nocookie.com",
    "vimeo.com",
    "player.vimeo.com",
    "dailymotion.com",
    "ted.com",
    "archive.org",
    "soundcloud.com",
    "spotify.com",
    "podcasts.apple.com",
    "bandcamp.com",
)
_BEFORE = re.compile(r"^(?:www|m|music|open)\.")
# As `markup.clean` writes it.
_ALONE = re.compile(
    r'<p><a href="(https?://[^"]+)" rel="noopener noreferrer">((?:[^<]|</?(?:strong|em)>)+)</a></p>'
)
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What a card says, and where it leads."""

    title: str
    address: str
    host: str


def with_cards(html: str, card: Callable[[Elsewhere], str]) -> str:
    """Clean HTML in which each lone link to such a site has become what `card` makes of it."""

    def shown(written: re.Match[str]) -> str:
        address, title = unescape(written[1]), unescape(_TAG.sub("", written[2]))
        host = _host_of(address)
        return card(Elsewhere(title, address, host)) if host in HOSTS else written[0]

    return _ALONE.sub(shown, html)


def _host_of(address: str) -> str:
    try:
        return _BEFORE.sub("", urlsplit(address).hostname or "")
    except ValueError:  # An unfinished IPv6 address, say.
        return ""
