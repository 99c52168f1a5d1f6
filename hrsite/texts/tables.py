"""Tables in normal form: a head if there is one, a body, and cells of running text."""

import re
from dataclasses import replace

from hrsite.texts.htmltree import Element
from hrsite.texts.inline import Marks, inline
from hrsite.texts.oneline import one_line

_SCOPES = frozenset({"row", "col", "rowgroup", "colgroup"})
_SPAN = re.compile(r"([2-9]|[1-9][0-9])")


def table_of(table: Element, marks: Marks) -> Element | None:
    """The table, its empty rows left out; None if it is only a frame round one piece of text."""
    rows = [(head, [_cell(cell, marks) for cell in cells]) for head, cells in _rows(table)]
    rows = [(head, cells) for head, cells in rows if any(cell.children for cell in cells)]
    if sum(len(cells) for _, cells in rows) <= 1:
        return None
    head_rows: list[Element | str] = []
    body_rows: list[Element | str] = []
    for in_head, cells in rows:
        is_first = not head_rows and not body_rows
        if not body_rows and (in_head or (is_first and all(c.tag == "th" for c in cells))):
            head_rows.append(Element("tr", {}, [replace(cell, tag="th") for cell in cells]))
        else:
            body_rows.append(Element("tr", {}, list(cells)))
    parts = (("thead", head_rows), ("tbody", body_rows))
    return Element("table", {}, [Element(tag, {}, part) for tag, part in parts if part])


def _rows(part: Element) -> list[tuple[bool, list[Element]]]:
    """Each row's place (in the head or not) and its cells, wherever the rows stand."""
    rows = []
    for child in part.elements():
        if child.tag == "tr":
            cells = [cell for cell in child.elements() if cell.tag in ("td", "th")]
            rows.append((part.tag == "thead", cells))
        elif child.tag in ("thead", "tbody", "tfoot"):
            rows += _rows(child)
    return rows


def _cell(cell: Element, marks: Marks) -> Element:
    spans = ((name, cell.attributes.get(name, "")) for name in ("colspan", "rowspan"))
    kept = {name: value for name, value in spans if _SPAN.fullmatch(value)}
    if cell.tag == "th" and cell.attributes.get("scope") in _SCOPES:
        kept["scope"] = cell.attributes["scope"]
    return Element(cell.tag, kept, inline(one_line(cell, marks, keep_breaks=True)))
