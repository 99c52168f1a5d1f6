"""Pages in the words of schema.org, for search engines: the site, an article, where it stands."""

from typing import Any
from urllib.parse import quote

from hrsite import furniture
from hrsite.posts.feeding import address_of, changed_at
from hrsite.posts.listing import AnyPost

CONTEXT = "https://schema.org"


def site() -> dict[str, Any]:
    """The first page: the site, and the person whose it is."""
    told = furniture.site()
    website = {
        "@type": "WebSite",
        "@id": furniture.absolute("/#site"),
        "url": furniture.absolute("/"),
        "name": told.name,
        "description": told.tagline,
        "inLanguage": told.language,
        "publisher": _person(told.coach_name or told.name),
    }
    return _graph(website)


def article(post: AnyPost, card: str) -> dict[str, Any]:
    """An article and the way to it. `card` is the address of its picture for chats."""
    told, address = furniture.site(), address_of(post)
    posting = {
        "@type": "BlogPosting",
        "@id": f"{address}#article",
        "url": address,
        "mainEntityOfPage": address,
        "headline": post.title,
        "description": post.summary,
        "image": card,
        "inLanguage": post.language or told.language,
        "keywords": ", ".join(tag.name for tag in post.tags),
        "dateModified": furniture.isotime(changed_at(post)),
        "author": _person(post.author_name or told.coach_name or told.name),
        "publisher": _person(told.coach_name or told.name),
        "isPartOf": {"@id": furniture.absolute("/#site")},
    }
    if post.published_at is not None:
        posting["datePublished"] = furniture.isotime(post.published_at)
    return _graph(posting, _way_to(post, address))


def _way_to(post: AnyPost, address: str) -> dict[str, Any]:
    steps = [(furniture.site().name, "/"), ("Articles", "/posts/")]
    steps += [(tag.name, f"/topics/{quote(tag.slug)}") for tag in post.tags[:1]]
    places = [(name, furniture.absolute(path)) for name, path in steps] + [(post.title, address)]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": name, "item": place}
            for number, (name, place) in enumerate(places, 1)
        ],
    }


def _person(name: str) -> dict[str, Any]:
    return {"@type": "Person", "name": name, "url": furniture.absolute("/")}


def _graph(*things: dict[str, Any]) -> dict[str, Any]:
    said = [{name: value for name, value in thing.items() if value} for thing in things]
    return {"@context": CONTEXT, "@graph": said}
