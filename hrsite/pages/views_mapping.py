"""What search engines ask for: robots.txt, the sitemap. `views` puts these at their addresses."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote

from flask import Response, abort, render_template, url_for

from hrsite import clock, furniture
from hrsite.extensions import db
from hrsite.notices import listing as notices_listing
from hrsite.pages import listing
from hrsite.posts import listing as posts_listing
from hrsite.posts import mapping
from hrsite.ready import pagecache

# As many parts as row numbers can fill (PostgreSQL's integer).
MOST_PARTS = 2**31 // mapping.PART_SIZE
STANDING = (
    "posts.home",
    "posts.archive",
    "posts.topics",
    "notices.index",
    "posts.follow",
    "pages.privacy",
    "pages.receipt_page",
)


class Place(NamedTuple):
    """An address, and when what stands there last changed, where that is known."""

    path: str
    changed_at: datetime | None = None


@pagecache.ready()
def robots() -> Response:
    """Everything public may be read. What must stay out of an index says so itself, by a header."""
    address = furniture.absolute(url_for("pages.sitemap"))
    words = f"User-agent: *\nDisallow:\n\nSitemap: {address}\n"
    return Response(words, content_type="text/plain; charset=utf-8")


@pagecache.ready()
def sitemap() -> Response:
    """The list of lists."""
    parts = [
        Place(url_for("pages.sitemap_articles", number=part.number), part.changed_at)
        for part in mapping.parts(db.session(), clock.now())
    ]
    return _answer("sitemapindex", "sitemap", [Place(url_for("pages.sitemap_pages")), *parts])


@pagecache.ready()
def sitemap_pages() -> Response:
    """Every public page that is no article."""
    session, now = db.session(), clock.now()
    places = [Place(url_for(endpoint)) for endpoint in STANDING]
    places += [
        Place(url_for("pages.show", slug=page.slug), page.updated_at)
        for page in listing.shown(session)
    ]
    places += [
        Place(url_for("posts.topic", slug=tag.slug))
        for tag, _ in posts_listing.tags_with_counts(session, now)
    ]
    places += [
        Place(url_for("notices.show", slug=notice.slug), max(notice.updated_at, since))
        for notice in notices_listing.upcoming(session, now)
        if (since := notice.published_at)
    ]
    return _answer("urlset", "url", places)


@pagecache.ready()
def sitemap_articles(number: int) -> Response:
    """One part of the articles."""
    articles = (
        mapping.articles_of(db.session(), clock.now(), number) if number <= MOST_PARTS else []
    )
    if not articles:
        abort(404)
    # Each by hand: to build thousands of addresses by rule would take as long as all the rest.
    places = (Place(f"/posts/{quote(one.slug)}", one.changed_at) for one in articles)
    return _answer("urlset", "url", places)


def _answer(root: str, kind: str, places: Iterable[Place]) -> Response:
    page = render_template("pages/sitemap.xml", root=root, kind=kind, places=places)
    return Response(page, content_type="application/xml; charset=utf-8")
