"""The coach's pages: written, addressed, ordered, hidden, thrown away and brought back."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from hrsite.pages import addressing, listing
from tests.factories import make_page, make_post

NEW = "/desk/pages/new"


def send(coach: FlaskClient, path: str = NEW, /, **boxes: Any) -> TestResponse:
    form = {"title": "What to expect", "body": "A *calm* talk.", "is_in_menu": "y", "version": "0"}
    return coach.post(path, data=form | boxes)


def menu(session: Session) -> list[str]:
    session.expire_all()
    return [page.slug for page in listing.in_menu(session)]


def test_a_page_is_written_and_named_in_the_menu(coach: FlaskClient, client: FlaskClient) -> None:
    answer = send(coach, menu_name="Expect")
    assert answer.location == "/desk/pages/what-to-expect"
    page = client.get("/what-to-expect").text
    assert "A <em>calm</em> talk." in page
    assert 'href="/what-to-expect" aria-current="page">Expect</a>' in " ".join(page.split())
    assert 'href="/what-to-expect"' in client.get("/posts/").text


def test_a_page_can_stay_out_of_the_menu(coach: FlaskClient, client: FlaskClient) -> None:
    send(coach, is_in_menu="")
    assert client.get("/what-to-expect").status_code == 200
    assert "what-to-expect" not in client.get("/").text


def test_two_pages_of_one_title_have_two_addresses(coach: FlaskClient) -> None:
    assert send(coach).location.endswith("/what-to-expect")
    assert send(coach).location.endswith("/what-to-expect-2")
    assert send(coach, title="🌱").location.endswith("/page")


def test_no_page_can_stand_where_the_site_answers(
    app: Flask, coach: FlaskClient, client: FlaskClient, session: Session
) -> None:
    taken = addressing.reserved(app.url_map.iter_rules())
    assert {"posts", "desk", "topics", "signup", "media", "static", "privacy", "call"} <= taken
    assert send(coach, title="Posts").location.endswith("/posts-2")
    answer = send(coach, address="Posts")
    assert answer.status_code == 422
    assert "The site itself uses /posts." in answer.text
    # Even a row that got there some other way shadows nothing.
    make_page(session, slug="posts", title="In the way")
    assert client.get("/posts").location.endswith("/posts/")
    assert "In the way</h1>" not in client.get("/posts/").text
    assert client.get("/desk").location.endswith("/desk/")


@pytest.mark.parametrize(
    "address", ["two words", "a/b", "ümlaut", "x" * 81, "../desk", "a--b", "-a", "javascript:x"]
)
def test_an_address_that_cannot_be_is_refused_and_the_words_stay(
    coach: FlaskClient, address: str
) -> None:
    answer = send(coach, address=address)
    assert answer.status_code == 422
    assert "small letters, digits and single dashes" in answer.text
    assert "A *calm* talk." in answer.text


def test_an_address_can_be_changed_but_not_to_anothers(
    coach: FlaskClient, client: FlaskClient, session: Session
) -> None:
    make_page(session)
    send(coach)
    old = "/desk/pages/what-to-expect"
    assert send(coach, old, address="about", version="1").status_code == 422
    assert send(coach, old, address="/First-Call/", version="1").location.endswith("/first-call")
    assert client.get("/first-call").status_code == 200


def test_the_old_address_of_a_page_leads_to_the_new_one(
    coach: FlaskClient, client: FlaskClient
) -> None:
    send(coach)
    send(coach, "/desk/pages/what-to-expect", address="first-call", version="1")
    send(coach, "/desk/pages/first-call", address="talking", version="2")
    for old in ("/what-to-expect", "/first-call"):
        answer = client.get(old)
        assert (answer.status_code, answer.location) == (301, "/talking")
    # Back where it was: nothing leads in a circle. Another page may take what has become free.
    send(coach, "/desk/pages/talking", address="what-to-expect", version="3")
    assert client.get("/what-to-expect").status_code == 200
    assert client.get("/talking").location == "/what-to-expect"
    send(coach, title="Talking")
    assert client.get("/talking").status_code == 200


def test_the_order_is_changed_by_buttons(coach: FlaskClient, session: Session) -> None:
    for at, slug in enumerate("abc"):
        make_page(session, slug=slug, position=at)
    for slug, to, then in (("c", "up", "acb"), ("a", "up", "acb"), ("a", "down", "cab")):
        coach.post(f"/desk/pages/{slug}/move", data={"to": to})
        assert "".join(menu(session)) == then


def test_the_bin_keeps_the_words_until_she_lets_go(
    coach: FlaskClient, client: FlaskClient, session: Session
) -> None:
    make_page(session, slug="kept")
    old = make_page(session, slug="old", title="Old one")
    address = f"/desk/bin/page/{old.id}"
    coach.post(address)
    assert client.get("/old").status_code == 404
    assert menu(session) == ["kept"]
    assert "Old one" in coach.get("/desk/bin/").text
    assert "in the bin" in coach.get("/desk/pages/old").text

    coach.post(f"{address}/back")
    assert client.get("/old").status_code == 200
    assert menu(session) == ["kept", "old"]
    assert coach.post(f"{address}/delete").location == "/desk/pages/old"
    assert client.get("/old").status_code == 200

    coach.post(address)
    assert "Delete this page for good?" in coach.get(f"{address}/delete").text
    coach.post(f"{address}/delete")
    assert coach.get("/desk/pages/old").status_code == 404


def test_words_for_a_page_that_is_gone_become_a_new_one(coach: FlaskClient) -> None:
    answer = send(coach, "/desk/pages/gone", version="3", address="gone")
    assert answer.location == "/desk/pages/gone"
    assert coach.post("/desk/pages/nowhere/move").status_code == 404


def test_addresses_of_no_page_are_not_found_whatever_they_hold(client: FlaskClient) -> None:
    for path in ("/wp-login.php", "/%00", "/a--b", "/" + "a" * 3000, "/-", "/Über", "/about"):
        assert client.get(path).status_code == 404


def test_the_author_box_leads_to_about_once_it_is_written(
    client: FlaskClient, session: Session
) -> None:
    post = make_post(session)
    assert 'id="author"' not in client.get(f"/posts/{post.slug}").text
    make_page(session)
    page = client.get(f"/posts/{post.slug}").text
    assert '<h2 id="author">Jordan Hale</h2>' in page
    assert 'href="/about">More about Jordan Hale</a>' in page


def test_words_from_the_editor_are_saved_as_those_of_the_box_are(
    coach: FlaskClient, client: FlaskClient
) -> None:
    html = "<p>A <em>calm</em> talk.</p><script>x</script>"
    send(coach, body=html, body_format="html")
    send(coach, title="The box")

    pages = [client.get(f"/{slug}").text for slug in ("what-to-expect", "the-box")]

    assert all("<p>A <em>calm</em> talk.</p>" in page for page in pages)
    # Not saved, it stands in the box as Markdown: without script she goes on in it.
    refused = send(coach, title="", body=html, body_format="html")
    box = refused.text.partition("<textarea")[2].partition("</textarea>")[0]
    assert box.partition(">")[2].strip() == "A _calm_ talk."
