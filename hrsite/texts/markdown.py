"""Markdown for the writing form without script: clean HTML becomes Markdown and comes back.

Reading is CommonMark with tables, by markdown-it-py. Writing is ours, from the same tree that
`cleaning` makes: a writer that knows its input is in normal form can promise that nothing changes
on the way. Only what Markdown has no words for is lost: joined table cells, and headers of table
rows.
"""

import re
from collections.abc import Sequence
from functools import cache
from html import escape

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from hrsite.texts.cleaning import clean, tree
from hrsite.texts.htmltree import Element
from hrsite.texts.markdown_inline import image_source, inline_source, line_starts

_LINE_BREAK = re.compile(r"<br */?>", re.IGNORECASE)
# Two lists in a row stay two only when their markers differ.
_MARKERS = {"ul": ("- ", "+ "), "ol": ("{}. ", "{}) ")}


def from_markdown(text: str) -> str:
    """Clean HTML of a Markdown text. HTML in it is shown as text, but for `<br>`, a line break.

    A picture alone in its paragraph with a title, `![alt](/media/….webp "Words")`, is a figure with
    these words as its caption. The caption may hold Markdown too.
    """
    return clean(_reader().render(text))


def to_markdown(html: str) -> str:
    """Markdown that `from_markdown` turns back into the same clean HTML."""
    return _blocks(list(tree(html).elements()))


class _Reader(MarkdownIt):
    """Leaves addresses as they were typed: `clean` decides which are good, and their spelling."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        return True

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - the library's name
        return url


@cache
def _reader() -> MarkdownIt:
    # Lists in lists count two levels each; beyond the limit the library would drop words.
    reader = _Reader("commonmark", {"html": False, "linkify": False, "maxNesting": 60})
    reader.enable("table")
    reader.inline.ruler.before("autolink", "line_break", _line_break)
    reader.core.ruler.push("captions", _captions)
    reader.add_render_rule("image", _picture)
    return reader


def _line_break(state: StateInline, silent: bool) -> bool:
    match = _LINE_BREAK.match(state.src, state.pos)
    if not match:
        return False
    if not silent:
        state.push("hardbreak", "br", 0)
    state.pos = match.end()
    return True


def _captions(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "inline" and token.children and len(token.children) == 1:
            only = token.children[0]
            if only.type == "image" and only.attrs.get("title"):
                only.meta["caption"] = state.md.renderInline(str(only.attrs["title"]))


def _picture(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    token = tokens[index]
    alt = self.renderInlineAsText(token.children, options, env)
    picture = f'<img src="{escape(str(token.attrs["src"]))}" alt="{escape(alt)}">'
    if caption := token.meta.get("caption"):
        return f"<figure>{picture}<figcaption>{caption}</figcaption></figure>"
    return picture


def _blocks(blocks: list[Element], gap: str = "\n\n") -> str:
    written = []
    turn = 0
    for place, block in enumerate(blocks):
        follows_its_like = place > 0 and blocks[place - 1].tag == block.tag
        turn = 1 - turn if follows_its_like else 0
        written.append(_list(block, turn) if block.tag in _MARKERS else _block(block))
    return gap.join(written)


def _block(block: Element) -> str:
    match block.tag:
        case "h2" | "h3":
            line = inline_source(block.children)
            # "#" at the end of a heading would be taken for its closing mark.
            line = f"{line[:-1]}\\#" if line.endswith("#") else line
            return f"{'#' * int(block.tag[1])} {line}"
        case "blockquote":
            return _indented(_blocks(list(block.elements())), "> ", "> ")
        case "figure":
            picture, *captions = block.elements()
            return image_source(picture, inline_source(captions[0].children) if captions else "")
        case "table":
            return _table(block)
        case "hr":
            return "***"  # "---" after a list marker would be read as a rule itself
        case _:
            return line_starts(inline_source(block.children))


def _list(block: Element, turn: int) -> str:
    items = list(block.elements())
    gap = "\n" if all(_is_tight(item) for item in items) else "\n\n"
    written = []
    for number, item in enumerate(items, start=1):
        marker = _MARKERS[block.tag][turn].format(number)
        written.append(_indented(_item(item), marker, " " * len(marker)))
    return gap.join(written)


def _is_tight(item: Element) -> bool:
    return all(isinstance(c, str) or c.tag in ("ul", "ol") or _is_inline(c) for c in item.children)


def _is_inline(child: Element | str) -> bool:
    return isinstance(child, str) or child.tag in ("a", "strong", "em", "br", "img")


def _item(item: Element) -> str:
    words = [child for child in item.children if _is_inline(child)]
    blocks = [child for child in item.elements() if not _is_inline(child)]
    if words:
        blocks.insert(0, Element("p", {}, words))
    return _blocks(blocks, "\n" if _is_tight(item) else "\n\n")


def _indented(text: str, first: str, others: str) -> str:
    lines = text.split("\n")
    rest = (others + line if line else others.rstrip() for line in lines[1:])
    return "\n".join([first + lines[0], *rest])


def _table(table: Element) -> str:
    rows: list[list[str]] = []
    has_head = next(table.elements()).tag == "thead"
    for part in table.elements():
        for row in part.elements():
            cells: list[str] = []
            for cell in row.elements():
                cells.append(inline_source(cell.children, in_cell=True))
                cells += [""] * (int(cell.attributes.get("colspan", "1")) - 1)
            rows.append(cells)
    width = max(len(row) for row in rows)
    if not has_head:  # Markdown knows no table without a head; `clean` drops an empty one again
        rows.insert(0, [])
    rows.insert(1, ["---"] * width)
    return "\n".join("| " + " | ".join(row + [""] * (width - len(row))) + " |" for row in rows)
