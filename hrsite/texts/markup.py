"""The author's text becomes safe HTML, Markdown for the plain form, or plain text for mail.

This is the one module others import; the work is done in `cleaning`, `markdown` and `plaintext`.
"""

import re
from html import escape, unescape
from urllib.parse import urlsplit

from hrsite import recalling
from hrsite.texts.cleaning import clean, kept_clean
from hrsite.texts.htmltree import tidy_text
from hrsite.texts.markdown import from_markdown, to_markdown
from hrsite.texts.plaintext import to_text

__all__ = [
    "absolute_links",
    "clean",
    "from_markdown",
    "kept_clean",
    "reading_minutes",
    "tidy_text",
    "to_markdown",
    "to_text",
    "without_pictures",
    "word_count",
]

WORDS_A_MINUTE = 230
# A number each.
TEXTS_RECALLED = 1024
_WORD = re.compile(r"\w+(?:['’.,:-]\w+)*")
# In clean HTML a ">" may stand between quotes, and a word may begin inside "<strong>".
_TAG = re.compile(r'</?([a-z0-9]+)(?:[^>"]|"[^"]*")*>')
WITHIN_A_WORD = {"a", "strong", "em", "img"}
_PICTURE = re.compile(r'<img src="[^"]*" alt="([^"]*)">')
_SITE_ADDRESS = re.compile(r'(<(?:a href|img src)=")(?=/)')


def absolute_links(html: str, base_url: str) -> str:
    """Clean HTML whose links and pictures name the site's host, for mail and feeds.

    Only the scheme and host of `base_url` count: stored addresses are paths from the root.
    """
    parts = urlsplit(base_url)
    origin = f"{parts.scheme}://{parts.netloc}"
    # Clean HTML writes every "<" in text or an attribute as "&lt;", so this finds tags alone.
    return _SITE_ADDRESS.sub(lambda match: match[1] + origin, clean(html))


def without_pictures(html: str) -> str:
    """Clean HTML in which each picture has become the words "Picture: …"; decoration goes.

    For mail: a picture fetched from our server would tell when and where a letter was opened.
    """
    return clean(_PICTURE.sub(lambda match: _in_words(unescape(match[1])), clean(html)))


def word_count(html: str) -> int:
    """How many words of clean HTML a reader reads. "don't", "3.5" and "well-kept" are one each."""
    words = _TAG.sub(lambda tag: "" if tag[1] in WITHIN_A_WORD else " ", html)
    return len(_WORD.findall(unescape(words)))


@recalling.by_text(TEXTS_RECALLED)
def reading_minutes(html: str) -> int:
    """Whole minutes at 230 words a minute (the usual adult pace for plain prose), at least one."""
    return max(1, round(word_count(html) / WORDS_A_MINUTE))


def _in_words(alt: str) -> str:
    return f"Picture: {escape(alt)}" if alt else ""
