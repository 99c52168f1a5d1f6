"""The search page, as readers meet it."""

import io
from datetime import timedelta
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from hrsite import clock, logs
from tests.factories import make_post, make_tag

SECRET_WORD = "zeppelinfahrt"


def main_of(page: str) -> str:
    return page.split("<main")[1].split("</main>")[0]


def test_what_is_found_is_shown_around_its_marks(client: FlaskClient, session: Session) -> None:
    words = " ".join(f"word{n}" for n in range(80))
    make_post(
        session,
        title="Lanterns",
        slug="lanterns",
        body_html=f"<p>{words} a lantern, lit. {words}</p>",
    )

    main = main_of(client.get("/search?q=lantern").text)

    assert "1 article" in main
    assert 'href="/posts/lanterns"><mark>Lanterns</mark></a>' in main
    assert "a <mark>lantern</mark>, lit." in main
    assert "word5 " not in main.split("<mark>lantern</mark>")[0]
    assert 'value="lantern"' in main


def test_nothing_of_what_was_typed_or_written_is_markup(
    client: FlaskClient, session: Session
) -> None:
    make_post(
        session, title="<b>Lantern</b> & co", body_html="<p>lantern &lt;script&gt;alert(1)</p>"
    )

    page = client.get('/search?q=lantern+"><script>alert(2)</script>').text

    assert "<script>alert" not in page
    assert "<b>" not in main_of(page)
    assert "&lt;b&gt;<mark>Lantern</mark>&lt;/b&gt; &amp; co" in page


def test_another_language_and_its_direction_are_told(client: FlaskClient, session: Session) -> None:
    make_post(session, title="שלום לעולם", body_html="<h2>עוד</h2><p>מילה</p>", language="he")

    main = main_of(client.get("/search?q=לעולם").text)

    assert '<article lang="he">' in main
    assert '<h3 dir="auto">' in main
    assert "שלום <mark>לעולם</mark></a>" in main


def test_a_heading_does_not_run_into_the_words_after_it(
    client: FlaskClient, session: Session
) -> None:
    make_post(session, body_html="<h2>How to tell</h2>\n<p>In a <em>lantern</em> it burns.</p>")

    main = main_of(client.get("/search?q=lantern").text)

    assert "How to tell · In a <mark>lantern</mark> it burns." in main


def test_nothing_found_offers_other_ways(client: FlaskClient, session: Session) -> None:
    make_post(session, title="The newest one", tags=[make_tag(session, "Sleep")])
    make_post(session, title="Withdrawal")

    main = main_of(client.get("/search?q=zzzz").text)
    assert "Nothing found" in main
    assert 'href="/topics/sleep"' in main
    assert "The newest one" in main
    some = main_of(client.get("/search?q=newest+withdrawl").text)
    assert 'href="/search?q=withdrawal"' not in some
    assert "These have some of them" in some


def test_a_slip_is_answered_with_what_was_meant(client: FlaskClient, session: Session) -> None:
    for number in range(11):
        make_post(session, title=f"Naloxone {number}")

    main = main_of(client.get("/search?q=noloxone").text)

    assert "Nothing has “noloxone”. 11 articles have “naloxone”." in " ".join(main.split())
    assert "<mark>Naloxone</mark> 3" in main
    assert 'href="/search?q=naloxone&amp;page=2"' in main
    assert 'value="noloxone"' in main


def test_results_lead_on_and_back(client: FlaskClient, session: Session) -> None:
    for number in range(12):
        make_post(session, title=f"Lantern {number}", published_at=clock.now() - timedelta(days=1))

    first = client.get("/search?q=lantern").text
    assert 'href="/search?q=lantern&amp;page=2"' in first
    second = client.get("/search?q=lantern&page=2")
    assert second.text.count("<mark>Lantern</mark>") == 2
    assert 'href="/search?q=lantern"' in second.text
    for page in ("3", "0", "-1", "x", "9999", "१", "1e1", ""):
        assert client.get(f"/search?q=lantern&page={page}").status_code == 404, page


@pytest.mark.parametrize(
    "query",
    ["", "q=", "q=+", "q=%00", "q=%22", "q=%22%22%22", "q=%ED%A0%80", "q=%FF%FE", "q=-", "q=*",
     "q=%F0%9F%98%80", "q=%E2%80%AEabc", "q=" + "%CC%81" * 400, "q=NEAR(a+b)", "q=title:x",
     "q=a&q=b", "q[]=a", "q=%27%29%3B--", "x=" + "y" * 500,
     "q=" + "a" * 10_000, "q=" + "%22a+" * 2_500, "q=" + "ab+" * 3_400,
     "q=" + quote("過剰摂取" * 800), "q=" + quote("مرحبا " * 400), "q=" + quote("a'" * 5_000)],
    ids=lambda query: query[:24],
)  # fmt: skip
def test_anything_at_all_may_be_typed(client: FlaskClient, session: Session, query: str) -> None:
    make_post(session, title="Lantern")

    answer = client.get(f"/search?{query}")

    assert answer.status_code == 200
    assert "<h1>Search</h1>" in answer.text
    assert len(answer.data) < 60_000


def test_what_is_looked_for_stays_with_the_reader(client: FlaskClient, session: Session) -> None:
    make_post(session, title=f"About {SECRET_WORD}")

    answer = client.get(f"/search?q={SECRET_WORD}")

    head = answer.text.split("<body")[0]
    assert SECRET_WORD not in head
    assert '<meta name="robots" content="noindex">' in head
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert 'autocomplete="off"' in answer.text
    assert "Set-Cookie" not in answer.headers


def test_no_answer_is_kept_in_memory_and_each_is_its_own(app: Flask, session: Session) -> None:
    make_post(session, title=f"About {SECRET_WORD}")
    client, door = app.test_client(), app.extensions["front_door"]
    client.get("/posts/")
    kept = door.kept_count
    for _ in range(2):
        assert "<mark>" in client.get(f"/search?q={SECRET_WORD}").text
        assert "<mark>" in client.get(f"/search?q={SECRET_WORD}&plain=1").text
        assert "<mark>" not in client.get("/search?q=zzzz&page=1").text
        assert "<mark>" not in client.get("/search?q=").text
    assert door.kept_count == kept


def test_no_query_is_logged_even_when_the_index_is_broken(app: Flask, session: Session) -> None:
    make_post(session)
    lines = io.StringIO()
    logs.set_up(lines)
    try:
        app.test_client().get(f"/search?q={SECRET_WORD}")
        session.rollback()
        with app.app_context():
            is_sqlite = session.get_bind().dialect.name == "sqlite"
            table = "search_index" if is_sqlite else "search_entries"
            session.execute(text(f"DROP TABLE {table}"))
            session.commit()
        assert app.test_client().get(f"/search?q={SECRET_WORD}").status_code == 500
    finally:
        logs.set_up()
    assert "database_fault" in lines.getvalue()
    assert SECRET_WORD not in lines.getvalue()


def test_the_form_is_one_tap_away(client: FlaskClient, session: Session) -> None:
    make_post(session, slug="kept")
    for address in ("/", "/posts/kept", "/topics/", "/privacy"):
        assert 'href="/search"' in client.get(address).text, address
    for address in ("/posts/", "/no/such/page"):
        assert 'action="/search"' in client.get(address).text, address
