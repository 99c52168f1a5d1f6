"""The coach and her old addresses."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite.redirects import moving
from tests.factories import make_post

HERE = "/desk/redirects/"


def add(coach: FlaskClient, old: str, new: str) -> tuple[int, str]:
    answer = coach.post(HERE, data={"old": old, "new": new}, follow_redirects=True)
    return answer.history[0].status_code if answer.history else answer.status_code, answer.text


def test_she_adds_one_sees_it_and_takes_it_away(coach: FlaskClient, session: Session) -> None:
    make_post(session, slug="kept")
    assert "None yet." in coach.get(HERE).text

    code, page = add(coach, "https://old.example/post/Old?x=1", "http://localhost/posts/kept")
    assert code == 303
    assert "/post/old now leads to /posts/kept." in page
    assert "1 old address" in page
    assert coach.get("/post/old").location == "/posts/kept"

    action = page.split('action="/desk/redirects/')[1].split('"')[0]
    assert "leads nowhere" in coach.post(HERE + action, follow_redirects=True).text
    assert coach.get("/post/old").status_code == 404
    assert coach.post(HERE + action).status_code == 404


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("", "/posts/kept", "Give the old address."),
        ("/x", "", "Give the page it leads to."),
        ("/x", "/posts/no-such", "There is no page at /posts/no-such."),
        ("/x", "/posts/draft", "There is no page at /posts/draft."),
        ("/x", "https://evil.example/", "Readers can only be led to a page of this site"),
        ("/posts/KEPT", "/posts/", "There is a page at /posts/kept now"),
        ("/posts", "/posts/kept", "There is a page at /posts now"),
        ("/desk/x", "/posts/kept", "Addresses that begin with /desk belong"),
        ("/x", "/x", "There is no page at /x."),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"])
def test_what_cannot_be_is_told_at_its_box_and_nothing_is_lost(
    coach: FlaskClient, session: Session, old: str, new: str, words: str
) -> None:
    make_post(session, slug="kept")
    make_post(session, slug="draft", published_at=None)
    code, page = add(coach, old, new)
    assert code == 422
    assert words in page
    assert f'value="{new}"' in page
    assert moving.count(session) == 0


def test_many_are_pasted_at_once_or_none(coach: FlaskClient, session: Session) -> None:
    make_post(session, slug="kept")
    make_post(session, slug="other")
    lines = "old,new\n/post/a,/posts/kept\n/post/b,/posts/other\n"

    wrong = coach.post(HERE + "many", data={"lines": lines + "/post/c\n/post/d,/posts/no"})
    assert wrong.status_code == 422
    assert "Line 4: two addresses are needed" in wrong.text
    assert "Line 5: There is no page at /posts/no." in wrong.text
    assert "/post/a,/posts/kept" in wrong.text
    assert moving.count(session) == 0

    right = coach.post(HERE + "many", data={"lines": lines}, follow_redirects=True)
    assert "2 old addresses lead on now: 2 new, 0 changed" in right.text
    again = coach.post(HERE + "many", data={"lines": lines}, follow_redirects=True)
    assert "2 old addresses lead on now: 0 new, 2 changed" in again.text
    assert coach.get("/post/b").location == "/posts/other"


@pytest.mark.parametrize("database", ["sqlite"])
def test_too_many_lines_are_asked_for_in_parts(coach: FlaskClient) -> None:
    lines = "/a /b\n" * 2001
    answer = coach.post(HERE + "many", data={"lines": lines})
    assert answer.status_code == 422
    assert "2,001 lines are too many" in answer.text


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_long_list_is_shown_in_pages(
    coach: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "PAGE_SIZE", 2)
    make_post(session, slug="kept")
    for name in "abc":
        add(coach, f"/post/{name}", "/posts/kept")
    first = coach.get(HERE).text
    assert "3 old addresses" in first
    assert "/post/c" in first
    older = first.split('href="/desk/redirects/?before=')[1].split('"')[0]
    second = coach.get(f"{HERE}?before={older}").text
    assert "/post/a" in second
    assert "/post/c" not in second


def test_a_renamed_article_is_found_at_its_old_address(
    coach: FlaskClient, session: Session
) -> None:
    post = make_post(session, slug="first", title="First")
    address = f"/desk/posts/{post.id}/address"
    assert address in coach.get(f"/desk/posts/{post.id}").text

    for wanted in ("Second name", "third"):
        coach.post(address, data={"slug": wanted})
    assert coach.get("/posts/third").status_code == 200
    for old in ("/posts/first", "/posts/second-name"):
        assert coach.get(old).location == "/posts/third"
    # And back again: an address never leads to itself.
    coach.post(address, data={"slug": "first"})
    assert coach.get("/posts/first").status_code == 200
    assert coach.get("/posts/third").location == "/posts/first"


def test_an_address_that_is_taken_or_empty_is_refused(coach: FlaskClient, session: Session) -> None:
    post = make_post(session, slug="first")
    make_post(session, slug="taken")
    make_post(session, slug="~planned", published_at=None)
    for wanted, words in {
        "taken": "Another article has this address",
        "Planned": "Another article has this address",
        "!!!": "Use letters or numbers",
        "": "Write a word",
    }.items():
        answer = coach.post(f"/desk/posts/{post.id}/address", data={"slug": wanted})
        assert answer.status_code == 422
        assert words in answer.text
    assert coach.get("/posts/first").status_code == 200


def test_a_new_article_takes_no_old_address_away(coach: FlaskClient, session: Session) -> None:
    post = make_post(session, slug="small-steps")
    coach.post(f"/desk/posts/{post.id}/address", data={"slug": "kept"})
    coach.post("/desk/posts/new", data={"title": "Small steps", "body": "x", "act": "save"})
    session.expire_all()
    slugs = {one.slug for one in session.query(type(post))}
    assert slugs == {"kept", "~small-steps-2"}
