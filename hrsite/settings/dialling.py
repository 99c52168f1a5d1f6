"""A number as people write it becomes a link that a phone can dial (RFC 3966, RFC 5724). Pure."""

import re
import unicodedata

FEWEST_DIGITS, MOST_DIGITS = 2, 15  # E.164 allows fifteen; short numbers have two or three.
LONGEST = 40

# What stands between digits and is not dialled: blanks, brackets, and every kind of dash and dot.
_BETWEEN = re.compile(r"[\s()./\-\u2010-\u2015\u2212\u00b7]+")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_EXTENSION = re.compile(
    r"^(?P<rest>.*?\d.*?)\s*(?:;?\s*(?:extension|ext\.?|x))\s*(?P<digits>\d+)$", re.I
)
_DIALLED = re.compile(r"\+?[0-9]+")


class BadNumber(ValueError):
    """No phone can dial this. The message is for the coach to read."""


def tidy(typed: str) -> str:
    """The number as readers see it: plain digits, one blank between groups."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", typed))
    return " ".join(plain.split())


def dialled(number: str) -> str:
    """What a phone dials: digits, perhaps a plus before them, perhaps `;ext=` and more digits.

    Raises BadNumber.
    """
    plain, extension = tidy(number), ""
    if found := _EXTENSION.match(plain):
        plain, extension = found["rest"], f";ext={found['digits']}"
    digits = _BETWEEN.sub("", plain)
    if re.search(r"[^\W\d_]", digits):
        raise BadNumber("Write the number in digits, without letters, such as 555 0100.")
    if not _DIALLED.fullmatch(digits):
        raise BadNumber(
            "Write one number: digits, blanks, dashes and brackets, and a + only at the start."
        )
    if not FEWEST_DIGITS <= len(digits.lstrip("+")) <= MOST_DIGITS:
        raise BadNumber(f"A number has from {FEWEST_DIGITS} to {MOST_DIGITS} digits.")
    return digits + extension


def call_url(number: str) -> str:
    """A link that calls the number; empty when nobody could."""
    return _link("tel:", number)


def text_url(number: str) -> str:
    """A link that begins a text message to the number. Those know no extensions."""
    return _link("sms:", number).partition(";")[0]


def _link(scheme: str, number: str) -> str:
    try:
        return scheme + dialled(number)
    except BadNumber:
        return ""
