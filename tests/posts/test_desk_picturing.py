"""Pictures that the editor hands over: kept and named, or refused in words."""

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite.media.models import Picture
from tests.posts.writing import picture_file


def send(coach: FlaskClient, **boxes: Any) -> tuple[int, dict[str, str]]:
    answer = coach.post("/desk/posts/pictures", data=boxes, content_type="multipart/form-data")
    return answer.status_code, answer.json or {}


def test_a_picture_is_kept_with_its_words_and_shown(coach: FlaskClient, session: Session) -> None:
    status, said = send(coach, picture=picture_file(), picture_alt=" A [kit]\n open ")

    assert status == 200
    assert said["alt"] == "A [kit] open"
    picture = session.scalars(select(Picture)).one()
    assert said["src"] == f"/media/{picture.name}.webp"
    with coach.get(said["src"]) as shown:
        assert shown.mimetype == "image/webp"


def test_decoration_needs_no_words(coach: FlaskClient) -> None:
    assert send(coach, picture=picture_file(), picture_decorative="y")[1]["alt"] == ""


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("file", "alt", "words"),
    [
        (SVG, "A kit", "JPEG"),
        (b"hello", "A kit", "JPEG"),
        (None, "", "no description"),
        (None, "x" * 501, "501 characters"),
    ],
)
def test_what_is_refused_is_refused_in_words(
    app: Flask, coach: FlaskClient, session: Session, file: bytes | None, alt: str, words: str
) -> None:
    picture = picture_file() if file is None else (BytesIO(file), "picture.svg")
    status, said = send(coach, picture=picture, picture_alt=alt)

    assert status == 422
    assert words in said["trouble"]
    assert session.scalars(select(Picture)).all() == []
    assert not list(app.config["MEDIA_FOLDER"].glob("*"))


def test_without_a_file_it_says_so(coach: FlaskClient) -> None:
    assert send(coach, picture_alt="A kit") == (422, {"trouble": "Choose a picture first."})


def test_a_stranger_cannot(client: FlaskClient, session: Session) -> None:
    assert send(client, picture=picture_file(), picture_alt="x")[0] == 403
    assert session.scalars(select(Picture)).all() == []
