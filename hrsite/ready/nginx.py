"""nginx's part: the server block with which it answers ready pages from files as hrsite would."""

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from hrsite import schema
from hrsite.ready.frontdoor import FrontDoor
from hrsite.ready.readyfiles import mark_of
from hrsite.ready.readypage import Headers

# A page that every site has, in the frame of all others.
SAMPLE = "/privacy"
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - as it may be set


class CannotTell(Exception):
    """Why there is no block, in words."""


def usual_headers(app: Flask) -> Headers:
    """What is said with a page, but for what each form of it says by itself."""
    door: FrontDoor = app.extensions["front_door"]
    if not _has_tables(app):
        raise CannotTell("No page can be made. Start the site once; see: hrsite doctor")
    return [pair for pair in door.said_with(SAMPLE) if pair[0] != "Vary"]


def _has_tables(app: Flask) -> bool:
    """Asked beforehand, for a page that fails tells the log all that was going on."""
    try:
        with app.app_context():
            return schema.state() == schema.SchemaState.CURRENT
    except SQLAlchemyError:
        return False  # The doctor says why.


def usual_mark(app: Flask) -> str:
    """The name of the folder for pages with these headers."""
    return mark_of(usual_headers(app))


def block(app: Flask) -> str:
    """The server block for this site as it is now."""
    config = app.config
    if not config["READY_FILES"]:
        raise CannotTell("Set READY_FILES first: a folder for ready pages as files.")
    said = usual_headers(app)
    headers = dict(said)
    host = ANYWHERE.get(config["HOST"], config["HOST"])
    return app.jinja_env.get_template("nginx.conf").render(
        config=config,
        host=config["MAIL_DOMAIN"],
        is_https=config["BASE_URL"].startswith("https://"),
        folder=config["READY_FILES"],
        mark=mark_of(said),
        kind=headers.pop("Content-Type"),
        headers=sorted(headers.items()),
        quoted=quoted,
        behind=f"[{host}]:{config['PORT']}" if ":" in host else f"{host}:{config['PORT']}",
    )


def quoted(text: str) -> str:
    """As one word of nginx's. Raises ValueError for what nginx has no way to say."""
    if "$" in text or not text.isprintable():
        raise ValueError(text)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
