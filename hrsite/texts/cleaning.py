"""Cleans HTML: whatever was typed or pasted becomes a few well-formed, harmless elements.

Two steps. First the tree is written afresh in one normal form, so that text pasted from Word,
Google Docs or a mail keeps its headings, lists and links and loses the rest. Then nh3 reads that
form with a strict list of what may stay. The first step is for people; the second is the guard.
"""

import re
from collections.abc import Sequence
from html import escape

import nh3

from hrsite import recalling
from hrsite.texts.htmltree import BLOCKS, VOID, Element, read
from hrsite.texts.inline import Marks, Run, inline, tidy_runs
from hrsite.texts.oneline import marks_within, one_line
from hrsite.texts.pasted import lists_from_word, look_of
from hrsite.texts.tables import table_of
from hrsite.texts.weblinks import is_elsewhere, picture_of

# Quotes and lists inside one another; deeper ones keep their words and lose their frame.
DEEPEST_NEST = 8
# A yes or no each.
TEXTS_RECALLED = 1024

_OUTSIDE = "noopener noreferrer"
_ALLOWED = {
    "a": {"href"},
    "img": {"src", "alt"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
# A link or a picture that `clean` does not write so. It writes each "<" of a text as "&lt;".
_ODD_ADDRESS = re.compile(
    r'<(?:a(?! href="(?:https?://[^"/][^"]*" rel="noopener noreferrer"|(?:mailto:|tel:|/(?![/\\]))'
    r'[^"]*")>)|img(?! src="/media/[A-Za-z0-9_-]+\.[a-z]+" alt="[^"]*">))(?![a-z0-9])'
)
# fmt: off
_ALLOWED_TAGS = {
    "h2", "h3", "p", "ul", "ol", "li", "blockquote", "a", "strong", "em", "figure", "figcaption",
    "img", "br", "hr", "table", "thead", "tbody", "tr", "th", "td",
}
# fmt: on
_HEADINGS = {"h1": "h2", "h2": "h2", "h3": "h3", "h4": "h3", "h5": "h3", "h6": "h3"}
_LISTS = {"ul": "ul", "menu": "ul", "ol": "ol"}


def clean(html: str) -> str:
    """Safe HTML in normal form: `clean(clean(x)) == clean(x)` for every x. Never raises.

    Keeps h2 h3 p ul ol li blockquote a strong em figure figcaption img br hr and tables. Links go
    to http, https, mailto, tel or a path of this site; pictures come from /media/ and have an alt
    text.
    """
    return _guarded("".join(written(block) for block in tree(html).elements()))


def kept_clean(html: str) -> str:
    """Text that was stored clean, guarded once more: cleaned afresh where it is not what it was.

    Some tenths of a millisecond and not some milliseconds, and next to nothing where the same text
    was looked at before: that is what each page costs.
    """
    return html if _is_clean(html) else clean(html)


@recalling.by_text(TEXTS_RECALLED)
def _is_clean(html: str) -> bool:
    return _guarded(html) == html and not _ODD_ADDRESS.search(html)


def _guarded(html: str) -> str:
    # A no-break space is kept as the character: XML, and so a feed, knows no "&nbsp;".
    return nh3.clean(
        html,
        tags=_ALLOWED_TAGS,
        attributes=_ALLOWED,
        tag_attribute_values={"a": {"rel": {_OUTSIDE}}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
    ).replace("&nbsp;", "\u00a0")


def tree(html: str) -> Element:
    """The normal form as a tree: a root of blocks. For what writes Markdown and plain text."""
    flow = _Flow(0)
    flow.walk(read(html), Marks())
    return Element("#root", {}, list(flow.blocks()))


class _Flow:
    """Gathers the blocks of one container: the page itself, a quote, a list item."""

    def __init__(self, nest: int) -> None:
        self.nest = nest
        self.line: list[Run] = []
        self.done: list[Element] = []

    def blocks(self) -> list[Element]:
        self.end_paragraph()
        return self.done

    def walk(self, parent: Element, marks: Marks) -> None:
        """Take in all children of `parent`, whose look is `marks`."""
        for child in lists_from_word(parent.children):
            if isinstance(child, str):
                self.line.append(Run(child, marks))
            elif child.tag in BLOCKS:
                self.end_paragraph()
                self._block(child, marks)
                self.end_paragraph()
            else:
                self._inline(child, marks)

    def end_paragraph(self) -> None:
        """The line so far becomes paragraphs: two line breaks together end one."""
        runs, self.line = tidy_runs(self.line), []
        paragraph: list[Run] = []
        for place, run in enumerate(runs):
            doubled = run.is_break and (runs[place - 1].is_break or runs[place + 1].is_break)
            if not doubled:
                paragraph.append(run)
            elif paragraph:
                self._paragraph(paragraph)
                paragraph = []
        if paragraph:
            self._paragraph(paragraph)

    def _paragraph(self, runs: Sequence[Run]) -> None:
        alone = runs[0].element if len(runs) == 1 and not runs[0].marks.href else None
        tag = "figure" if alone else "p"
        self.done.append(Element(tag, {}, [alone] if alone else inline(runs)))

    def _inline(self, element: Element, marks: Marks) -> None:
        if element.tag == "br":
            self.line.append(Run("", marks, Element("br")))
        elif element.tag == "img":
            if picture := picture_of(element):
                self.line.append(Run("", Marks(marks.href), picture))
        else:
            self.walk(element, marks_within(element, marks))

    def _block(self, element: Element, marks: Marks) -> None:
        if element.tag in _HEADINGS:
            runs = one_line(element, Marks(marks.href))
            if runs:
                self.done.append(Element(_HEADINGS[element.tag], {}, inline(runs)))
        elif element.tag in _LISTS and self.nest < DEEPEST_NEST:
            self._list(element, marks)
        elif element.tag == "blockquote" and self.nest < DEEPEST_NEST:
            inside = _Flow(self.nest + 1)
            inside.walk(element, marks)
            if blocks := inside.blocks():
                self.done.append(Element("blockquote", {}, list(blocks)))
        elif element.tag == "hr":
            self.done.append(Element("hr"))
        elif element.tag == "pre":
            self.walk(_with_line_breaks(element), marks)
        elif not (
            (element.tag == "figure" and self._figure(element))
            or (element.tag == "table" and self._table(element, marks))
        ):
            self.walk(element, look_of(element, marks))

    def _list(self, element: Element, marks: Marks) -> None:
        items: list[_Flow] = []
        for child in lists_from_word(element.children):
            if isinstance(child, Element) and child.tag == "li":
                items.append(_Flow(self.nest + 1))
                items[-1].walk(child, marks)
            elif not isinstance(child, str) or child.strip():
                # Word and Google Docs put an inner list beside its item, not into it.
                items = items or [_Flow(self.nest + 1)]
                items[-1].walk(Element("li", {}, [child]), marks)
        filled = [_item(blocks) for item in items if (blocks := item.blocks())]
        if filled:
            self.done.append(Element(_LISTS[element.tag], {}, list(filled)))

    def _figure(self, element: Element) -> bool:
        """A figure of pictures: one figure each, all other words the last one's caption."""
        runs = one_line(element, Marks())
        pictures = [run.element for run in runs if run.element and run.element.tag == "img"]
        if not pictures or any(c.tag in ("table", "blockquote") for c in element.elements()):
            return False
        self.done += [Element("figure", {}, [picture]) for picture in pictures]
        if caption := tidy_runs([run for run in runs if run.element is None]):
            self.done[-1].children.append(Element("figcaption", {}, inline(caption)))
        return True

    def _table(self, element: Element, marks: Marks) -> bool:
        table = table_of(element, marks)
        if not table:
            return False
        for caption in element.elements():
            if caption.tag == "caption":
                self.walk(caption, marks)
                self.end_paragraph()
        self.done.append(table)
        return True


def _item(blocks: list[Element]) -> Element:
    """A list item: one paragraph, alone or before inner lists, stands without its <p>."""
    if blocks[0].tag == "p" and all(block.tag in ("ul", "ol") for block in blocks[1:]):
        return Element("li", {}, [*blocks[0].children, *blocks[1:]])
    return Element("li", {}, list(blocks))


def _with_line_breaks(element: Element) -> Element:
    """Preformatted text, its line ends written as <br>."""
    children: list[Element | str] = []
    for child in element.children:
        if isinstance(child, str):
            for place, line in enumerate(child.split("\n")):
                children += [Element("br"), line] if place else [line]
        else:
            children.append(_with_line_breaks(child))
    return Element(element.tag, element.attributes, children)


def written(node: Element | str) -> str:
    """A node of such a tree as HTML."""
    if isinstance(node, str):
        return escape(node, quote=False)
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in node.attributes.items())
    if node.tag == "a" and is_elsewhere(node.attributes["href"]):
        attributes += f' rel="{_OUTSIDE}"'
    if node.tag in VOID:
        return f"<{node.tag}{attributes}>"
    return f"<{node.tag}{attributes}>{''.join(map(written, node.children))}</{node.tag}>"
