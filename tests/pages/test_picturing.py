"""Another file for a picture, or none: right in every place at once, nothing left on the disk."""

import io
import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from hrsite import clock, unsaved
from hrsite.media.models import Picture
from hrsite.pages.models import Page
from hrsite.posts import revising
from hrsite.posts.models import Post
from hrsite.settings import reading
from hrsite.texts.markup import clean, to_markdown
from tests.factories import make_page, make_post
from tests.media.picture_samples import as_bytes, halves, photo_from_a_phone
from tests.pages.picture_places import KEY, address, deleted, figure, files, replaced, stored
from tests.posts.writing import send


@pytest.fixture
def kept(app: Flask, session: Session) -> Picture:
    """A picture with its files."""
    return stored(app, session)


def test_another_file_stands_in_every_place_and_the_old_one_is_gone(
    app: Flask, coach: FlaskClient, client: FlaskClient, session: Session, kept: Picture
) -> None:
    post = make_post(session, slug="one", body_html=figure(kept), picture=kept)
    revising.keep(session, post)
    binned = make_post(
        session, slug="~b", body_html=figure(kept), published_at=None, deleted_at=clock.now()
    )
    make_page(session, body_html=figure(kept))
    boxes = {"body": f"![Two cups](/media/{kept.name}.webp)"}
    unsaved.keep(session, KEY, "posts", None, boxes, clock.now())
    session.commit()
    old, old_files = kept.name, files(app)
    pages = ("/posts/one", "/about", "/feed.json", "/feed.xml")
    for page in pages:
        assert old in client.get(page).text

    status, _ = replaced(coach, kept, photo_from_a_phone())

    assert status == 303
    session.rollback()
    session.refresh(kept)
    assert kept.name != old
    for page in pages:
        text = client.get(page).text
        assert old not in text
        assert kept.name in text
    session.refresh(binned)
    assert kept.name in binned.body_html
    assert not {*old_files} & {*files(app)}
    assert f"/media/{kept.name}.webp" in session.scalars(select(unsaved.UnsavedWords)).one().boxes
    # What it said before is as it was; and old addresses lead to the new picture.
    assert old in (revising.revision(session, post, 1) or post).body_html
    for size in (".webp", "-small.webp", "-640.webp", "-320.jpg"):
        shown = client.get(f"/media/{old}{size}", follow_redirects=True, buffered=True)
        assert shown.status_code == 200
        with Image.open(io.BytesIO(shown.data)) as picture:
            assert picture.size == (80, 40)
            assert not picture.getexif()
    for path in files(app):
        assert b"Secret" not in path.read_bytes()
        assert b"EXIF" not in path.read_bytes()


def test_when_the_database_refuses_the_old_picture_stays_and_no_file_is_left(
    app: Flask, coach: FlaskClient, client: FlaskClient, session: Session, kept: Picture
) -> None:
    make_page(session, body_html=figure(kept))
    before = files(app)

    def refuse(*_: object) -> None:
        raise RuntimeError

    event.listen(Picture, "before_update", refuse)
    try:
        status, _ = replaced(coach, kept, as_bytes(halves()))
    finally:
        event.remove(Picture, "before_update", refuse)

    assert status == 500
    assert files(app) == before
    assert kept.name in client.get("/about").text


def test_words_from_before_show_the_new_picture(
    coach: FlaskClient, client: FlaskClient, session: Session, kept: Picture
) -> None:
    html = figure(kept)
    replaced(coach, kept, as_bytes(halves()))
    replaced(coach, kept, as_bytes(halves()))
    make_post(session, slug="back", body_html=html)
    session.rollback()
    session.refresh(kept)
    assert f"/media/{kept.name}-80.jpg" in client.get("/posts/back").text
    assert "in the text" in coach.get(address(kept)).text


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "Choose"), (b"<svg></svg>", "SVG"), (b"hello", "JPEG"), (as_bytes(halves())[:300], "")],
)
def test_a_refused_file_changes_nothing(
    app: Flask, coach: FlaskClient, session: Session, kept: Picture, content: bytes, told: str
) -> None:
    make_page(session, body_html=figure(kept))
    before = files(app)
    answer = coach.post(
        address(kept, "/replace"),
        data={"file": (io.BytesIO(content), "x.jpg" if content else "")},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 422
    assert told in answer.text
    assert "Nothing was changed" in answer.text
    assert files(app) == before
    session.rollback()
    assert kept.name in session.scalars(select(Page)).one().body_html


def test_deleting_names_the_places_and_takes_it_out_of_them(
    app: Flask, coach: FlaskClient, client: FlaskClient, session: Session, kept: Picture
) -> None:
    make_post(
        session, title="Tea", slug="one", body_html=figure(kept, caption="Hot."), picture=kept
    )
    make_page(
        session, body_html=clean(f'<p><img src="/media/{kept.name}.webp" alt="x"></p><p>.</p>')
    )
    words = reading.words(session)
    words.portrait = kept
    session.add(words)
    boxes = {"title": "New", "body": f"Hm.\n\n![Two cups](/media/{kept.name}.webp)\n"}
    unsaved.keep(session, KEY, "posts", None, boxes, clock.now())
    session.commit()
    replaced(coach, kept, as_bytes(halves()))
    name = kept.name  # As this session has it still: the one it had before.
    left = Path(app.config["MEDIA_FOLDER"]) / f"{name}.webp"
    left.write_bytes(b"A file that the disk did not let go of.")

    asked = coach.get(address(kept, "/delete")).text
    assert "5 places" in asked
    for place in ("Article, on top", "Article, in the text", "About Jordan</a>", "Your portrait"):
        assert place in asked
    assert "is gone" in deleted(coach, kept)

    assert files(app) == []
    session.rollback()
    session.expire_all()
    assert session.scalars(select(Picture)).all() == []
    post = session.scalars(select(Post)).one()
    assert (post.picture_id, post.body_html) == (None, "<p>Before.</p><p>After.</p>")
    assert session.scalars(select(Page)).one().body_html == "<p>.</p>"
    assert (
        json.loads(session.scalars(select(unsaved.UnsavedWords)).one().boxes)["body"] == "Hm.\n\n\n"
    )
    for page in ("/", "/posts/one", "/about", "/feed.json"):
        assert "/media/" not in client.get(page).text.replace("/media/card-", "")
    assert client.get(f"/media/{name}.webp").status_code == 404


def test_a_place_she_has_not_read_of_is_asked_about_again(
    app: Flask, coach: FlaskClient, session: Session, kept: Picture
) -> None:
    asked = coach.get(address(kept, "/delete")).text
    seen = asked.split('name="seen"', 1)[1].split('value="', 1)[1].split('"')[0]
    make_post(session, title="Meanwhile", slug="one", body_html=figure(kept))

    for sent in ({}, {"seen": seen}):
        answer = coach.post(address(kept, "/delete"), data=sent)
        assert answer.status_code == 409
        assert "Meanwhile" in answer.text
    assert "Nothing was deleted." in answer.text
    assert len(files(app)) == 3
    session.rollback()
    assert len(session.scalars(select(Picture)).all()) == 1


def test_a_form_that_was_open_does_not_bring_the_picture_back_unasked(
    coach: FlaskClient, session: Session, kept: Picture
) -> None:
    post = make_post(session, slug="one", body_html=figure(kept))
    body, version = to_markdown(post.body_html), str(post.version)
    deleted(coach, kept)

    answer = send(coach, f"/desk/posts/{post.id}", body=body, version=version)

    assert answer.status_code == 409
    session.rollback()
    session.refresh(post)
    assert "/media/" not in post.body_html


def test_an_earlier_text_comes_back_with_the_pictures_of_today(
    app: Flask, coach: FlaskClient, client: FlaskClient, session: Session, kept: Picture
) -> None:
    other = stored(app, session, files_so_far=3)
    post = make_post(session, slug="one", body_html=figure(kept) + figure(other))
    revising.keep(session, post)
    session.commit()
    old = kept.name
    replaced(coach, kept, as_bytes(halves()))
    deleted(coach, other)
    session.rollback()
    session.refresh(post)

    coach.post(f"/desk/posts/{post.id}/revisions/1", data={"version": str(post.version)})

    session.rollback()
    session.refresh(post)
    session.refresh(kept)
    assert f"/media/{kept.name}.webp" in post.body_html
    assert post.body_html.count("<img") == 1
    text = client.get("/posts/one").text
    assert f"/media/{kept.name}-80.jpg" in text
    assert old not in text
