"""Save a page that stands by itself, such as About."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite.pages import revising
from hrsite.pages.models import Page
from hrsite.pages.ordering import next_place
from hrsite.slugs import is_slug_shaped
from hrsite.texts.markup import clean, tidy_text


class StalePage(Exception):
    """The page was saved elsewhere since this form was opened. `theirs` is how it stands now."""

    def __init__(self, theirs: Page) -> None:
        super().__init__(theirs.slug)
        self.theirs = theirs


class Menu(NamedTuple):
    """What the menu says of a page, and whether it says anything."""

    name: str = ""
    is_in_menu: bool = True


def hold(session: Session, slug: str) -> Page | None:
    """The page as it stands, closed to other writers until the transaction ends."""
    if not is_slug_shaped(slug):
        return None
    return session.scalar(
        select(Page)
        .where(Page.slug == slug)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def made_by(session: Session, form_key: str) -> Page | None:
    """The page that this opening of the form has made already."""
    made = select(Page).where(Page.form_key == form_key)
    return session.scalar(made) if form_key else None


def save(
    session: Session,
    slug: str,
    title: str,
    body_html: str,
    version: int | None,
    now: datetime,
    menu: Menu | None = None,
    form_key: str = "",
) -> Page:
    """Write the page, or write it for the first time. Readers see it at once.

    `version` is the one the words were written on, 0 for a page that was not there; None asks no
    question. Raises StalePage; then nothing is written.
    """
    page = hold(session, slug)
    if page is None:
        page = Page(slug=slug, version=0, position=next_place(session))
        page.form_key = form_key or None
    elif version is not None and page.version != version:
        raise StalePage(page)
    else:
        revising.keep(session, page)
    page.title = tidy_text(title).strip()
    page.body_html = clean(body_html)
    if menu is not None:
        page.menu_name, page.is_in_menu = tidy_text(menu.name).strip(), menu.is_in_menu
    page.updated_at = now
    page.version += 1
    session.add(page)
    session.flush()
    revising.keep(session, page)
    return page
