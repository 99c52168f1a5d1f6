"""What the coach saw before she pressed the button, and what is different now. Pure."""

import json
from dataclasses import dataclass
from typing import Any

from hrsite.posts.sentences import LeftOut

_GROUPS = {
    "weekly": "The weekly letter",
    "monthly": "The monthly letter",
    "paused": "Paused",
    "unconfirmed": "Not confirmed yet",
    "blocked": "Cannot be written to",
}


@dataclass(frozen=True)
class Seen:
    """What the page with the sentence was made of. It travels in the form and comes back."""

    # How often a button had been pressed: so no page can act twice.
    presses: int
    version: int
    title: str
    # "a draft", "on the site".
    standing: str
    when: str
    ready: int = 0
    left_out: LeftOut = LeftOut()

    def written(self) -> str:
        """For a box of the form."""
        left_out = vars(self.left_out)
        return json.dumps(vars(self) | {"left_out": left_out})


def read(text: str) -> Seen | None:
    """What a form brought back; nothing, when it is none of ours."""
    try:
        facts: dict[str, Any] = json.loads(text)
        seen = Seen(**facts | {"left_out": LeftOut(**facts["left_out"])})
        numbers = (seen.presses, seen.version, seen.ready, *vars(seen.left_out).values())
        words = (seen.title, seen.standing, seen.when)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    is_ours = all(type(number) is int for number in numbers)
    return seen if is_ours and all(isinstance(word, str) for word in words) else None


def differences(seen: Seen, now: Seen) -> list[str]:
    """What is not as it was when she looked, a sentence each."""
    said = []
    if seen.title != now.title:
        said.append(f"The title changed from “{seen.title}” to “{now.title}”.")
    elif seen.version != now.version:
        said.append("The words changed.")
    if seen.standing != now.standing:
        said.append(f"It was {seen.standing} when you looked, and is {now.standing} now.")
    if seen.when != now.when:
        said.append(f"The time was {seen.when}. Now it is {now.when}.")
    if seen.ready != now.ready:
        readers = "reader" if seen.ready == 1 else "readers"
        said.append(f"{seen.ready:,} {readers} when you looked, {now.ready:,} now.")
    for name, words in _GROUPS.items():
        before, after = getattr(seen.left_out, name), getattr(now.left_out, name)
        if before != after:
            said.append(f"{words}: {before:,} when you looked, {after:,} now.")
    if not said and seen.presses != now.presses:
        said.append("It went out or was planned since you looked, and was taken back.")
    return said
