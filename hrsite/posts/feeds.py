"""Feeds, and the page about them: how to follow without giving an address.

Atom (RFC 4287) and JSON Feed 1.1, of everything and of each topic. `views` puts these at their
addresses.
"""

import json
from collections.abc import Sequence

from flask import Response, abort, render_template, url_for

from hrsite import clock
from hrsite.extensions import db
from hrsite.posts import feeding, listing
from hrsite.posts.models import Post, Tag
from hrsite.ready import pagecache
from hrsite.slugs import is_slug_shaped

FEED_COUNT = 20


@pagecache.ready()
def atom(slug: str | None = None) -> Response:
    """The newest articles in full, of one topic or of all."""
    tag = _tag(slug)
    posts = _posts(tag)
    page = render_template(
        "posts/atom.xml",
        posts=posts,
        tag=tag,
        feeding=feeding,
        page=_page_of(tag),
        own=url_for("posts.topic_atom", slug=tag.slug) if tag else url_for("posts.atom"),
        updated_at=max((feeding.changed_at(post) for post in posts), default=clock.now()),
    )
    return Response(page, content_type="application/atom+xml; charset=utf-8")


@pagecache.ready()
def json_feed(slug: str | None = None) -> Response:
    """The same for apps that read JSON."""
    tag = _tag(slug)
    own = url_for("posts.topic_json", slug=tag.slug) if tag else url_for("posts.json_feed")
    feed = feeding.json_feed(_posts(tag), tag, _page_of(tag), own, clock.now())
    words = json.dumps(feed, ensure_ascii=False, separators=(",", ":"))
    return Response(words, content_type="application/feed+json; charset=utf-8")


@pagecache.ready()
def follow() -> str:
    """What a feed is, how to follow one, and what that tells about whoever does."""
    tags = listing.tags_with_counts(db.session(), clock.now())
    return render_template("posts/follow.html", tags=tags)


def _tag(slug: str | None) -> Tag | None:
    if slug is None:
        return None
    tag = listing.tag_by_slug(db.session(), slug, clock.now()) if is_slug_shaped(slug) else None
    return tag or abort(404)


def _posts(tag: Tag | None) -> Sequence[Post]:
    return listing.in_full(db.session(), clock.now(), FEED_COUNT, tag)


def _page_of(tag: Tag | None) -> str:
    return url_for("posts.topic", slug=tag.slug) if tag else url_for("posts.home")
