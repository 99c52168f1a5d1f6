"""Passwords: judge a new one, keep it as a hash, check one that was typed."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from werkzeug.security import check_password_hash, generate_password_hash

SHORTEST = 12
LONGEST = 128
# N=2^15, r=8, p=3: about 32 MiB and a sixth of a second (OWASP Password Storage, 2025).
METHOD = "scrypt:32768:8:3"
# Nobody's: checked when there is no such account, so that the answer takes as long.
NOBODY = f"{METHOD}$thisisnobodysalt${'0' * 128}"

FEWEST_DIFFERENT = 5
# What must be left when everything easy to guess has been taken out.
FEWEST_LEFT = 6
# A run this long is no accident: "abcd", "4321", "qwer".
RUN = 4
RUNS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm",
        "qwertzuiop", "azertyuiop", "1qaz2wsx3edc4rfv5tgb6yhn7ujm")  # fmt: skip
# Numbers and signs that stand for letters in passwords everybody has seen.
DISGUISES = str.maketrans("013457@$!", "oieastasi")
SHORTEST_KNOWN = 4

TOO_SHORT = "Please choose a longer password: at least 12 characters. Four or five words are good."
TOO_LONG = "Please choose a shorter password: at most 128 characters."
HIDDEN = "There is a character in this password that cannot be kept. Please choose another one."
TOO_EASY = (
    "This password is easy to guess: it follows a pattern, or many people use it. "
    "Four or five words that have nothing to do with each other are good."
)
TOO_NEAR = (
    "This password is mostly the site's name, your name or your address. "
    "Please choose one that says nothing about you."
)


class WeakPassword(ValueError):
    """This password is not good enough; `str()` says why, and what would be."""


def judge_password(text: str, known: Iterable[str] = ()) -> None:
    """Raises WeakPassword with a sentence for the person (NIST SP 800-63B-4, 3.1.1.2).

    12 to 128 characters, nothing taken off at the ends, any character. `known` are words a
    stranger would try first: the site's name, hers, the part of her address before the @.
    """
    if len(text) < SHORTEST:
        raise WeakPassword(TOO_SHORT)
    if len(text) > LONGEST:
        raise WeakPassword(TOO_LONG)
    if any(unicodedata.category(character) in ("Cs", "Cc") for character in text):
        raise WeakPassword(HIDDEN)
    folded = normalised(text).casefold()
    if _has_a_pattern(folded) or _is_common(folded):
        raise WeakPassword(TOO_EASY)
    if _is_about_her(folded, known):
        raise WeakPassword(TOO_NEAR)


def hash_password(text: str) -> str:
    """What the database keeps: salt and scrypt hash, never the password."""
    return generate_password_hash(normalised(text), method=METHOD, salt_length=16)


def is_right(password_hash: str | None, text: str) -> bool:
    """Is this the password? Without a hash (no such account): no, after the same work."""
    readable = len(text) <= LONGEST and not any(0xD800 <= ord(letter) < 0xE000 for letter in text)
    typed = normalised(text) if readable else ""
    is_same = check_password_hash(password_hash or NOBODY, typed)
    return is_same and readable and password_hash is not None


def normalised(text: str) -> str:
    """One spelling for what looks the same: keyboards write é in two ways (Unicode NFKC)."""
    return unicodedata.normalize("NFKC", text)


def _has_a_pattern(folded: str) -> bool:
    if len(set(folded)) < FEWEST_DIFFERENT:
        return True
    if folded in (folded + folded)[1:-1]:
        return True  # The same piece over and over.
    return len(_without_runs(folded)) < FEWEST_LEFT


def _without_runs(folded: str) -> str:
    """The text without rows of neighbours on the keyboard, in the alphabet, in counting."""
    left = folded
    for row in RUNS:
        for line in (row, row[::-1]):
            for length in range(len(line), RUN - 1, -1):
                for start in range(len(line) - length + 1):
                    left = left.replace(line[start : start + length], "")
    return left


def _is_common(folded: str) -> bool:
    """Is it one well-known word, or two, with or without numbers and signs around them?"""
    common = _common()
    bare = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", folded)
    for spelling in (folded, bare.translate(DISGUISES)):
        letters = "".join(letter for letter in spelling if letter.isalpha())
        cuts = range(SHORTEST_KNOWN, len(letters) - SHORTEST_KNOWN + 1)
        if {letters, letters[::-1], spelling} & common:
            return True
        if any(letters[:cut] in common and letters[cut:] in common for cut in cuts):
            return True
    return False


def _is_about_her(folded: str, known: Iterable[str]) -> bool:
    letters = re.sub(r"[\W_]+", "", folded)
    for word in known:
        plain = re.sub(r"[\W_]+", "", normalised(word).casefold())
        if len(plain) >= SHORTEST_KNOWN and plain in letters:
            letters = letters.replace(plain, "")
            if len(letters) < FEWEST_LEFT:
                return True
    return False


@cache
def _common() -> frozenset[str]:
    lines = Path(__file__).with_name("common_passwords.txt").read_text("utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and line[0] != "#")
