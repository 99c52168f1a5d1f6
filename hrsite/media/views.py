"""Hands out the pictures: a name nobody could guess is all the right there is.

No row is read for a picture that is there; only an old name asks where its picture went.
"""

import re
from io import BytesIO
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, render_template, send_file
from flask.blueprints import BlueprintSetupState
from markupsafe import Markup

from hrsite.extensions import db
from hrsite.media import elsewhere, resizing, shelving, showing, storing, views_cards
from hrsite.media.models import Picture
from hrsite.texts import markup

blueprint = Blueprint("media", __name__, url_prefix="/media")
blueprint.add_url_rule("/card-<name>.png", "card", views_cards.show)

# A file never changes under its name, so browsers may keep it as long as they like.
FOR_EVER = "public, max-age=31536000, immutable"
FOR_A_WHILE = "public, max-age=300"
_FILE = re.compile(r"([A-Za-z0-9_-]{22})(-small|-[1-9][0-9]{1,3})?")


@blueprint.record_once
def _furnish_templates(state: BlueprintSetupState) -> None:
    # Globals, and not of a page's context: macros are imported without one.
    state.app.jinja_env.globals |= {
        "picture_url": _picture_url,
        "picture_srcset": resizing.srcset,
        "usual_picture": _usual_picture,
        "shown_card": views_cards.shown_card,
        "elsewhere_hosts": elsewhere.HOSTS,
    }


def _picture_url(picture: Picture, size: storing.Size = "full") -> str:
    return storing.url_path(picture.name, size)


def _usual_picture(picture: Picture) -> str:
    return resizing.url_path(picture.name, resizing.usual_width(picture), "jpg")


@blueprint.app_template_filter("illustrated")
def _illustrated(html: str, opens_page: bool = False) -> Markup:
    """The author's text, with its pictures in every width. It is kept clean, and looked at here."""
    clean = elsewhere.with_cards(markup.kept_clean(html), _card)
    if showing.has_pictures(clean):
        clean = showing.illustrated(db.session(), clean, opens_page=opens_page)
    return Markup(clean)  # noqa: S704 - nh3 has been over it


def _card(it: elsewhere.Elsewhere) -> str:
    return render_template("media/_elsewhere.html", it=it).strip()


@blueprint.get("/<name>.webp")
def show(name: str) -> Response:
    """One picture in one of its sizes."""
    return _answer(name, "webp")


@blueprint.get("/<name>.jpg")
def show_jpeg(name: str) -> Response:
    """The same for browsers that know no WebP."""
    return _answer(name, "jpg")


def _answer(name: str, kind: resizing.Kind) -> Response:
    parts = _FILE.fullmatch(name)
    if not parts:
        abort(404)
    try:
        file = _file(parts[1], parts[2] or "", kind)
        response = send_file(
            file.absolute() if isinstance(file, Path) else BytesIO(file),
            mimetype="image/webp" if kind == "webp" else "image/jpeg",
            conditional=True,
        )
    except (FileNotFoundError, resizing.NoSuchPicture):
        return _led_on(parts[1], parts[2] or "", kind)
    response.headers["Cache-Control"] = FOR_EVER
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _led_on(name: str, size: str, kind: resizing.Kind) -> Response:
    """From the name a picture had to the one it has, in the nearest width it comes in."""
    picture = shelving.now_called(db.session(), name) or abort(404)
    width = size.removeprefix("-")
    if width.isdigit():
        at_most = [one for one in resizing.widths_of(picture) if one <= int(width)]
        nearest = at_most[-1] if at_most else resizing.widths_of(picture)[0]
        place = resizing.url_path(picture.name, nearest, kind)
    else:
        place = storing.url_path(picture.name, "small" if size else "full")
    return Response(status=302, headers={"Location": place, "Cache-Control": FOR_A_WHILE})


def _file(name: str, size: str, kind: resizing.Kind) -> Path | bytes:
    folder: Path = current_app.config["MEDIA_FOLDER"]
    if size.removeprefix("-").isdigit():
        return resizing.resized(folder, name, int(size.removeprefix("-")), kind)
    if kind == "jpg":
        raise resizing.NoSuchPicture(name)
    return storing.path_of(folder, name, "small" if size else "full")
