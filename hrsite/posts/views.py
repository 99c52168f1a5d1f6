"""Articles as readers see them: first page, archive, topics, one article, the feed."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from hrsite import clock, counting, tokens
from hrsite.columns import LARGEST_ID
from hrsite.extensions import db
from hrsite.posts import (
    describing,
    feeding,
    feeds,
    fronting,
    listing,
    paging,
    pinning,
    prefacing,
    resembling,
    viewing,
    views_cards,
    views_searching,
)
from hrsite.posts.listing import AnyPost, ListedTag
from hrsite.posts.models import Post
from hrsite.posts.months import Month
from hrsite.ready import pagecache
from hrsite.slugs import is_slug_shaped
from hrsite.texts.markup import absolute_links

RECENT_COUNT = 4
GUESSED_AMONG = 300


blueprint = Blueprint("posts", __name__)
blueprint.add_url_rule("/search", "search", views_searching.search)
blueprint.add_url_rule("/feed.xml", "atom", feeds.atom)
blueprint.add_url_rule("/feed.json", "json_feed", feeds.json_feed)
blueprint.add_url_rule("/topics/<slug>/feed.xml", "topic_atom", feeds.atom)
blueprint.add_url_rule("/topics/<slug>/feed.json", "topic_json", feeds.json_feed)
blueprint.add_url_rule("/follow", "follow", feeds.follow)


@blueprint.get("/")
@pagecache.ready()
def home() -> str:
    """The newest article, the ones before it, topics, and what is on."""
    shown = fronting.first_page(pinning.start_here(db.engine, clock.now()), _newest())
    return render_template("posts/home.html", **shown._asdict(), tags=all_topics())


@blueprint.get("/n/<int:number>")
def by_number(number: int) -> ResponseReturnValue:
    """The bare link of a plain letter, which does not say what it leads to."""
    post = listing.by_number(db.session(), number, clock.now()) if number <= LARGEST_ID else None
    return redirect(url_for("posts.show", slug=post.slug)) if post else abort(404)


@blueprint.get("/r/<token>")
def unlisted(token: str) -> ResponseReturnValue:
    """What went out by email only: at this address it can be read, and nothing leads to it.

    It is kept in no cache and not counted: who comes here has the letter. Once the article is on
    the site, old letters lead on to it.
    """
    now = clock.now()
    post = listing.unlisted(db.session(), token, now) if tokens.is_token_shaped(token) else None
    if post is None:
        abort(404)
    if post.is_published(now):
        return redirect(url_for("posts.show", slug=post.slug))
    return render_template("posts/unlisted.html", post=post)


@blueprint.get("/posts/")
@pagecache.ready(before=pagecache.NUMBER, after=pagecache.NUMBER)
def archive() -> str:
    """Every article, a page at a time."""
    return render_template(
        "posts/archive.html",
        tags=all_topics(),
        years=pagecache.shared("months", _months),
        **_page("posts.archive"),
    )


@blueprint.get("/posts/<int(fixed_digits=4):year>/<int(fixed_digits=2):number>")
@pagecache.ready(before=pagecache.NUMBER, after=pagecache.NUMBER)
def month(year: int, number: int) -> str:
    """The articles of one month on the coach's calendar, a page at a time."""
    wanted = Month(year, number)
    page = _page("posts.month", wanted, year=year, number=number) if wanted.is_real() else {}
    if not page or not page["numbers"]:
        abort(404)
    return render_template("posts/month.html", month=wanted, **page)


@blueprint.get("/posts/<slug>")
@pagecache.ready()
def show(slug: str) -> str:
    """One article."""
    post = listing.by_slug(db.engine, slug, clock.now()) if is_slug_shaped(slug) else None
    if post is None:
        abort(404)
    pagecache.count_as(f"{counting.ARTICLE}{post.id}")
    return render_template("posts/show.html", post=post)


@blueprint.get("/topics/")
@pagecache.ready()
def topics() -> str:
    """Every topic that has something to read."""
    return render_template("posts/topics.html", tags=all_topics())


@blueprint.get("/topics/<slug>")
@pagecache.ready(before=pagecache.NUMBER, after=pagecache.NUMBER)
def topic(slug: str) -> str:
    """The articles of one topic, a page at a time."""
    found = next((topic for topic, _ in all_topics() if topic.slug == slug), None) or abort(404)
    return render_template("posts/topic.html", tag=found, **_page("posts.topic", found, slug=slug))


def recent_numbers(besides: AnyPost | None = None) -> tuple[int, ...]:
    """For "Recent posts" on any page: the newest ones, without the one that is being read."""
    others = [number for number in _newest() if besides is None or number != besides.id]
    return tuple(others[:RECENT_COUNT])


def _newest() -> Sequence[int]:
    """As many as the first page may need, which are more than any other page shows."""
    return pagecache.shared(
        "newest", lambda: listing.newest(db.engine, clock.now(), fronting.NEWEST_COUNT)
    )


def all_topics() -> list[tuple[ListedTag, int]]:
    """Every topic that has something to read, and how many articles."""
    return pagecache.shared("topics", _topics)


def _topics() -> list[tuple[ListedTag, int]]:
    return listing.tags_with_counts(db.session(), clock.now())


def _months() -> dict[int, list[tuple[Month, int]]]:
    return listing.months_with_counts(db.session(), clock.now())


def posts_like(path: str) -> list[tuple[str, str]]:
    """Slug and title of the articles whose addresses are most like this one that is not there."""
    titles = listing.addresses(db.session(), clock.now(), GUESSED_AMONG)
    wanted = path.rstrip("/").rpartition("/")[2]
    return [(slug, titles[slug]) for slug in resembling.nearest(wanted, titles)]


@blueprint.record_once
def _furnish_templates(state: BlueprintSetupState) -> None:
    # Globals, and not of a page's context: macros are imported without one. And the functions, not
    # their answers: a page that shows none asks the database nothing.
    state.app.jinja_env.globals |= {
        "cards_of": views_cards.cards_of,
        "wide_card_of": views_cards.wide_card_of,
        "topic_links": views_cards.topic_links,
        "recent_numbers": recent_numbers,
        "posts_like": posts_like,
        "address_of": feeding.address_of,
        "all_topics": all_topics,
        "views_shown": lambda post: viewing.shown_to_readers(db.session(), post),
        "described_site": describing.site,
        "described_post": describing.article,
    }


@blueprint.app_template_filter("preface")
def _preface(post: Post) -> Markup:
    return prefacing.preface(post, clock.now())


@blueprint.app_template_filter("fullest")
def _fullest(tags: Sequence[tuple[ListedTag, int]], most: int) -> list[tuple[ListedTag, int]]:
    # In the order they came in: by their names.
    fullest = sorted(tags, key=lambda counted: -counted[1])[:most]
    return [counted for counted in tags if counted in fullest]


@blueprint.app_template_filter("absolute_links")
def _absolute_links(html: str) -> str:
    return absolute_links(html, current_app.config["BASE_URL"])


def _page(endpoint: str, within: ListedTag | Month | None = None, **values: Any) -> dict[str, Any]:
    """What a page of a list shows, and the addresses of its neighbours and of the first page."""
    place = paging.Place(_number("before"), _number("after"))
    try:
        page = paging.page_of(db.engine, clock.now(), place, within)
    except paging.NoSuchPage:
        abort(404)

    def address(of: paging.Place | None) -> str | None:
        return None if of is None else url_for(endpoint, **values, **of._asdict())

    return {
        "numbers": page.numbers,
        "older": address(page.older),
        "newer": address(page.newer),
        "newest": address(paging.FIRST_PAGE)
        if page.newer not in (None, paging.FIRST_PAGE)
        else None,
    }


def _number(name: str) -> int | None:
    """The article that a page begins or ends at."""
    text = request.args.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and 0 < int(text) <= LARGEST_ID):
        abort(404)
    return int(text)
