"""Pages that stand by themselves, as readers see them."""

from collections.abc import Sequence

from flask import Blueprint, abort, g, render_template
from flask.blueprints import BlueprintSetupState

from hrsite import furniture, receipt
from hrsite.described import BOOKING_PATH
from hrsite.extensions import Base, db
from hrsite.pages import listing, views_mapping
from hrsite.pages.models import Page
from hrsite.ready import pagecache

ABOUT = "about"

blueprint = Blueprint("pages", __name__)
blueprint.add_url_rule("/robots.txt", "robots", views_mapping.robots)
blueprint.add_url_rule("/sitemap.xml", "sitemap", views_mapping.sitemap)
blueprint.add_url_rule("/sitemap-pages.xml", "sitemap_pages", views_mapping.sitemap_pages)
blueprint.add_url_rule(
    "/sitemap-articles-<int:number>.xml", "sitemap_articles", views_mapping.sitemap_articles
)


@blueprint.get("/<slug>")
@pagecache.ready()
def show(slug: str) -> str:
    """A page of the coach's. Whatever else has an address of one word comes before it."""
    page = listing.by_slug(db.session(), slug)
    if page is None:
        abort(404)
    return render_template("pages/show.html", page=page)


@blueprint.get("/privacy")
@pagecache.ready()
def privacy() -> str:
    """How this site keeps its readers private."""
    return render_template("pages/privacy.html")


@blueprint.get("/privacy/receipt")
@pagecache.ready()
def receipt_page() -> str:
    """What is kept of a reader, column by column; and of who signs in."""
    return render_template(
        "pages/receipt.html",
        readers=receipt.sections(Base.metadata, "reader"),
        coaches=receipt.sections(Base.metadata, "coach"),
        besides=receipt.BESIDES,
    )


@blueprint.get(BOOKING_PATH)
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


def _pages() -> Sequence[Page]:
    """All her pages, asked for once, however often a page names them."""
    if "pages" not in g:
        g.pages = listing.shown(db.session())
    pages: Sequence[Page] = g.pages
    return pages


def menu_pages() -> list[Page]:
    """For the menu on any page."""
    return [page for page in _pages() if page.is_in_menu]


def has_about_page() -> bool:
    """Has she written who she is?"""
    return pagecache.shared("about", lambda: any(page.slug == ABOUT for page in _pages()))


@blueprint.record_once
def _furnish_templates(state: BlueprintSetupState) -> None:
    # The functions, and not their answers: a page without the menu asks the database nothing.
    state.app.jinja_env.globals |= {"menu_pages": menu_pages, "has_about_page": has_about_page}
