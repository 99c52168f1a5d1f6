"""Notices and pages lose no word either: kept while she writes, shown again, made once."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from hrsite.notices.models import SessionNotice
from hrsite.pages.models import Page
from hrsite.unsaved import UnsavedWords
from tests.factories import make_notice, make_page

KEY, OTHER = "k" * 22, "o" * 22


class Room(NamedTuple):
    """Where one kind is written."""

    table: type[SessionNotice] | type[Page]
    new: str
    shelf: str
    make: Callable[..., Any]
    boxes: dict[str, str]

    def address(self, row: Any) -> str:
        """Its form."""
        return f"{self.shelf}{row.slug if self.table is Page else row.id}"

    def keep(self, coach: FlaskClient, row_id: int = 0, /, **boxes: str) -> TestResponse:
        """What the script sends while she writes."""
        form = self.boxes | {"key": KEY, "version": "1"} | boxes
        return coach.post(f"/desk/words/{self.table.__tablename__}?id={row_id}", data=form)

    def send(self, coach: FlaskClient, path: str = "", /, **boxes: str) -> TestResponse:
        """Press the button."""
        form = self.boxes | {"version": "0", "act": "save"} | boxes
        return coach.post(path or self.new, data=form)


NOTICES = Room(
    SessionNotice,
    "/desk/notices/new",
    "/desk/notices/",
    make_notice,
    {"title": "The group moves", "body": "Old words.", "rhythm": "standing", "place": ""},
)
PAGES = Room(
    Page,
    "/desk/pages/new",
    "/desk/pages/",
    make_page,
    {"title": "What to expect", "body": "Old words.", "is_in_menu": "y"},
)
EACH = pytest.mark.parametrize("room", [NOTICES, PAGES], ids=["notices", "pages"])


def count(session: Session, table: Any) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(table)) or 0


@EACH
def test_what_was_begun_and_never_saved_goes_on(
    coach: FlaskClient, session: Session, room: Room
) -> None:
    assert room.keep(coach, body="Two doses.").json == {"kept_at": "10:00\u00a0am"}
    listed = coach.get(room.shelf).text
    assert "Begun, and not saved yet" in listed
    assert f"?words={KEY}" in listed
    assert "Begun, and not saved yet" not in coach.get("/desk/posts/").text

    page = coach.get(f"{room.new}?words={KEY}").text
    assert re.search(r"<textarea[^>]*>\s*Two doses\.", page)
    assert "These words are not saved yet" in page
    room.send(coach, body="Two doses.", key=KEY)

    assert count(session, UnsavedWords) == 0
    assert count(session, room.table) == 1


@EACH
def test_words_that_were_not_saved_stand_in_the_boxes_beside_what_is_different(
    coach: FlaskClient, session: Session, room: Room
) -> None:
    row = room.make(session)
    room.send(coach, room.address(row), version="1", address=row.slug)
    room.keep(coach, row.id, version="2", body="New words.", address=row.slug)

    page = coach.get(room.address(row)).text
    assert "These words are not saved yet" in page
    assert re.search(r"<textarea[^>]*>\s*New words\.", page)
    assert "Old</del>" in page
    form = {"key": KEY}
    coach.post(f"/desk/words/{room.table.__tablename__}/throw-away?id={row.id}", data=form)

    page = coach.get(room.address(row)).text
    assert re.search(r"<textarea[^>]*>\s*Old words\.", page)
    assert "not saved yet</h2>" not in page


@EACH
def test_the_same_words_are_no_news(coach: FlaskClient, session: Session, room: Room) -> None:
    row = room.make(session)
    room.send(coach, room.address(row), version="1", address=row.slug)
    room.keep(coach, row.id, version="2", address=row.slug)
    assert "not saved yet</h2>" not in coach.get(room.address(row)).text


@EACH
def test_of_two_texts_the_difference_is_shown_and_none_is_lost(
    coach: FlaskClient, session: Session, room: Room
) -> None:
    row = room.make(session)
    address = room.address(row)
    room.send(coach, address, version="1", address=row.slug, body="One two five.")

    answer = room.send(coach, address, version="1", address=row.slug, body="One two four.")

    assert answer.status_code == 409
    for words in ("There are two texts now", "five.</del>", "four.</ins>"):
        assert words in answer.text
    # What is not kept is not promised.
    assert ("stays under" in answer.text) == (room.table is Page)


@EACH
def test_pressed_twice_the_button_makes_one(
    coach: FlaskClient, session: Session, room: Room
) -> None:
    first, second = room.send(coach, key=KEY), room.send(coach, key=KEY)
    assert first.location == second.location
    assert count(session, room.table) == 1
    room.send(coach, key=OTHER)
    assert count(session, room.table) == 2


@EACH
def test_deleted_for_good_its_words_in_open_forms_go_too(
    coach: FlaskClient, session: Session, room: Room
) -> None:
    row = room.make(session)
    room.keep(coach, row.id)
    kind = "page" if room.table is Page else "notice"
    for deed in ("", "/delete"):
        coach.post(f"/desk/bin/{kind}/{row.id}{deed}")
    # Another may get its number.
    assert count(session, room.table) == count(session, UnsavedWords) == 0


@EACH
def test_what_was_saved_is_not_kept_again_by_a_late_word(
    coach: FlaskClient, session: Session, room: Room
) -> None:
    assert room.keep(coach, asks="yes").json == {"is_saved": False}
    assert count(session, UnsavedWords) == 0
    room.send(coach, key=KEY)
    for asks in ({}, {"asks": "yes"}):
        assert (room.keep(coach, **asks).json or {})["is_saved"]
    assert count(session, UnsavedWords) == 0
