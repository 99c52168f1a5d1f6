"""Running text written as Markdown, so that no character of it is taken for markup by mistake."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from hrsite.texts.htmltree import Element

_REFERENCE = r"&(?=#?[A-Za-z0-9]+;)"
_SPECIAL = re.compile(rf"[\\`*_\[\]<|]|{_REFERENCE}")
_IN_ADDRESS = re.compile(rf"[()]|{_REFERENCE}")
_IN_TITLE = re.compile(rf"[\\\"]|{_REFERENCE}")
# What would start a heading, list, quote, fence, rule, table or underline at the start of a line.
_BLOCK_START = re.compile(
    r"^(?:#{1,6}(?=\s|$)|-(?=[\s:-]|$)|\+(?=\s|$)|=|>|~(?=~)|:(?=-)|[0-9]{1,9}(?P<dot>[.)])(?=\s|$))",
    re.MULTILINE,
)


@dataclass(slots=True)
class _Piece:
    """Escaped text; or a mark (`**`, `_`), opening or closing; or source that stays as it is."""

    source: str
    is_text: bool = False
    opens: bool = False
    closes: bool = False


def inline_source(nodes: Sequence[Element | str], *, in_cell: bool = False) -> str:
    """Markdown of running text in normal form. Breaks are lines, or `<br>` in a table cell."""
    pieces = [piece for piece in _pieces(nodes, "<br>" if in_cell else "\\\n") if piece.source]
    edge = _Piece(" ")
    for before, piece, after in zip([edge, *pieces], pieces, [*pieces[1:], edge], strict=False):
        if piece.opens and _would_fail(before.source[-1], piece.source, after.source[0]):
            before.source = before.source[:-1] + f"&#{ord(before.source[-1])};"
        if piece.closes and _would_fail(after.source[0], piece.source, before.source[-1]):
            after.source = f"&#{ord(after.source[0])};" + after.source[1:]
        if piece.is_text and piece.source.endswith("!") and after.source.startswith("["):
            piece.source = piece.source[:-1] + "\\!"  # else the link would be read as a picture
    return "".join(piece.source for piece in pieces)


def line_starts(source: str) -> str:
    """A paragraph's lines, their first characters escaped where they would start another block."""

    def escaped(match: re.Match[str]) -> str:
        return f"{match[0][:-1]}\\{match['dot']}" if match["dot"] else f"\\{match[0]}"

    return _BLOCK_START.sub(escaped, source)


def image_source(picture: Element, caption: str = "") -> str:
    """`![alt](address "caption")`; the caption is Markdown itself, escaped once more."""
    title = f' "{_escaped(_IN_TITLE, caption)}"' if caption else ""
    alt = _escaped(_SPECIAL, picture.attributes["alt"])
    return f"![{alt}]({picture.attributes['src']}{title})"


def _pieces(nodes: Sequence[Element | str], line_break: str) -> list[_Piece]:
    pieces: list[_Piece] = []
    for node in nodes:
        if isinstance(node, str):
            pieces.append(_Piece(_escaped(_SPECIAL, node), is_text=True))
            continue
        inside = _pieces(node.children, line_break)
        match node.tag:
            case "strong" | "em":
                # "_" beside "**" cannot be taken for a part of it, as "*" could.
                mark = "**" if node.tag == "strong" else "_"
                pieces += [_Piece(mark, opens=True), *inside, _Piece(mark, closes=True)]
            case "a":
                address = _escaped(_IN_ADDRESS, node.attributes["href"])
                pieces += [_Piece("["), *inside, _Piece(f"]({address})")]
            case "img":
                pieces.append(_Piece(image_source(node)))
            case _:
                pieces.append(_Piece(line_break))
    return pieces


def _would_fail(outside: str, mark: str, inside: str) -> bool:
    """Would CommonMark leave this mark as text? (0.31, section 6.2: flanking delimiter runs.)

    A mark between a letter outside and punctuation inside is not one, and `_` is never one inside
    a word. The letter is then written as a character reference: that ends in ";", which is
    punctuation.
    """
    if outside.isspace() or _is_ascii_punctuation(outside):
        return False
    return mark == "_" or unicodedata.category(inside)[0] not in "LN"


def _is_ascii_punctuation(character: str) -> bool:
    return character.isascii() and not character.isalnum() and not character.isspace()


def _escaped(special: re.Pattern[str], text: str) -> str:
    return special.sub(r"\\\g<0>", text)
