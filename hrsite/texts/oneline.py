"""All that an element holds, as one line of running text: for headings, captions and cells."""

from dataclasses import replace

from hrsite.texts.htmltree import BLOCKS, Element
from hrsite.texts.inline import Marks, Run, tidy_runs
from hrsite.texts.pasted import look_of
from hrsite.texts.weblinks import href_of, picture_of


def one_line(element: Element, marks: Marks, *, keep_breaks: bool = False) -> list[Run]:
    """All words and pictures inside as one line; where a block ended, a break or a space."""
    gap = Run("", Marks(), Element("br")) if keep_breaks else Run(" ", Marks())
    runs: list[Run] = []

    def gather(parent: Element, marks: Marks) -> None:
        for child in parent.children:
            if isinstance(child, str):
                runs.append(Run(child, marks))
            elif child.tag == "br" or child.tag in BLOCKS:
                runs.append(gap)
                gather(child, look_of(child, marks))
                runs.append(gap)
            elif child.tag == "img":
                if picture := picture_of(child):
                    runs.append(Run("", Marks(marks.href), picture))
            else:
                gather(child, marks_within(child, marks))

    gather(element, marks)
    tidy = tidy_runs(runs)
    return [r for at, r in enumerate(tidy) if not (r.is_break and tidy[at - 1].is_break)]


def marks_within(element: Element, marks: Marks) -> Marks:
    if element.tag == "a":
        return replace(marks, href=href_of(element) or marks.href)
    return look_of(element, marks)
