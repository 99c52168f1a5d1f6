"""Addresses that are free, and stay."""

from sqlalchemy.orm import Session

from hrsite.posts.models import Post
from hrsite.posts.naming import draft_slug, published_slug
from hrsite.slugs import is_slug_shaped
from tests.factories import make_post


def slug_for(session: Session, title: str, own: str = "") -> str:
    return draft_slug(session, Post.slug, title, "article", own)


def test_a_draft_s_slug_is_one_that_no_address_can_have(session: Session) -> None:
    slug = slug_for(session, "What I carry")

    assert not is_slug_shaped(slug)
    assert published_slug(slug) == "what-i-carry"


def test_a_title_that_is_taken_by_a_draft_or_by_an_article_gets_a_number(session: Session) -> None:
    make_post(session, slug="what-i-carry")
    make_post(session, slug="~what-i-carry-2", published_at=None)

    assert published_slug(slug_for(session, "What I carry")) == "what-i-carry-3"


def test_saving_again_keeps_the_number(session: Session) -> None:
    make_post(session, slug="what-i-carry")

    assert slug_for(session, "What I carry", own="~what-i-carry-2") == "~what-i-carry-2"
    assert slug_for(session, "What I carry", own="~what-i-carry") == "~what-i-carry-2"


def test_titles_without_letters_get_the_fallback(session: Session) -> None:
    make_post(session, slug="article")

    assert published_slug(slug_for(session, "🌱🌙")) == "article-2"


def test_a_percent_sign_in_a_title_is_no_wildcard(session: Session) -> None:
    make_post(session, slug="100-days")

    assert published_slug(slug_for(session, "1%_0 days")) == "1-0-days"
