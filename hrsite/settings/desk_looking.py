"""How the first page would look with the words and the colour in the boxes. Nothing is saved.

`desk` puts it at its address, behind the guard.
"""

from dataclasses import replace
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from hrsite import clock, colours, furniture
from hrsite.described import Site
from hrsite.extensions import db
from hrsite.headers import framed_policy
from hrsite.posts import fronting, listing, pinning
from hrsite.posts.boxes import one_line
from hrsite.settings.forms import USUAL_ACCENT

# The boxes whose words stand on the first page, and what they are called there. Longer words than
# they take are cut: the form says so when it is saved.
SHOWN = {"site_name": "name", "tagline": "tagline", "coach_name": "coach_name"}
MOST_SHOWN = 200


def look() -> ResponseReturnValue:
    """The first page, for a frame. Without script the form is sent here; a script asks by GET."""
    now, engine = clock.now(), db.engine
    pinned = pinning.start_here(engine, now)
    first = fronting.first_page(pinned, listing.newest(engine, now, fronting.NEWEST_COUNT))
    shown = render_template(
        "settings/desk/look.html",
        site=_as_typed(furniture.site()),
        **first._asdict(),
    )
    return shown, {"Content-Security-Policy": framed_policy()}


def _as_typed(site: Site) -> Site:
    """The site with what stands in the boxes: a name that is missing is the one it has."""
    said: dict[str, Any] = {
        name: (one_line(request.values[box]) or "")[:MOST_SHOWN]
        for box, name in SHOWN.items()
        if box in request.values
    }
    said = {name: words for name, words in said.items() if words or name == "tagline"}
    accent = request.values.get("accent", "").lower()
    if colours.is_colour(accent):
        said["accent"] = "" if accent == USUAL_ACCENT else colours.by_day(accent)
    return replace(site, **said)
