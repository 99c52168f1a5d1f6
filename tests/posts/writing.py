"""The writing form, filled in as a browser sends it, and what is saved after it."""

from io import BytesIO
from typing import Any

from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from hrsite.posts.models import Post


def send(coach: FlaskClient, address: str = "/desk/posts/new", **boxes: Any) -> TestResponse:
    """Press a button of the writing form; "act" is the button."""
    form: dict[str, Any] = {
        "title": "What I carry",
        "summary": "",
        "body": "Two doses, and a spare.",
        "body_format": "markdown",
        "topics": "",
        "act": "save",
        "version": "0",
    }
    return coach.post(address, data=form | boxes, content_type="multipart/form-data")


def saved(session: Session) -> Post:
    """The only article there is, as the database has it now."""
    session.rollback()
    return session.scalars(select(Post)).one()


def saved_count(session: Session) -> int:
    """How many articles there are now."""
    session.rollback()
    return len(session.scalars(select(Post)).all())


def picture_file(name: str = "cups.jpg") -> tuple[BytesIO, str]:
    """A real JPEG, as a browser would send it."""
    file = BytesIO()
    Image.new("RGB", (900, 600), "#14514a").save(file, "JPEG")
    file.seek(0)
    return file, name
