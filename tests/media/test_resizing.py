"""A picture in the width a screen needs: never larger than it is, and only pixels of ours."""

from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from hrsite.media import resizing, showing
from hrsite.media.models import Picture
from hrsite.media.storing import store, url_path
from tests.conftest import A_TUESDAY
from tests.media.picture_samples import as_bytes, halves

pytestmark = pytest.mark.parametrize("database", ["sqlite"])


@pytest.fixture
def picture(app: Flask, session: Session) -> Picture:
    """A picture 1,000 pixels wide."""
    folder = Path(app.config["MEDIA_FOLDER"])
    made = store(
        session,
        as_bytes(halves(1000, 500)),
        alt="Red & blue",
        is_decorative=False,
        folder=folder,
        now=A_TUESDAY,
    )
    session.commit()
    return made


def pixels(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


def test_a_picture_comes_in_every_width_up_to_its_own(
    client: FlaskClient, picture: Picture
) -> None:
    assert resizing.widths_of(picture) == [320, 640, 960, 1000]
    for kind, name in (("webp", "WEBP"), ("jpg", "JPEG")):
        for one in resizing.srcset(picture, kind).split(", "):
            address, told = one.split(" ")
            answer = client.get(address, buffered=True)
            assert answer.mimetype == ("image/webp" if kind == "webp" else "image/jpeg")
            shown = pixels(answer.data)
            assert (shown.format, f"{shown.width}w") == (name, told)
            assert abs(shown.height - shown.width / 2) <= 1
            red, blue = (
                shown.convert("RGB").getpixel((9, 9)),
                shown.convert("RGB").getpixel((shown.width - 9, 9)),
            )
            assert red[0] > 150 > red[2]
            assert blue[2] > 150 > blue[0]
            assert answer.headers["Cache-Control"].endswith("immutable")
            assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize("width", ["1280", "1600", "321", "1", "9999", "0", "-5", "640.5", "٦٤٠"])
@pytest.mark.parametrize("kind", ["webp", "jpg"])
def test_no_other_width_is_made(
    app: Flask, client: FlaskClient, picture: Picture, width: str, kind: str
) -> None:
    before = sorted(Path(app.config["MEDIA_FOLDER"]).iterdir())
    assert client.get(f"/media/{picture.name}-{width}.{kind}").status_code == 404
    assert sorted(Path(app.config["MEDIA_FOLDER"]).iterdir()) == before


def test_what_was_made_is_kept_and_may_be_thrown_away(
    app: Flask, client: FlaskClient, picture: Picture
) -> None:
    address = resizing.url_path(picture.name, 320, "webp")
    kept = Path(app.config["MEDIA_FOLDER"]) / f"{picture.name}-320.webp"
    first = client.get(address, buffered=True).data
    assert kept.read_bytes() == first
    kept.unlink()
    assert client.get(address, buffered=True).data == first


def test_a_full_disk_keeps_nobody_from_seeing_it(
    app: Flask, picture: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "full")

    monkeypatch.setattr(Path, "write_bytes", full)
    made = resizing.resized(Path(app.config["MEDIA_FOLDER"]), picture.name, 320, "jpg")
    assert isinstance(made, bytes)
    assert pixels(made).width == 320


def test_what_can_be_seen_through_stands_on_paper(app: Flask, session: Session) -> None:
    glass = as_bytes(Image.new("RGBA", (400, 300), (0, 0, 0, 0)), "PNG")
    folder = Path(app.config["MEDIA_FOLDER"])
    made = store(session, glass, alt="x", is_decorative=False, folder=folder, now=A_TUESDAY)
    jpeg = resizing.resized(folder, made.name, 320, "jpg")
    assert isinstance(jpeg, Path)
    colour = Image.open(jpeg).getpixel((5, 5))
    assert min(colour) > 240


def test_pictures_in_the_text_hold_their_place(session: Session, picture: Picture) -> None:
    html = f'<figure><img src="{url_path(picture.name)}" alt="Red &amp; blue"></figure>'
    shown = showing.illustrated(session, html)
    assert 'width="1000" height="500"' in shown
    assert 'alt="Red &amp; blue"' in shown
    assert 'loading="lazy"' in shown
    assert f"/media/{picture.name}-640.webp 640w" in shown
    assert f'src="/media/{picture.name}-960.jpg"' in shown


@pytest.mark.parametrize(
    ("before", "opens_page", "is_at_once"),
    [
        ("<p>A word</p>", True, True),
        ("<p>A word</p>", False, False),
        ("<p>far</p>" * 300, True, False),
    ],
)
def test_of_a_page_that_opens_with_a_picture_it_is_fetched_at_once(
    session: Session, picture: Picture, before: str, opens_page: bool, is_at_once: bool
) -> None:
    one = f'<figure><img src="{url_path(picture.name)}" alt="Red"></figure>'
    first, _, second = showing.illustrated(
        session, before + one + "<hr>" + one, opens_page=opens_page
    ).partition("<hr>")
    assert ('loading="lazy"' not in first) == is_at_once
    assert ('fetchpriority="high"' in first) == is_at_once
    assert 'loading="lazy"' in second


def test_a_picture_that_is_gone_stays_as_it_was_written(session: Session) -> None:
    html = f'<figure><img src="/media/{"a" * 22}.webp" alt="x"></figure>'
    assert showing.illustrated(session, html) == html
