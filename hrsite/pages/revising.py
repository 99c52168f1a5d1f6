"""What a page said before: what of it is words, and how these are kept."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from hrsite import earlier
from hrsite.earlier import EarlierText, Said
from hrsite.pages.models import Page

ROOM = Page.__tablename__
SHORT_NAME, IN_MENU = "menu_name", "is_in_menu"


def boxes_of(menu_name: str, *, is_in_menu: bool) -> dict[str, str]:
    """What the menu says of it, as it is kept and compared."""
    return {SHORT_NAME: menu_name, IN_MENU: "yes" if is_in_menu else "no"}


def keep(session: Session, page: Page) -> None:
    """Write down what the page says now, unless that is what was written down last."""
    boxes = boxes_of(page.menu_name, is_in_menu=page.is_in_menu)
    said = Said(page.version, page.updated_at, page.title, page.body_html, boxes)
    earlier.keep(session, ROOM, page.id, said)


def named(title: str, boxes: Mapping[str, str]) -> dict[str, str]:
    """The same boxes under the words that stand beside them, for a comparison."""
    return {"Title": title, "Short name": boxes[SHORT_NAME], "In the menu": boxes[IN_MENU]}


def boxes_in(kept: EarlierText) -> dict[str, str]:
    """What stood in the boxes then."""
    return boxes_of(kept.box(SHORT_NAME), is_in_menu=kept.box(IN_MENU) != "no")
