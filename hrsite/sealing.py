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
    """

    def __init__(self, key: str) -> None:
        self._cipher = AESGCM(_derived(key, b"hrsite address encryption"))
        self._hash_key = _derived(key, b"hrsite address lookup")

    def close(self, text: str) -> bytes:
        """Encrypt a text; the same text sealed twice gives two different values."""
        nonce = os.urandom(NONCE_OCTETS)
        return SEALED_WITH_AES_GCM + nonce + self._cipher.encrypt(nonce, text.encode(), None)

    def open(self, sealed: bytes) -> str:
        """Decrypt what close() made. Raises BrokenSeal."""
        if sealed[:1] != SEALED_WITH_AES_GCM or len(sealed) <= NONCE_OCTETS:
            raise BrokenSeal("This was not sealed by any way we know.")
        try:
            return self._cipher.decrypt(sealed[1:_BEGIN], sealed[_BEGIN:], None).decode()
        except InvalidTag:
            raise BrokenSeal("This was sealed under another key, or was changed.") from None

    def keyed_hash(self, text: str) -> str:
        """64 hexadecimal digits that find a text again, and tell nothing without the key."""
        return hmac.new(self._hash_key, text.encode(), hashlib.sha256).hexdigest()


def _derived(key: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(key.encode())
