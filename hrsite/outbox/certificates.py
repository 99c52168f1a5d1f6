"""Certificates of those who sign what they tell us: while they hold, and what they have signed."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Certificate:
    """One certificate, and from when until when it may be believed."""

    starts_at: datetime
    ends_at: datetime
    _whole: Any

    def is_valid_at(self, now: datetime) -> bool:
        """May it be believed now?"""
        return self.starts_at <= now <= self.ends_at

    def has_signed(self, content: bytes, signature: bytes, hash_name: str) -> bool:
        """Is this its signature (RSA, PKCS #1 v1.5) under these octets?"""
        # Not at the top: see certificates_in.
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

        key = self._whole.public_key()
        if not isinstance(key, RSAPublicKey):
            return False
        try:
            key.verify(signature, content, PKCS1v15(), getattr(hashes, hash_name)())
        except InvalidSignature:
            return False
        return True


def certificates_in(path: str) -> list[Certificate]:
    """The certificates in a PEM file. Raises OSError or ValueError."""
    # Not at the top: few sites are told by Amazon, and it would be a megabyte in every process.
    from cryptography import x509

    return [
        Certificate(one.not_valid_before_utc, one.not_valid_after_utc, one)
        for one in x509.load_pem_x509_certificates(Path(path).read_bytes())
    ]
