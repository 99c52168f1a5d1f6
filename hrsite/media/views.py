"""Hands out the pictures. Reads no row: a name nobody could guess is all the right there is."""

import re

from flask import Blueprint, Response, abort, current_app, send_file

from hrsite.media import storing, views_cards
from hrsite.media.models import Picture

blueprint = Blueprint("media", __name__, url_prefix="/media")
blueprint.add_url_rule("/card-<name>.png", "card", views_cards.show)

# A file never changes under its name, so browsers may keep it as long as they like.
FOR_EVER = "public, max-age=31536000, immutable"
_FILE = re.compile(r"([A-Za-z0-9_-]{22})(-small)?")


@blueprint.app_context_processor
def _addresses_of_pictures() -> dict[str, object]:
    return {"picture_url": _picture_url, "shown_card": views_cards.shown_card}


def _picture_url(picture: Picture, size: storing.Size = "full") -> str:
    return storing.url_path(picture.name, size)


@blueprint.get("/<name>.webp")
def show(name: str) -> Response:
    """One picture in one of its sizes."""
    parts = _FILE.fullmatch(name)
    if not parts:
        abort(404)
    folder = current_app.config["MEDIA_FOLDER"]
    path = storing.path_of(folder, parts[1], "small" if parts[2] else "full")
    try:
        response = send_file(path.absolute(), mimetype="image/webp", conditional=True)
    except FileNotFoundError:
        abort(404)
    response.headers["Cache-Control"] = FOR_EVER
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
