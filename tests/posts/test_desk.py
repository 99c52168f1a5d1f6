"""Writing at the desk: nothing is lost, and nothing shows before it should."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.extensions import db
from hrsite.posts.models import Post
from tests.conftest import AppMaker
from tests.factories import make_account, make_post, sign_in
from tests.posts.writing import saved, saved_count, send
from tests.running_site import until


def test_a_stranger_is_asked_to_sign_in(client: FlaskClient, session: Session) -> None:
    post = make_post(session)
    for address in ("", "new", f"{post.id}", f"{post.id}/publish"):
        answer = client.get(f"/desk/posts/{address}")
        assert answer.status_code == 303
        assert answer.location.startswith("/desk/sign-in")
    for address in ("new", "preview", f"{post.id}/withdraw"):
        client.post(f"/desk/posts/{address}", data={"title": "Mine now"})
    session.rollback()
    assert session.scalars(select(Post.title)).all() == [post.title]


def test_a_draft_is_saved_and_found_again(coach: FlaskClient, session: Session) -> None:
    answer = send(coach, topics="Sleep, at home", summary="One line.\nAnd more.")
    post = saved(session)

    assert answer.status_code == 303
    assert answer.location == f"/desk/posts/{post.id}"
    assert (post.title, post.is_draft, post.version) == ("What I carry", True, 1)
    assert post.body_html == "<p>Two doses, and a spare.</p>"
    page = coach.get(answer.location).text
    for words in ("Saved. Only you can see it.", "What I carry", "One line. And more."):
        assert words in page
    assert "at home, Sleep" in page or "Sleep, at home" in page
    assert "What I carry" in coach.get("/desk/posts/").text


def test_her_words_are_kept_when_the_form_has_a_fault(coach: FlaskClient, session: Session) -> None:
    faults = [
        ({"title": "  "}, "Give it a title first."),
        ({"title": "t" * 201}, "200 characters at most"),
        ({"summary": "s" * 401}, "400 characters at most"),
        ({"body": "Two doses. " + "b" * 400_000}, "400,000 characters at most"),
        ({"topics": ",".join(f"topic {n}" for n in range(11))}, "10 topics at most"),
        ({"topics": "t" * 81}, "80 characters at most"),
    ]
    for boxes, words in faults:
        answer = send(coach, **boxes)
        assert answer.status_code == 422
        assert words in answer.text
        assert "Two doses" in answer.text
    assert saved_count(session) == 0


def test_a_title_of_200_characters_fits(coach: FlaskClient, session: Session) -> None:
    title = "Réduire les méfaits " * 10
    send(coach, title=title, act="publish")

    assert saved(session).title == title.strip()


def test_a_stale_form_writes_nothing_and_shows_both_texts(
    coach: FlaskClient, session: Session
) -> None:
    send(coach)
    address = f"/desk/posts/{saved(session).id}"
    send(coach, address, body="The text from my phone.", version="1")

    answer = send(coach, address, body="The text from my laptop.", version="1")

    assert answer.status_code == 409
    assert "The text from my phone." in answer.text
    assert "The text from my laptop." in answer.text
    assert "phone" in saved(session).body_html
    # Seen both, she saves hers on purpose.
    shown = re.search(r'name="version"[^>]*value="(\d+)"', answer.text)
    assert shown
    assert (
        send(coach, address, body="The text from my laptop.", version=shown[1]).status_code == 303
    )
    assert "laptop" in saved(session).body_html


@pytest.mark.parametrize("version", ["", "abc", "-1", "9" * 5000, "१", "1.0"])
def test_a_version_that_makes_no_sense_counts_as_stale(
    coach: FlaskClient, session: Session, version: str
) -> None:
    send(coach)

    answer = send(coach, f"/desk/posts/{saved(session).id}", body="Mine.", version=version)

    assert answer.status_code == 409
    assert "Mine." in answer.text


def test_words_for_an_article_deleted_elsewhere_become_a_new_draft(
    coach: FlaskClient, session: Session
) -> None:
    answer = send(coach, "/desk/posts/77", body="Hours of work.", version="4")

    assert answer.status_code == 303
    assert "Hours of work." in saved(session).body_html
    assert "deleted elsewhere" in coach.get(answer.location).text


def test_saving_a_published_article_shows_at_once(coach: FlaskClient, session: Session) -> None:
    post = make_post(session, slug="kept")

    send(coach, f"/desk/posts/{post.id}", body="Better words.", version="1")

    assert "Better words." in coach.get("/posts/kept").text
    assert "Readers see the new words now." in coach.get(f"/desk/posts/{post.id}").text


def test_publish_saves_first_and_then_asks(coach: FlaskClient, session: Session) -> None:
    answer = send(coach, act="publish")
    post = saved(session)

    assert answer.location == f"/desk/posts/{post.id}/publish"
    assert post.is_draft


def test_her_list_has_drafts_dates_and_what_readers_see(
    coach: FlaskClient, session: Session
) -> None:
    make_post(session, title="Begun", published_at=None)
    make_post(session, title="Planned", published_at=clock.now() + timedelta(days=2))
    make_post(session, title="Read by many")

    page = coach.get("/desk/posts/").text

    assert page.index("Begun") < page.index("Planned") < page.index("Read by many")


def test_a_number_too_large_for_the_database_is_not_found(coach: FlaskClient) -> None:
    for number in (0, 2**31 - 1, 2**31, 10**30):
        assert coach.get(f"/desk/posts/{number}").status_code == 404
        assert coach.get(f"/desk/posts/{number}/publish").status_code == 404
        assert coach.post(f"/desk/posts/{number}/withdraw").status_code == 404


HOSTILE = ["\x00", "\u202e abc", "\ufffe", "w" * 100_000, "{{7*7}}", "' OR 1=1 --", "\x85\r\n\x0b"]


@pytest.mark.parametrize(
    "box", ["title", "summary", "body", "topics", "body_format", "picture_alt"]
)
def test_nothing_that_is_typed_breaks_the_form(
    coach: FlaskClient, session: Session, box: str
) -> None:
    for text in HOSTILE:
        answer = send(coach, **{box: text})
        assert answer.status_code in (303, 422), text[:10]
        if answer.status_code == 303:
            assert coach.get(answer.location).status_code == 200


def test_bytes_that_are_no_text_are_taken_or_refused_in_words(coach: FlaskClient) -> None:
    answer = coach.post(
        "/desk/posts/new",
        data=b"title=%FF%FE%00bad&body=%ED%A0%80&version=%FF&act=%FF",
        content_type="application/x-www-form-urlencoded",
    )

    assert answer.status_code in (303, 400, 422)


def test_a_body_of_ten_megabytes_is_refused_in_words(coach: FlaskClient, session: Session) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="body"\r\n\r\n'
    answer = coach.post(
        "/desk/posts/new",
        data=part + b"b" * 10_000_000 + b"\r\n--x--\r\n",
        content_type="multipart/form-data; boundary=x",
    )

    assert answer.status_code == 413
    assert "too big" in answer.text
    assert saved_count(session) == 0


def test_a_form_without_its_token_changes_nothing(make_app: AppMaker) -> None:
    app = make_app(WTF_CSRF_ENABLED=True)
    with app.app_context():
        coach = sign_in(app.test_client(), make_account(db.session()))
        answer = send(coach)
        assert answer.status_code == 400
        assert "no longer fresh" in answer.text
        assert saved_count(db.session()) == 0

        token = re.search(
            r'name="csrf_token"[^>]*value="([^"]+)"', coach.get("/desk/posts/new").text
        )
        assert token
        assert send(coach, csrf_token=token[1]).status_code == 303
        assert send(coach, "/desk/posts/preview", csrf_token=token[1]).status_code == 303


def test_two_new_articles_of_one_title_in_the_same_moment_are_two_articles(
    coach: FlaskClient, session: Session
) -> None:
    make_post(session, published_at=None)
    facts = {"created_at": clock.now(), "updated_at": clock.now(), "version": 1}
    session.add(Post(title="What I carry", slug="~what-i-carry", **facts))
    session.flush()

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(send, coach, key="k" * 22)
        waited = until(_somebody_waits)
        session.commit()  # Whatever came of it: the other waits for this.

        assert waited
        assert answer.result().status_code == 303
    session.rollback()
    assert set(session.scalars(select(Post.slug))) > {"~what-i-carry", "~what-i-carry-2"}


def test_the_button_of_a_new_article_pressed_many_times_makes_one_and_is_told_of_no_other(
    coach: FlaskClient, session: Session
) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: send(coach, key="k" * 22), range(4)))
    answers += [send(coach, key="k" * 22) for _ in range(2)]

    assert {answer.location for answer in answers} == {f"/desk/posts/{saved(session).id}"}
    assert saved(session).version == 1


def _somebody_waits() -> bool:
    """On SQLite the second writer waits to begin; PostgreSQL tells who waits for a row."""
    if db.engine.dialect.name == "sqlite":
        return True
    waiting = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with db.engine.connect() as connection:
        return bool(connection.scalar(sql(waiting)))
