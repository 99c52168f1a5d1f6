"""The bin: off the site at once, back with one press, gone for good only after a second look."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock, looking
from hrsite.newsletter import issues
from hrsite.newsletter.models import Issue, Topic
from hrsite.notices.models import SessionNotice
from hrsite.outbox.models import Delivery
from hrsite.pages.models import Page
from hrsite.posts.models import Post
from hrsite.posts.publishing import BinnedPost, publish
from tests.factories import make_notice, make_page, make_post, make_subscriber, make_tag
from tests.posts.writing import saved, saved_count, send

BIN = "/desk/bin/"


def undo_of(page: str) -> str:
    """Where the "Undo" button leads."""
    assert "Undo</button>" in page
    return page.split('action="', 1)[1].split('"')[0]


def test_a_binned_article_is_nowhere_for_readers_and_undo_brings_all_back(
    coach: FlaskClient, client: FlaskClient, session: Session
) -> None:
    tag = make_tag(session, "Sleep")
    post = make_post(session, slug="kept", title="Quiet nights", tags=[tag])
    make_post(session)
    date = post.published_at
    lists = ("/", "/posts/", "/topics/sleep", "/atom.xml", "/sitemap.xml", "/search?q=nights")
    pages = [path for path in lists if client.get(path).status_code == 200]
    assert len(pages) >= 5
    assert any("Quiet nights" in client.get(path).text for path in pages)

    answer = coach.post(f"{BIN}article/{post.id}")

    assert client.get("/posts/kept").status_code == 404
    for path in pages:
        assert "Quiet nights" not in client.get(path).text
        assert "/posts/kept" not in client.get(path).text
    assert client.get("/topics/sleep").status_code == 404
    page = coach.get(answer.location).text
    assert "“Quiet nights” is in the bin. It is off the site." in page
    undo = undo_of(page.split("<main", 1)[1])
    # Said once: it is not among her drafts.
    assert "Quiet nights" not in coach.get("/desk/posts/").text
    assert "Quiet nights" not in coach.get("/desk/").text

    back = coach.post(undo)
    assert "Readers see it again. No mail goes out by this." in coach.get(back.location).text
    assert client.get("/posts/kept").status_code == 200
    assert "Quiet nights" in client.get("/topics/sleep").text
    session.expire_all()
    assert (post.published_at, post.deleted_at, post.was_published_at) == (date, None, None)


def test_from_the_bin_it_can_come_back_as_a_draft(
    coach: FlaskClient, client: FlaskClient, session: Session
) -> None:
    post = make_post(session, slug="kept", title="Quiet nights")
    coach.post(f"{BIN}article/{post.id}")
    listed = coach.get(BIN).text
    for words in ("Quiet nights", "Put back on the site", "Put back as a draft", "It was on the"):
        assert words in listed

    coach.post(f"{BIN}article/{post.id}/back", data={"to": "draft"})

    assert client.get("/posts/kept").status_code == 404
    assert "Quiet nights" in coach.get("/desk/posts/").text
    assert "The bin is empty." in coach.get(BIN).text


def test_a_planned_article_leaves_the_plan_and_comes_back_as_a_draft(
    coach: FlaskClient, client: FlaskClient, session: Session, clock: time_machine.Traveller
) -> None:
    soon = looking.clock.now() + timedelta(hours=1)
    post = make_post(session, slug="kept", published_at=soon, send_at=soon, send_to_readers=True)
    make_subscriber(session)
    page = coach.get(coach.post(f"{BIN}article/{post.id}").location).text
    coach.post(undo_of(page.split("<main", 1)[1]))

    clock.shift(timedelta(hours=2))

    assert saved(session).is_draft
    assert client.get("/posts/kept").status_code == 404
    assert issues.due(session, looking.clock.now()) == []


def test_a_letter_that_has_not_begun_is_taken_back(
    coach: FlaskClient, session: Session, clock: time_machine.Traveller
) -> None:
    now = looking.clock.now()
    post = make_post(session, send_to_readers=True, send_at=now)
    make_subscriber(session)
    issues.open_issue(session, issues.Due(Post, post.id), now)
    session.commit()

    answer = coach.post(f"{BIN}article/{post.id}")

    assert "Its letter is taken back: nobody has got it." in coach.get(answer.location).text
    clock.shift(timedelta(minutes=10))
    looking.do_what_is_due()
    assert [copy.attempt_count for copy in session.scalars(select(Delivery))] == [0]


def test_binned_in_the_moment_the_worker_comes_no_letter_is_made(
    coach: FlaskClient, session: Session
) -> None:
    post = make_post(session, send_to_readers=True)
    notice = make_notice(session, send_to_readers=True)
    seen = issues.due(session, clock.now())
    assert len(seen) == 2
    coach.post(f"{BIN}article/{post.id}")
    coach.post(f"{BIN}notice/{notice.id}")

    assert [issues.open_issue(session, told, clock.now()) for told in seen] == [None, None]


def test_what_is_in_the_bin_cannot_be_published_and_loses_no_word(
    coach: FlaskClient, session: Session
) -> None:
    send(coach)
    post = saved(session)
    coach.post(f"{BIN}article/{post.id}")

    answer = send(coach, f"/desk/posts/{post.id}", body="Written elsewhere.", version="1")

    assert "Saved. It is in the bin" in coach.get(answer.location).text
    page = coach.get(f"/desk/posts/{post.id}").text
    assert "Written elsewhere." in page
    assert "Publish…" not in page
    assert "Put back as a draft" in page
    assert coach.get(f"/desk/posts/{post.id}/publish").location == f"/desk/posts/{post.id}"
    with pytest.raises(BinnedPost):
        publish(saved(session), None, False, clock.now())


def test_a_second_look_says_what_goes_and_then_it_is_gone(
    coach: FlaskClient, session: Session
) -> None:
    send(coach)
    send(coach, f"/desk/posts/{saved(session).id}", body="Other words.", version="1")
    post_id = saved(session).id
    address = f"{BIN}article/{post_id}"
    assert coach.post(f"{address}/delete").location == f"/desk/posts/{post_id}"
    assert saved_count(session) == 1
    coach.post(address)

    page = coach.get(f"{address}/delete").text
    for words in ("Delete this article for good?", "1 earlier text.", "Keep it in the bin"):
        assert words in page
    assert saved_count(session) == 1
    answer = coach.post(f"{address}/delete")

    assert "is gone." in coach.get(answer.location).text
    assert saved_count(session) == 0
    assert coach.post(f"{address}/back").status_code == 404


def test_what_readers_got_by_email_stays_with_the_record_of_it(
    coach: FlaskClient, session: Session, work: Callable[[], None]
) -> None:
    post = make_post(session, send_to_readers=True)
    notice = make_notice(session, send_to_readers=True)
    make_subscriber(session, topics=tuple(Topic))
    work()
    assert len(session.scalars(select(Issue)).all()) == 2
    for address in (f"{BIN}article/{post.id}", f"{BIN}notice/{notice.id}"):
        said = coach.get(coach.post(address).location).text
        assert "Letters that went out cannot be called back." in said
        refused = coach.post(f"{address}/delete")
        assert "A letter to readers names it" in coach.get(refused.location).text
        assert "Delete for good" not in coach.get(BIN).text
    with time_machine.travel(clock.now() + timedelta(days=40), tick=False):
        looking.tidy_up()
    assert saved_count(session) == 1
    assert session.scalars(select(SessionNotice)).one().deleted_at is not None


def test_after_thirty_days_it_goes_by_itself(coach: FlaskClient, session: Session) -> None:
    kept, page = make_post(session, slug="kept"), make_page(session, slug="old")
    notice, other = make_notice(session), make_post(session, slug="other")
    for address in (f"article/{other.id}", f"notice/{notice.id}", f"page/{page.id}"):
        coach.post(f"{BIN}{address}")
    for days, count in ((29, 4), (30, 1)):
        with time_machine.travel(clock.now() + timedelta(days=days), tick=False):
            looking.tidy_up()
        session.rollback()
        tables = (Post, SessionNotice, Page)
        assert sum(len(session.scalars(select(table)).all()) for table in tables) == count
    assert saved(session).id == kept.id


def test_a_notice_leaves_the_bar_and_comes_back(
    coach: FlaskClient, client: FlaskClient, session: Session
) -> None:
    notice = make_notice(session, title="The group moves")
    assert "The group moves" in client.get("/").text
    coach.post(f"{BIN}notice/{notice.id}")
    for path in ("/", "/notices/"):
        assert "The group moves" not in client.get(path).text
    assert client.get(f"/notices/{notice.slug}").status_code == 404
    assert "The group moves" not in coach.get("/desk/notices/").text.split("Undo")[-1]

    coach.post(f"{BIN}notice/{notice.id}/back")

    assert "The group moves" in client.get("/").text


def test_pressed_twice_each_button_does_it_once(coach: FlaskClient, session: Session) -> None:
    post = make_post(session)
    date = post.published_at
    for _ in range(2):
        coach.post(f"{BIN}article/{post.id}")
    for _ in range(2):
        coach.post(f"{BIN}article/{post.id}/back")
    assert saved(session).published_at == date


def test_a_stranger_throws_nothing_away(client: FlaskClient, session: Session) -> None:
    post = make_post(session)
    client.post(f"{BIN}article/{post.id}")
    client.post(f"{BIN}article/{post.id}/delete")
    assert saved(session).deleted_at is None
