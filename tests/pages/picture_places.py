"""A picture with files of every size, places that show it, and the buttons of its page."""

import io
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.media import storing
from hrsite.media.models import Picture
from hrsite.texts.markup import clean
from tests.media.picture_samples import as_bytes, halves

SHELF = "/desk/pictures/"
KEY = "k" * 22


def figure(picture: Picture, alt: str = "Two cups", caption: str = "") -> str:
    below = f"<figcaption>{caption}</figcaption>" if caption else ""
    image = f'<img src="/media/{picture.name}.webp" alt="{alt}">'
    return clean(f"<p>Before.</p><figure>{image}{below}</figure><p>After.</p>")


def stored(app: Flask, session: Session, files_so_far: int = 0) -> Picture:
    """A picture with its files, in three sizes."""
    folder = app.config["MEDIA_FOLDER"]
    picture = storing.store(
        session, as_bytes(halves(1000, 500)), alt="Two cups", is_decorative=False,
        folder=folder, now=clock.now(),
    )  # fmt: skip
    session.commit()
    assert app.test_client().get(f"/media/{picture.name}-320.jpg", buffered=True).status_code == 200
    assert len(files(app)) == files_so_far + 3
    return picture


def files(app: Flask) -> list[Path]:
    return sorted(Path(app.config["MEDIA_FOLDER"]).iterdir())


def address(picture: Picture, deed: str = "") -> str:
    return f"{SHELF}{picture.id}{deed}"


def replaced(coach: FlaskClient, picture: Picture, content: bytes) -> tuple[int, str]:
    answer = coach.post(
        address(picture, "/replace"),
        data={"file": (io.BytesIO(content), "new.jpg")},
        content_type="multipart/form-data",
    )
    return answer.status_code, answer.text


def deleted(coach: FlaskClient, picture: Picture) -> str:
    asked = coach.get(address(picture, "/delete")).text
    seen = asked.split('name="seen"', 1)[1].split('value="', 1)[1].split('"')[0]
    answer = coach.post(address(picture, "/delete"), data={"seen": seen})
    return coach.get(answer.location).text
