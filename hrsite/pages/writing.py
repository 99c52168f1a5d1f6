"""Save a page that stands by itself, such as About."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite.markup import clean, tidy_text
from hrsite.pages.models import Page


class StalePage(Exception):
    """The page was saved elsewhere since this form was opened. `theirs` is how it stands now."""

    def __init__(self, theirs: Page) -> None:
        super().__init__(theirs.slug)
        self.theirs = theirs


def save(
    session: Session, slug: str, title: str, body_html: str, version: int | None, now: datetime
) -> Page:
    """Write the page, or write it for the first time. Readers see it at once.

    `version` is the one the words were written on, 0 for a page that was not there; None asks no
    question. Raises StalePage; then nothing is written.
    """
    page = session.scalar(
        select(Page)
        .where(Page.slug == slug)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if page is None:
        page = Page(slug=slug, version=0)
    elif version is not None and page.version != version:
        raise StalePage(page)
    page.title = tidy_text(title).strip()
    page.body_html = clean(body_html)
    page.updated_at = now
    page.version += 1
    session.add(page)
    session.flush()
    return page
