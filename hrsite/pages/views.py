"""Pages that stand by themselves, as readers see them."""

from collections.abc import Callable, Sequence

from flask import Blueprint, abort, render_template

from hrsite import furniture, pagecache
from hrsite.extensions import db
from hrsite.pages import listing, views_mapping
from hrsite.pages.models import Page

blueprint = Blueprint("pages", __name__)
blueprint.add_url_rule("/robots.txt", "robots", views_mapping.robots)
blueprint.add_url_rule("/sitemap.xml", "sitemap", views_mapping.sitemap)
blueprint.add_url_rule("/sitemap-pages.xml", "sitemap_pages", views_mapping.sitemap_pages)
blueprint.add_url_rule(
    "/sitemap-articles-<int:number>.xml", "sitemap_articles", views_mapping.sitemap_articles
)


@blueprint.get("/about")
@pagecache.ready()
def about() -> str:
    """Who the coach is, and how she works."""
    page = listing.by_slug(db.session(), "about")
    if page is None:
        abort(404)
    return render_template("pages/show.html", page=page)


@blueprint.get("/privacy")
@pagecache.ready()
def privacy() -> str:
    """How this site keeps its readers private."""
    return render_template("pages/privacy.html")


@blueprint.get(furniture.BOOKING_PATH)
@pagecache.ready()
def call() -> str:
    """How to book a call, in the coach's words."""
    if not furniture.site().book_link:
        abort(404)
    return render_template("pages/call.html")


@blueprint.get("/staying-private")
@pagecache.ready()
def staying_private() -> str:
    """How to read here on a phone or computer that others use, too."""
    return render_template("pages/staying_private.html")


def menu_pages() -> Sequence[Page]:
    """For the menu on any page."""
    return listing.in_menu(db.session())


@blueprint.app_context_processor
def _offer_menu_pages() -> dict[str, Callable[[], Sequence[Page]]]:
    # The function, and not its answer: a page without the menu asks the database nothing.
    return {"menu_pages": menu_pages}
