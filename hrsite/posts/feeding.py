"""What a feed says of the articles, whichever format it is in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from hrsite import furniture
from hrsite.media.models import Picture
from hrsite.media.storing import url_path
from hrsite.posts.listing import AnyPost
from hrsite.posts.models import Post, Tag
from hrsite.posts.prefacing import preface
from hrsite.texts.markup import absolute_links

JSON_FEED_VERSION = "https://jsonfeed.org/version/1.1"


def entry_id(post: Post) -> str:
    """The article's name for feed readers: it outlives a new title, slug and even domain.

    RFC 4287, 4.2.6: an id must never change, or the article shows up as new a second time.
    """
    return uuid5(NAMESPACE_URL, f"hrsite:post:{post.id}:{post.created_at.isoformat()}").urn


def changed_at(post: AnyPost) -> datetime:
    """When a feed reader should look again. Written long ago and published today is news today."""
    return max(post.updated_at, post.published_at or post.updated_at)


def address_of(post: AnyPost) -> str:
    """The article's page, as a whole address."""
    return furniture.absolute(f"/posts/{quote(post.slug)}")


def picture_address(picture: Picture) -> str:
    """The picture's file, as a whole address."""
    return furniture.absolute(url_path(picture.name))


def title_of(tag: Tag | None) -> str:
    """What the feed is called."""
    name = furniture.site().name
    return f"{tag.name} · {name}" if tag else name


def json_feed(
    posts: Sequence[Post], tag: Tag | None, page: str, own: str, now: datetime
) -> dict[str, Any]:
    """JSON Feed 1.1. `page` and `own` are the paths of the page it follows and of the feed."""
    site = furniture.site()
    feed: dict[str, Any] = {
        "version": JSON_FEED_VERSION,
        "title": title_of(tag),
        "home_page_url": furniture.absolute(page),
        "feed_url": furniture.absolute(own),
        "language": site.language,
        "authors": [{"name": site.coach_name or site.name, "url": furniture.absolute("/")}],
        "items": [_json_item(post, site.language, now) for post in posts],
    }
    if site.tagline and tag is None:
        feed["description"] = site.tagline
    return feed


def _json_item(post: Post, language: str, now: datetime) -> dict[str, Any]:
    base_url = furniture.site().base_url
    item: dict[str, Any] = {
        "id": entry_id(post),
        "url": address_of(post),
        "title": post.title,
        "content_html": str(preface(post, now)) + absolute_links(post.body_html, base_url),
        "date_published": furniture.isotime(post.published_at or post.updated_at),
        "date_modified": furniture.isotime(changed_at(post)),
        "language": post.language or language,
    }
    # The format knows no empty values: what is not there is left out.
    if post.summary:
        item["summary"] = post.summary
    if post.author_name:
        item["authors"] = [{"name": post.author_name}]
    if post.picture is not None:
        item["image"] = picture_address(post.picture)
    if post.tags:
        item["tags"] = [tag.name for tag in post.tags]
    return item
