"""Remembers what was found out about texts, and not the texts themselves."""

from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from hashlib import sha256
from typing import TypeVar

Answer = TypeVar("Answer")


def by_text(most: int) -> Callable[[Callable[[str], Answer]], Callable[[str], Answer]]:
    """Declare that a function's answer follows from its text alone, and takes long to find.

    The answers for `most` texts are kept under the texts' SHA-256: two texts with the same one
    have never been found, so that even a guard may be asked so. The oldest answers go first.
    """

    def declare(find: Callable[[str], Answer]) -> Callable[[str], Answer]:
        known: OrderedDict[bytes, Answer] = OrderedDict()

        @wraps(find)
        def ask(text: str) -> Answer:
            mark = sha256(text.encode("utf-8", "surrogatepass")).digest()
            with suppress(KeyError):
                return known[mark]
            answer = known[mark] = find(text)
            if len(known) > most:
                with suppress(KeyError):  # Another thread made room just now.
                    known.popitem(last=False)
            return answer

        return ask

    return declare
