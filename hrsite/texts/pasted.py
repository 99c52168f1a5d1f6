"""What Word and Google Docs mean by the HTML they copy: bold, italic, list items."""

import re
from collections.abc import Sequence
from dataclasses import replace

from hrsite.texts.htmltree import Element
from hrsite.texts.inline import Marks

_STRONG = frozenset({"b", "strong"})
_EM = frozenset({"i", "em", "cite", "dfn", "var"})
_WEIGHT = re.compile(r"(?<![\w-])font-weight\s*:\s*([a-z]+|[0-9]+)", re.IGNORECASE)
_SLANT = re.compile(r"(?<![\w-])font-style\s*:\s*([a-z]+)", re.IGNORECASE)
_WORD_LEVEL = re.compile(r"mso-list\s*:[^;]*\blevel([1-9])", re.IGNORECASE)
_WORD_MARKER = re.compile(r"mso-list\s*:\s*ignore", re.IGNORECASE)
_COUNTS = re.compile(r"\s*\(?(?:[0-9]+|[A-Za-z]{1,4})[.)]")


def look_of(element: Element, marks: Marks) -> Marks:
    """The marks inside `element`, by its name and its style; the style has the last word.

    Google Docs writes bold as `<span style="font-weight:700">`, and wraps a whole paste in
    `<b style="font-weight:normal">`, which is not bold at all.
    """
    strong = marks.strong or element.tag in _STRONG
    em = marks.em or element.tag in _EM
    style = element.attributes.get("style", "")
    if weight := _WEIGHT.search(style):
        value = weight[1].lower()
        strong = int(value) >= 600 if value.isdecimal() else value in ("bold", "bolder")
    if slant := _SLANT.search(style):
        em = slant[1].lower() in ("italic", "oblique")
    return replace(marks, strong=strong, em=em)


def lists_from_word(children: Sequence[Element | str]) -> list[Element | str]:
    """Word's list paragraphs (`mso-list: l0 level2 lfo1`) gathered into real lists."""
    found: list[Element | str] = []
    open_lists: list[Element] = []
    for child in children:
        level = _level_of(child)
        if isinstance(child, str) or not level:
            if not isinstance(child, str) or child.strip():
                open_lists = []
            if not open_lists:
                found.append(child)
            continue
        item, is_counted = _item_of(child)
        del open_lists[level:]
        tag = "ol" if is_counted else "ul"
        if len(open_lists) == level and open_lists[-1].tag != tag:
            open_lists.pop()
        if len(open_lists) < level:
            inner = Element(tag)
            (open_lists[-1].children if open_lists else found).append(inner)
            open_lists.append(inner)
        open_lists[-1].children.append(item)
    return found


def _level_of(child: Element | str) -> int:
    if isinstance(child, str) or child.tag not in ("p", "div"):
        return 0
    level = _WORD_LEVEL.search(child.attributes.get("style", ""))
    return int(level[1]) if level else 0


def _item_of(paragraph: Element) -> tuple[Element, bool]:
    """The paragraph as an item without its typed bullet or number; and whether it was a number."""
    marker = _marker_in(paragraph)
    children = [_without(child, marker) for child in paragraph.children]
    is_counted = marker is not None and bool(_COUNTS.match(marker.words()))
    return Element("li", {}, [child for child in children if child is not None]), is_counted


def _marker_in(element: Element) -> Element | None:
    for child in element.elements():
        if _WORD_MARKER.search(child.attributes.get("style", "")):
            return child
        if marker := _marker_in(child):
            return marker
    return None


def _without(node: Element | str, unwanted: Element | None) -> Element | str | None:
    if node is unwanted:
        return None
    if isinstance(node, str):
        return node
    kept = [_without(child, unwanted) for child in node.children]
    return Element(node.tag, node.attributes, [child for child in kept if child is not None])
