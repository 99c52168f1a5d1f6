"""The plain-text part of a letter: the words, order and links of the page, wrapped."""

import textwrap
from urllib.parse import urlsplit

from hrsite.texts.cleaning import tree
from hrsite.texts.htmltree import Element

_UNDERLINES = {"h2": "=", "h3": "-"}
_INLINE = ("a", "strong", "em", "br", "img")
# However deep the lists and quotes, a line keeps room for words.
_NARROWEST = 24


def to_text(html: str, width: int = 72, base_url: str = "") -> str:
    """Plain text of any HTML, `width` characters a line but where one word or address is longer.

    Links read "words (https://…)". With `base_url` (scheme and host count) the site's own links
    and pictures become absolute. Ends with a newline unless empty.
    """
    parts = urlsplit(base_url)
    writer = _Writer(f"{parts.scheme}://{parts.netloc}" if base_url else "")
    text = writer.blocks(list(tree(html).elements()), width)
    return f"{text}\n" if text else ""


class _Writer:
    """Writes blocks; knows the site's origin."""

    def __init__(self, origin: str) -> None:
        self.origin = origin

    def blocks(self, blocks: list[Element], width: int) -> str:
        written = (self.block(block, width) for block in blocks)
        return "\n\n".join(text for text in written if text)

    def block(self, block: Element, width: int) -> str:
        match block.tag:
            case "h2" | "h3":
                lines = wrapped(self.line(block.children), width)
                longest = max(map(len, lines.split("\n")), default=0)
                return f"{lines}\n{_UNDERLINES[block.tag] * min(longest, width)}" if lines else ""
            case "ul" | "ol":
                return self.items(block, width)
            case "blockquote":
                return _indented(self.blocks(list(block.elements()), width - 2), "> ", "> ")
            case "table":
                return self.table(block, width)
            case "figure":
                parts = (wrapped(self.line([part]), width) for part in block.elements())
                return "\n".join(part for part in parts if part)
            case "hr":
                return "* * *"
            case _:
                return wrapped(self.line(block.children), width)

    def items(self, block: Element, width: int) -> str:
        written = []
        for number, item in enumerate(block.elements(), start=1):
            marker = f"{number}. " if block.tag == "ol" else "- "
            text = self.item(item, width - len(marker))
            written.append(_indented(text, marker, " " * len(marker)))
        is_loose = any(child.tag == "p" for item in block.elements() for child in item.elements())
        return ("\n\n" if is_loose else "\n").join(written)

    def item(self, item: Element, width: int) -> str:
        words = [c for c in item.children if isinstance(c, str) or c.tag in _INLINE]
        inner = [c for c in item.elements() if c.tag not in _INLINE]
        if not words:
            return self.blocks(inner, width)
        lists = (self.block(block, width) for block in inner)
        return "\n".join([wrapped(self.line(words), width), *lists])

    def table(self, table: Element, width: int) -> str:
        """Row by row, each cell after its column's name: columns side by side break on phones."""
        parts = table.elements()
        rows = [
            [self.line(cell.children) for cell in row.elements()]
            for part in parts
            for row in part.elements()
        ]
        has_head = next(table.elements()).tag == "thead" and len(rows) > 1
        if not has_head:
            return "\n".join(wrapped(" | ".join(filter(None, row)), width) for row in rows)
        names, *rest = rows
        written = []
        for row in rest:
            named = zip(names + [""] * len(row), row, strict=False)
            lines = [f"{name}: {cell}" if name else cell for name, cell in named if cell]
            written.append("\n".join(wrapped(line, width) for line in lines))
        return "\n\n".join(written)

    def line(self, nodes: list[Element | str]) -> str:
        """Running text in one line, but for its own line breaks."""
        return "".join(node if isinstance(node, str) else self.inline(node) for node in nodes)

    def inline(self, node: Element) -> str:
        match node.tag:
            case "br":
                return "\n"
            case "img":
                alt = node.attributes["alt"]
                return f"[Picture: {alt}]" if alt else ""
            case "a":
                return self.link(self.line(node.children), node.attributes["href"])
            case _:
                return self.line(node.children)

    def link(self, words: str, address: str) -> str:
        target = f"{self.origin}{address}" if address.startswith("/") else address
        bare = target.removeprefix("mailto:").removeprefix("tel:")
        if not words or words == target:
            return target
        return words if words == bare else f"{words} ({bare})"


def wrapped(text: str, width: int = 72) -> str:
    """The same in lines of so many letters, as far as words allow: an address is never cut."""
    lines = (
        textwrap.wrap(
            line.strip(" "), max(width, _NARROWEST), break_long_words=False, break_on_hyphens=False
        )
        for line in text.strip("\n").split("\n")
    )
    return "\n".join(line for found in lines for line in found or [""])


def _indented(text: str, first: str, others: str) -> str:
    lines = text.split("\n")
    indented = [first + lines[0]] + [(others + line).rstrip() for line in lines[1:]]
    return "\n".join(indented)
