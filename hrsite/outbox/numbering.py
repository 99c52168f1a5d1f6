"""A letter's number, the left half of its Message-ID: worked out from its message and its reader.

So a list of a million need not hold a million of them; every attempt carries the same one (RFC 5322
3.6.4), also one that a restored backup knows nothing of; and from one nobody can tell another.
"""

import hashlib

from hrsite.outbox.models import Delivery

NUMBER_OCTETS = 16


def letter_id_of(copy: Delivery) -> str:
    """The number of this copy's letter."""
    own = copy.message.mark, copy.message_id, copy.recipient_id
    return copy.kept_letter_id or letter_id(*own)


def letter_id(mark: str, message_id: int, recipient_id: int) -> str:
    """32 hexadecimal digits for one message, whose mark nobody else knows, to one recipient."""
    copy = b"%d/%d" % (message_id, recipient_id)
    key = mark.encode("ascii")
    return hashlib.blake2b(copy, key=key, digest_size=NUMBER_OCTETS).hexdigest()
