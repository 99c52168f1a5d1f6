"""The same hints beside pages, session notices and the welcome letter as beside articles."""

from typing import Any, NamedTuple

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hrsite.hints.models import KeptHints
from tests.posts.test_desk_hinting import box, button, kept_in

KEPT = '["word:addict"]'


class Room(NamedTuple):
    """A form, its boxes, and where the first thing it makes is written on."""

    new: str
    again: str
    boxes: dict[str, str]


ROOMS = {
    "page": Room("/desk/pages/new", "/desk/pages/hello", {"is_in_menu": "y", "address": "hello"}),
    "notice": Room("/desk/notices/new", "/desk/notices/1", {"rhythm": "standing"}),
    "letter": Room("/desk/welcome", "/desk/welcome", {"is_on": "y"}),
}


@pytest.fixture(params=ROOMS)
def room(request: pytest.FixtureRequest) -> Room:
    return ROOMS[request.param]


def send(coach: FlaskClient, address: str, room: Room, **boxes: Any) -> str:
    common = {"title": "Hello", "body": "An addict came in.", "version": "0"}
    return coach.post(address, data=common | room.boxes | boxes).text


def test_one_press_says_it_otherwise_and_saves_nothing(coach: FlaskClient, room: Room) -> None:
    page = send(coach, room.new, room, act="hints")
    page = send(coach, room.new, room, act=button(page, "Say “person who uses drugs”"))
    assert box(page, "body") == "A person who uses drugs came in."
    assert "The text is not saved yet." in page
    saved = coach.get(room.again)
    assert saved.status_code == 404 or "came in" not in saved.text


def test_what_is_kept_stays_kept_after_saving(coach: FlaskClient, room: Room) -> None:
    page = send(coach, room.new, room, act="hints")
    page = send(coach, room.new, room, act=button(page, "Keep it"))
    assert kept_in(page) == ["word:addict"]
    send(coach, room.new, room, act="save", kept_hints=KEPT)
    page = coach.get(room.again).text
    assert kept_in(page) == ["word:addict"]
    assert "Ask again" in page
    assert "Say “" not in page


@pytest.mark.parametrize("kind", ["page", "notice"])
def test_what_was_kept_goes_with_the_thing(coach: FlaskClient, session: Session, kind: str) -> None:
    send(coach, ROOMS[kind].new, ROOMS[kind], act="save", kept_hints=KEPT)
    session.rollback()
    row = session.scalars(select(KeptHints)).one()
    coach.post(f"/desk/bin/{kind}/{row.row_id}")
    coach.post(f"/desk/bin/{kind}/{row.row_id}/delete")
    session.rollback()
    assert session.scalar(select(func.count()).select_from(KeptHints)) == 0


def test_a_weekday_that_is_wrong_is_told_wherever_it_stands_in_a_notice(coach: FlaskClient) -> None:
    wrong = "Thursday 5 June 2026"
    for name, place in (
        ("title", "at the top"),
        ("how_to_join", "under “How to join”"),
        ("place", "under “Where”"),
    ):
        boxes = {"body": "", name: wrong}
        page = send(coach, "/desk/notices/new", ROOMS["notice"], act="hints", **boxes)
        assert "5 June 2026 is a Friday." in page
        assert place in page
        press = button(page, "Say “Friday”")
        page = send(coach, "/desk/notices/new", ROOMS["notice"], act=press, **boxes)
        assert "Friday 5 June 2026" in page


def test_only_of_what_is_cut_in_a_letter_it_says_so(coach: FlaskClient) -> None:
    page = send(coach, "/desk/pages/new", ROOMS["page"], act="hints", body="Yes we can. " * 3_100)
    assert "Hints" in page
    assert "9,300 words" not in page
