"""Where a letter comes back to: an address of its own for each copy, which nobody can make up.

`bounces@example.org` becomes `bounces+<number>.<signature>@example.org` (known as VERP). What
arrives there is about that copy and about no other, whatever it says itself.
"""

import base64
import hashlib
import hmac
import re
from functools import lru_cache
from typing import NamedTuple

from flask import current_app

from hrsite.addresses import wire_form
from hrsite.columns import LARGEST_ID

# RFC 5321 4.5.3.1.1: what stands before the @ has at most 64 octets.
LONGEST_LOCAL_PART = 64
# 80 bits, written in letters that keep their meaning when a mail server changes their case.
SIGNATURE_OCTETS = 10
SIGNATURE_LETTERS = 16
MOST_DIGITS = 19  # Of a 64-bit row number.
# What is left for the mailbox's own name.
LONGEST_MAILBOX = LONGEST_LOCAL_PART - len("+.") - MOST_DIGITS - SIGNATURE_LETTERS
_TAG = re.compile(
    rf"([1-9][0-9]{{0,{MOST_DIGITS - 1}}})\.([a-z2-7]{{{SIGNATURE_LETTERS}}})", re.ASCII
)


class Claim(NamedTuple):
    """What a return path says it is about; `is_ours` tells whether that is true."""

    delivery_id: int
    signature: str


class ReturnPaths:
    """Makes return paths and reads them back. One of these serves for any number of letters."""

    def __init__(self, bounce_address: str, secret: str) -> None:
        address = wire_form(bounce_address) if bounce_address else ""
        self._mailbox, _, self._domain = address.rpartition("@")
        self._key = hashlib.sha256(b"hrsite return path\0" + secret.encode()).digest()

    def return_path_for(self, delivery_id: int, letter_id: str) -> str | None:
        """The return path of one copy; None without a bounce address: then it is the sender.

        `letter_id` is signed too, because a restored backup gives the same numbers out again.
        """
        if not self._domain:
            return None
        signature = self._signature(delivery_id, letter_id)
        return f"{self._mailbox}+{delivery_id}.{signature}@{self._domain}"

    def read(self, address: str) -> Claim | None:
        """The claim in an address that something came to; None when it is no address of ours."""
        local, _, domain = address.strip().strip("<>").lower().rpartition("@")
        start = f"{self._mailbox}+".lower()
        if not self._domain or domain != self._domain.lower() or not local.startswith(start):
            return None
        tag = _TAG.fullmatch(local.removeprefix(start))
        # No copy has a larger number, and a database would stumble over it.
        return Claim(int(tag[1]), tag[2]) if tag and int(tag[1]) <= LARGEST_ID else None

    def is_ours(self, claim: Claim, letter_id: str) -> bool:
        """Whether we ourselves wrote this return path, on this very letter."""
        true = self._signature(claim.delivery_id, letter_id)
        return hmac.compare_digest(true.encode(), claim.signature.encode("utf-8", "replace"))

    def _signature(self, delivery_id: int, letter_id: str) -> str:
        code = hmac.digest(self._key, b"%d.%s" % (delivery_id, letter_id.encode()), "sha256")
        return base64.b32encode(code[:SIGNATURE_OCTETS]).decode("ascii").lower()


def return_paths() -> ReturnPaths:
    """By this application's settings."""
    return _made(current_app.config["MAIL_BOUNCE_ADDRESS"], current_app.config["SECRET_KEY"])


@lru_cache(maxsize=8)
def _made(bounce_address: str, secret: str) -> ReturnPaths:
    return ReturnPaths(bounce_address, secret)
