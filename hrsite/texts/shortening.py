"""The beginning of a text that is too long for its place, cut where a block ends."""

from hrsite.texts.cleaning import clean, tree, written
from hrsite.texts.htmltree import Element

_HEADINGS = ("h2", "h3")


def beginning(html: str, most_octets: int) -> tuple[str, bool]:
    """Clean HTML of at most so many octets, and whether anything was left out.

    Cut between two blocks. Only where that would leave less than half of the room filled is the
    next block itself cut, between two items, rows or words.
    """
    whole = clean(html)
    if len(whole.encode()) <= most_octets:
        return whole, False
    kept: list[Element] = []
    room = most_octets
    for block in tree(whole).elements():
        size = _size(block)
        if size > room:
            if room > most_octets // 2 and (part := _shortened(block, room)):
                kept.append(part)
            break
        kept.append(block)
        room -= size
    while kept and kept[-1].tag in _HEADINGS:
        kept.pop()  # A heading over nothing.
    return clean("".join(map(written, kept))), True


def _shortened(element: Element, room: int) -> Element | None:
    """As much of an element as there is room for; None when that is nothing."""
    part = Element(element.tag, element.attributes)
    room -= _size(part)
    for child in element.children:
        size = _size(child)
        if size > room:
            rest = _words(child, room) if isinstance(child, str) else _shortened(child, room)
            if rest:
                part.children.append(rest)
            break
        part.children.append(child)
        room -= size
    return part if part.children else None


def _words(text: str, room: int) -> str:
    """The first words; as HTML none of their characters takes more than six octets."""
    fitting = text[: max(0, room // 6 - 1)]
    return f"{fitting.rpartition(' ')[0] or fitting} …" if fitting.strip() else ""


def _size(node: Element | str) -> int:
    return len(written(node).encode())
