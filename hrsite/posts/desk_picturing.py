"""The editor hands over a picture for the text, and is told where it is or what is wrong.

`desk` puts this at its address, behind the guard.
"""

from flask import current_app
from flask.typing import ResponseReturnValue

from hrsite import clock
from hrsite.extensions import db
from hrsite.media import storing
from hrsite.posts import illustrating
from hrsite.posts.forms import TextPictureForm


def add() -> ResponseReturnValue:
    """Keep a picture, and say its address; the text it goes into is saved by its own form."""
    form = TextPictureForm()
    if form.picture.data is None:
        return {"trouble": "Choose a picture first."}, 422
    try:
        picture = illustrating.store(
            db.session(),
            form.picture.data,
            form.picture_alt.data or "",
            bool(form.picture_decorative.data),
            current_app.config["MEDIA_FOLDER"],
            clock.now(),
        )
    except storing.PictureRefused as trouble:
        db.session.rollback()
        return {"trouble": str(trouble)}, 422
    said = {"src": storing.url_path(picture.name), "alt": picture.alt}
    db.session.commit()
    return said
