"""Pictures are handed out fast, kept by browsers, and can never act as a page."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite.media.storing import store, url_path
from tests.conftest import A_TUESDAY, AppMaker
from tests.media.picture_samples import as_bytes, halves
from tests.statements import noted_statements


@pytest.fixture
def name(app: Flask, session: Session) -> str:
    """The name of a picture that lies in the media folder."""
    folder = Path(app.config["MEDIA_FOLDER"])
    picture = store(
        session,
        as_bytes(halves(900, 300)),
        alt="a",
        is_decorative=False,
        folder=folder,
        now=A_TUESDAY,
    )
    session.rollback()
    return picture.name


def test_show_hands_out_both_sizes(client: FlaskClient, name: str) -> None:
    full, small = (
        client.get(url_path(name), buffered=True),
        client.get(url_path(name, "small"), buffered=True),
    )
    assert full.status_code == small.status_code == 200
    assert full.mimetype == small.mimetype == "image/webp"
    assert full.data.startswith(b"RIFF")
    assert full.data != small.data


def test_another_machine_shows_it_where_the_folder_of_pictures_is_shared(
    make_app: AppMaker, app: Flask, name: str, tmp_path: Path
) -> None:
    other = make_app(DATA_DIR=tmp_path / "another machine")
    shared = Path(other.config["MEDIA_FOLDER"])
    assert other.test_client().get(url_path(name)).status_code == 404
    shared.parent.mkdir(exist_ok=True)
    shared.symlink_to(app.config["MEDIA_FOLDER"])
    assert other.test_client().get(url_path(name), buffered=True).status_code == 200


def test_show_can_never_act_as_a_page(client: FlaskClient, name: str) -> None:
    headers = client.get(url_path(name), buffered=True).headers
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in headers


def test_show_is_kept_by_browsers_and_asked_for_once(client: FlaskClient, name: str) -> None:
    first = client.get(url_path(name), buffered=True)
    assert first.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    again = client.get(
        url_path(name), buffered=True, headers={"If-None-Match": first.headers["ETag"]}
    )
    assert again.status_code == 304
    assert again.data == b""
    assert client.head(url_path(name), buffered=True).content_length == len(first.data)


def test_show_reads_no_row(client: FlaskClient, name: str) -> None:
    with noted_statements() as said:
        assert client.get(url_path(name), buffered=True).status_code == 200
    # The front door looks, for all that is asked here, whether pages are still as they were.
    assert [one for one in said if " FROM " in one.sql and "page_generation" not in one.sql] == []


@pytest.mark.parametrize(
    "path",
    [
        "/media/AAAAAAAAAAAAAAAAAAAAAA.webp",
        "/media/AAAAAAAAAAAAAAAAAAAAAA-small.webp",
        "/media/AAAAAAAAAAAAAAAAAAAAAA-large.webp",
        "/media/AAAAAAAAAAAAAAAAAAAAA.webp",
        "/media/..%2f..%2fhrsite.db",
        "/media/../hrsite.db",
        "/media/%00.webp",
        "/media/AAAAAAAAAAAAAAAAAAAAAA.webp%0a",
        "/media/.webp",
        "/media/",
    ],
)
def test_show_knows_no_other_file(client: FlaskClient, name: str, path: str) -> None:
    assert client.get(path).status_code == 404
