"""The Atom feed: how to follow without giving an address (RFC 4287)."""

from flask import Response, render_template

from hrsite import clock, pagecache
from hrsite.extensions import db
from hrsite.posts import listing

FEED_COUNT = 20


@pagecache.ready()
def atom() -> Response:
    """The newest articles in full. `views` puts it at its address."""
    now = clock.now()
    posts = listing.in_full(db.session(), now, FEED_COUNT)
    # An article written long ago and published today is news today.
    dates = [max(post.updated_at, post.published_at or post.updated_at) for post in posts]
    page = render_template("posts/atom.xml", posts=posts, updated_at=max(dates, default=now))
    return Response(page, content_type="application/atom+xml; charset=utf-8")
