"""The coach's pictures: all of them, where each is used, and other words for one."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock, unsaved
from hrsite.earlier import EarlierText
from hrsite.media import shelving, storing
from hrsite.media.models import Picture
from hrsite.posts.models import Post
from hrsite.settings import reading
from tests.factories import make_notice, make_page, make_picture, make_post
from tests.pages.picture_places import KEY, SHELF, address, figure, stored
from tests.statements import noted_statements


@pytest.fixture
def kept(app: Flask, session: Session) -> Picture:
    """A picture with its files."""
    return stored(app, session)


def places(page: str) -> list[str]:
    """The places that a page lists, as they are read."""
    listed = page.split('<ul class="uses"', 1)[1].split("</ul>")[0] if "uses" in page else ""
    return [" ".join(re.sub("<[^>]*>", " ", one).split()) for one in listed.split("<li>")[1:]]


def test_the_library_says_of_each_picture_where_it_is_used(
    coach: FlaskClient, session: Session
) -> None:
    used, top, face, _ = (make_picture(session, alt=f"Sight {n}") for n in range(4))
    now = clock.now()
    make_post(session, title="In words", slug="one", body_html=figure(used, "Own words"))
    make_post(session, title="Up there", slug="two", picture=top)
    make_post(
        session, title="Thrown away", slug="~3", body_html=figure(used, used.alt),
        published_at=None, deleted_at=now,
    )  # fmt: skip
    make_post(
        session, title="Begun", slug="~4", body_html=figure(used, used.alt), published_at=None
    )
    make_notice(session, title="Group on Monday", body_html=figure(used, used.alt))
    make_page(session, title="My page", body_html=figure(used, used.alt))
    words = reading.words(session)
    words.portrait = face
    session.add(words)
    unsaved.keep(session, KEY, "posts", None, {"title": "Not yet", "body": figure(used)}, now)
    session.commit()

    cards = coach.get(SHELF).text.split('<li class="sheet">')[1:]

    assert [f"Sight {n}" in card for n, card in zip((3, 2, 1, 0), cards, strict=True)] == [True] * 4
    assert [places(card) for card in cards[:3]] == [
        [],
        ["Your portrait"],
        ["Up there Article, on top"],
    ]
    assert "Not used anywhere." in cards[0]
    everywhere = [
        "Begun Article, in the text. A draft",
        "Thrown away Article, in the text. In the bin",
        "In words Article, in the text. There it says: “Own words”",
        "Group on Monday Session notice, in the text",
        "My page Page, in the text",
        "Not yet Article, in words not saved yet",
    ]
    assert places(cards[3]) == places(coach.get(address(used)).text) == everywhere
    for link in [part.split('"')[0] for part in cards[3].split('href="')[1:]]:
        assert coach.get(link.replace("&amp;", "&")).status_code == 200


def test_a_picture_without_words_says_so(coach: FlaskClient, session: Session) -> None:
    make_picture(session, alt="")
    make_picture(session, alt="", is_decorative=True, byte_count=2 * storing.MEGABYTE)
    page = coach.get(SHELF).text
    assert "No description yet" in page
    assert "Decoration" in page
    assert "1,600 by 900 pixels, 2.0 MB" in page


def test_there_are_pages_of_24(coach: FlaskClient, session: Session) -> None:
    assert "stand here" in coach.get(SHELF).text
    for number in range(shelving.PAGE_SIZE + 2):
        make_picture(session, alt=f"Sight {number}.")
    first = coach.get(SHELF).text
    assert "Sight 25." in first
    assert "Sight 1." not in first
    older = first.split(f'href="{SHELF}?before=')[1].split('"')[0]
    second = coach.get(f"{SHELF}?before={older}").text
    assert "Sight 2." not in second
    assert "Sight 1." in second
    assert "Sight 0." in second
    assert "Older pictures" not in second
    for odd in ("x", "0", "-3", "9" * 40):
        assert "Sight 25." in coach.get(f"{SHELF}?before={odd}").text


def test_used_where_asks_no_more_for_many_than_for_one(
    coach: FlaskClient, session: Session
) -> None:
    def asked() -> int:
        with noted_statements() as statements:
            coach.get(SHELF)
        return len(statements)

    make_post(session, slug="a0", body_html=figure(make_picture(session)))
    few = asked()
    for number in range(1, 15):
        picture = make_picture(session)
        make_post(session, slug=f"a{number}", body_html=figure(picture), picture=picture)
    assert asked() == few


def test_a_new_description_is_on_the_readers_pages_at_once(
    coach: FlaskClient, client: FlaskClient, session: Session, kept: Picture
) -> None:
    post = make_post(session, slug="one", body_html=figure(kept), picture=kept)
    make_post(session, slug="two", body_html=figure(kept, "Her own words"))
    make_page(session, body_html=figure(kept))
    pages = ("/posts/one", "/about", "/feed.json", "/feed.xml")
    for page in pages:
        assert "Two cups" in client.get(page).text

    answer = coach.post(address(kept, "/describe"), data={"alt": "  Three\n cups & a pot "})

    assert "Saved." in coach.get(answer.location).text
    for page in pages:
        text = client.get(page).text
        assert "Two cups" not in text
        assert "Three cups" in text
    assert "Her own words" in client.get("/posts/two").text
    session.rollback()
    session.refresh(post)
    # A page can have the same number.
    ours = (EarlierText.room == Post.__tablename__, EarlierText.row_id == post.id)
    said = session.scalars(select(EarlierText).where(*ours)).all()
    assert sorted("Three cups" in one.body_html for one in said) == [False, True]
    assert len(said) == 2


def test_a_description_that_is_refused_is_still_in_the_box(
    coach: FlaskClient, session: Session, kept: Picture
) -> None:
    for alt, told in (("", "no description yet"), ("x" * 501, "501 characters")):
        answer = coach.post(address(kept, "/describe"), data={"alt": alt})
        assert answer.status_code == 422
        assert told in answer.text
        assert f'value="{alt}"' in answer.text
    session.rollback()
    session.refresh(kept)
    assert kept.alt == "Two cups"
    coach.post(address(kept, "/describe"), data={"alt": "ignored", "decorative": "y"})
    session.rollback()
    session.refresh(kept)
    assert (kept.alt, kept.is_decorative) == ("", True)


def test_a_picture_that_is_not_there(coach: FlaskClient) -> None:
    assert coach.get(f"{SHELF}7").status_code == 404
    for deed in ("describe", "replace"):
        assert coach.post(f"{SHELF}7/{deed}").status_code == 404
    # Delete, pressed twice.
    assert "gone already" in coach.get(coach.post(f"{SHELF}7/delete").location).text
