"""Saving, publishing, taking back."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.extensions import db
from hrsite.posts import publishing
from hrsite.posts.models import Post
from hrsite.posts.publishing import PostWords
from tests.factories import make_post


def saved(session: Session, title: str = "What I carry", **words: object) -> Post:
    words.setdefault("body_html", "<p>Two doses, and a spare.</p>")
    post = publishing.save(session, None, PostWords(title, **words), None, clock.now())
    session.commit()
    return post


def test_a_new_article_is_a_draft(session: Session) -> None:
    post = saved(session, topics=("Sleep", "At home"), author_name="Jordan Hale")

    assert post.is_draft
    assert post.version == 1
    assert sorted(tag.name for tag in post.tags) == ["At home", "Sleep"]


def test_what_is_stored_is_clean(session: Session) -> None:
    post = saved(session, "A\x00 title", body_html="<p onclick=x>Hi</p><script>x</script>")

    assert post.title == "A title"
    assert post.body_html == "<p>Hi</p>"


def test_a_stale_save_writes_nothing_and_shows_how_it_stands(session: Session) -> None:
    post = saved(session)
    publishing.save(session, post, PostWords("Theirs"), 1, clock.now())
    session.commit()

    with pytest.raises(publishing.StalePost) as stale:
        publishing.save(session, post, PostWords("Mine"), 1, clock.now())
    session.commit()

    assert stale.value.theirs.title == "Theirs"
    assert session.scalar(select(Post.title)) == "Theirs"


def test_saving_what_was_deleted_meanwhile_says_so(session: Session) -> None:
    post = saved(session)
    post_id = post.id
    publishing.delete(session, post)
    session.commit()

    with pytest.raises(publishing.PostGone):
        publishing.hold(session, post_id)


def test_a_draft_s_address_follows_its_title_until_it_is_published(session: Session) -> None:
    post = saved(session, "First thoughts")
    publishing.save(session, post, PostWords("What I carry", body_html="<p>x</p>"), 1, clock.now())
    publishing.publish(post, None, False, clock.now())
    publishing.save(session, post, PostWords("Other", body_html="<p>x</p>"), 2, clock.now())

    assert post.slug == "what-i-carry"


def test_a_withdrawn_article_comes_back_at_its_old_address(session: Session) -> None:
    post = saved(session)
    publishing.publish(post, None, True, clock.now())
    publishing.withdraw(post, clock.now())

    assert post.is_draft
    assert not post.send_to_readers
    publishing.save(session, post, PostWords("Renamed", body_html="<p>x</p>"), 1, clock.now())
    publishing.publish(post, None, False, clock.now())
    assert post.slug == "what-i-carry"


def test_two_articles_of_one_title_have_two_addresses(session: Session) -> None:
    first, second = saved(session), saved(session)
    for post in (second, first):
        publishing.publish(post, None, False, clock.now())
    session.commit()

    assert {first.slug, second.slug} == {"what-i-carry", "what-i-carry-2"}


def test_a_title_of_emoji_alone_gets_an_address(session: Session) -> None:
    post = saved(session, "🌱🌙")
    publishing.publish(post, None, False, clock.now())

    assert (post.title, post.slug) == ("🌱🌙", "article")


def test_publishing_again_keeps_the_first_date(session: Session) -> None:
    post, now = saved(session), clock.now()
    publishing.publish(post, None, False, now)
    publishing.publish(post, now + timedelta(days=3), True, now + timedelta(days=1))

    assert post.published_at == now
    assert post.send_to_readers


def test_a_scheduled_article_can_be_moved(session: Session) -> None:
    post, now = saved(session), clock.now()
    publishing.publish(post, now + timedelta(days=3), False, now)
    publishing.publish(post, now + timedelta(days=1), False, now)

    assert post.published_at == now + timedelta(days=1)


def test_an_empty_article_is_not_published(session: Session) -> None:
    post = saved(session, body_html="<p> </p>")

    with pytest.raises(publishing.EmptyPost):
        publishing.publish(post, None, False, clock.now())
    assert post.is_draft


def test_saving_a_published_article_leaves_its_date_and_its_letters_alone(session: Session) -> None:
    post = make_post(session, send_to_readers=True)
    date = post.published_at
    publishing.save(session, post, PostWords("Better", body_html="<p>x</p>"), 1, clock.now())

    assert (post.published_at, post.send_to_readers, post.version) == (date, True, 2)


def test_a_taken_address_cannot_be_taken_twice(session: Session) -> None:
    make_post(session, slug="same")

    with pytest.raises(IntegrityError):
        make_post(session, slug="same")
    session.rollback()


def test_of_two_people_who_save_at_once_the_second_is_told(app: Flask, session: Session) -> None:
    post = saved(session)
    publishing.save(session, post, PostWords("From my phone"), 1, clock.now())
    has_begun = threading.Event()

    def save_too(post_id: int) -> str:
        with app.app_context():
            has_begun.set()
            try:
                publishing.hold(db.session(), post_id, 1)  # Waits for the other's commit.
            except publishing.StalePost as stale:
                return stale.theirs.title
            return "nothing stale"

    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(save_too, post.id)
        has_begun.wait()
        session.commit()

        assert told.result() == "From my phone"


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_nobody_else_can_write_what_is_held(app: Flask, session: Session) -> None:
    # SQLite has one writer at a time anyhow.
    post = saved(session)
    publishing.hold(session, post.id)

    with app.app_context(), pytest.raises(OperationalError, match="could not obtain lock"):
        db.session.execute(select(Post.id).with_for_update(nowait=True))
    session.rollback()
    with app.app_context():
        assert db.session.execute(select(Post.id).with_for_update(nowait=True)).one()
