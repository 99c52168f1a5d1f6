"""Subscribers' addresses at rest: encrypted for keeping, keyed hashes for finding."""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

# The first octet says how a value was sealed, so that a later key or cipher can stand beside it.
SEALED_WITH_AES_GCM = b"\x01"
NONCE_OCTETS = 12
_BEGIN = len(SEALED_WITH_AES_GCM) + NONCE_OCTETS


class BrokenSeal(Exception):
    """This was sealed under another key, or was changed since."""


class Seal:
    """Encrypts with AES-256-GCM (NIST SP 800-38D) and hashes with HMAC-SHA-256.

    The key lives outside the database: whoever takes only the database learns no address.

    Once keys have been changed there are several, each on a line of its own, the newest last. Only
    the newest encrypts. A hash goes through all of them, one after the other: so the hash of
    somebody whose address we no longer have can be taken through a new key as well, and whoever
    holds only an older key cannot make it.
    """

    def __init__(self, keys: str) -> None:
        ring = [key for key in keys.splitlines() if key]
        ciphers = [AESGCM(_derived(key, b"hrsite address encryption")) for key in ring]
        # The newest first: nearly all was sealed under that one.
        self._ciphers = ciphers[::-1]
        self._hash_keys = [_derived(key, b"hrsite address lookup") for key in ring]

    @property
    def depth(self) -> int:
        """How many keys there are, the first one included."""
        return len(self._ciphers)

    def close(self, text: str) -> bytes:
        """Encrypt a text; the same text sealed twice gives two different values."""
        nonce = os.urandom(NONCE_OCTETS)
        sealed = self._ciphers[0].encrypt(nonce, text.encode(), None)
        return SEALED_WITH_AES_GCM + nonce + sealed

    def open(self, sealed: bytes) -> str:
        """Decrypt what close() made, under this key or an earlier one. Raises BrokenSeal."""
        if sealed[:1] != SEALED_WITH_AES_GCM or len(sealed) <= NONCE_OCTETS:
            raise BrokenSeal("This was not sealed by any way we know.")
        nonce, closed = sealed[1:_BEGIN], sealed[_BEGIN:]
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(nonce, closed, None).decode()
            except InvalidTag:
                continue
        raise BrokenSeal("This was sealed under another key, or was changed.")

    def keyed_hash(self, text: str) -> str:
        """64 hexadecimal digits that find a text again, and tell nothing without the keys."""
        return self.lift(text, 0)

    def lift(self, found: str, depth: int, upto: int | None = None) -> str:
        """A hash that went through the first keys alone, taken through the next ones or all."""
        for key in self._hash_keys[depth:upto]:
            found = hmac.new(key, found.encode(), hashlib.sha256).hexdigest()
        return found

    def mark(self, depth: int | None = None) -> str:
        """Tells which keys these are, the first so many of them, and nothing about them."""
        found = "hrsite keys"
        for key in self._hash_keys[:depth]:
            found = hmac.new(key, found.encode(), hashlib.sha256).hexdigest()
        return found


def _derived(key: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(key.encode())
