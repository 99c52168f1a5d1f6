"""One thing that needs the coach: a sentence, the page that helps, and buttons that settle it."""

from typing import Any, NamedTuple


class Press(NamedTuple):
    """A button that does it from here. `boxes` go with it, and perhaps a day for her to choose."""

    endpoint: str
    values: dict[str, Any]
    label: str
    boxes: dict[str, str] = {}
    day_box: str = ""
    day_words: str = ""


class Need(NamedTuple):
    """What is wanted, which page of the desk helps, and what its link says."""

    text: str
    endpoint: str
    values: dict[str, Any]
    label: str
    presses: tuple[Press, ...] = ()
