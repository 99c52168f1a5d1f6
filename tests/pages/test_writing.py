"""Saving a page that stands by itself."""

import pytest
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.pages import listing, writing


def test_a_page_is_there_after_its_first_save(session: Session) -> None:
    assert listing.in_menu(session) == []

    page = writing.save(session, "about", "About\x00 me", "<p onclick=x>Hi</p>", 0, clock.now())
    session.commit()

    assert listing.in_menu(session) == [page]
    assert (page.title, page.body_html, page.version) == ("About me", "<p>Hi</p>", 1)


def test_a_stale_save_writes_nothing(session: Session) -> None:
    writing.save(session, "about", "First", "", 0, clock.now())

    with pytest.raises(writing.StalePage) as stale:
        writing.save(session, "about", "Second", "", 0, clock.now())
    assert stale.value.theirs.title == "First"
