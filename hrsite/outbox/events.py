"""What a mail service tells us by webhook, in one shape for all of them. Pure."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from hrsite.outbox.blaming import BounceKind

# "taken": it did not come back. The mail service has it, or their server has.
# "unsubscribed": its reader left at the mail service, by a link of its own instead of ours.
EventKind = BounceKind | Literal["taken", "unsubscribed"]
UNSUBSCRIBED: EventKind = "unsubscribed"

_LETTER_ID = re.compile(r"<?([0-9a-f]{32})@", re.ASCII)


class NotSigned(Exception):
    """Nothing shows that the service itself said this."""


@dataclass(frozen=True)
class Event:
    """One letter was taken, came back, or was complained of, or its reader left. `key` is the same
    however often it is told.

    `return_paths` and `letter_ids` (from Message-ID) name our copy; `address` only the reader.
    """

    source: str
    key: str
    kind: EventKind
    address: str
    code: int | None = None
    text: str = ""
    return_paths: tuple[str, ...] = ()
    letter_ids: tuple[str, ...] = ()


def parsed(octets: bytes) -> dict[str, Any]:
    """A JSON object, or an empty one for all else."""
    try:
        found = json.loads(octets)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def inner(found: dict[str, Any], *names: str) -> dict[str, Any]:
    """The object that lies within objects, or an empty one."""
    for name in names:
        within = found.get(name)
        found = within if isinstance(within, dict) else {}
    return found


def words(found: dict[str, Any], name: str) -> str:
    """A text in an object, bounded, or nothing.

    JSON can spell what no database takes: half of a surrogate pair, and NUL.
    """
    value = found.get(name)
    some = value[:2000] if isinstance(value, str) else ""
    return some.encode("utf-8", "replace").decode().replace("\0", "?")


def reply_code(found: dict[str, Any], name: str) -> int | None:
    """A reply code in an object: three digits, or nothing."""
    value = found.get(name)
    is_code = isinstance(value, int) and not isinstance(value, bool) and 200 <= value < 600
    return value if is_code else None


def objects(found: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
    """The first objects of a list."""
    several = found.get(name)
    if isinstance(several, list):
        yield from (one for one in several[:100] if isinstance(one, dict))


def letter_ids(*message_ids: str) -> tuple[str, ...]:
    """What may be the left half of a Message-ID of ours."""
    return tuple(found[1] for one in message_ids if (found := _LETTER_ID.match(one)))
