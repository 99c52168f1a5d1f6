"""What an article carries: until when it is true, its note, when it was reviewed, its pin."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite import clock as site_clock
from hrsite.extensions import db
from hrsite.newsletter import letters
from hrsite.posts import pinning
from hrsite.posts.models import Post
from tests.factories import make_post
from tests.posts.writing import saved, send

MIDNIGHT = datetime(2026, 7, 1, 4, 0, tzinfo=UTC)  # The end of 30 June, in Toronto.


def read(client: FlaskClient, post: Post) -> str:
    return client.get(f"/posts/{post.slug}").text


def test_the_form_keeps_what_it_carries(coach: FlaskClient, session: Session) -> None:
    send(
        coach, lasts="until", until_on="2026-06-30", reviewed_on="2026-05-20",
        content_note=" Speaks of an\noverdose. ",
    )  # fmt: skip
    post = saved(session)
    assert post.current_until == MIDNIGHT
    assert post.content_note == "Speaks of an overdose."
    page = coach.get(f"/desk/posts/{post.id}").text
    for value in ("2026-06-30", "2026-05-20", "Speaks of an overdose."):
        assert f'value="{value}"' in page

    send(coach, f"/desk/posts/{post.id}", act="reviewed", until_on="2026-06-30", version="1")
    assert saved(session).current_until is None
    assert saved(session).reviewed_at == site_clock.now()


@pytest.mark.parametrize(
    ("boxes", "words"),
    [
        ({"lasts": "until"}, "Choose the last day it is true."),
        ({"lasts": "until", "until_on": "30 June"}, "Write the day like 2026-06-30."),
        ({"lasts": "until", "until_on": "0001-01-01"}, "This day looks wrong."),
        ({"lasts": "until", "until_on": "9999-12-31"}, "This day looks wrong."),
        ({"lasts": "sometimes"}, "Not a valid choice"),
        ({"reviewed_on": "2026-06-03"}, "This day looks wrong."),
        ({"reviewed_on": "yesterday"}, "Write the day like 2026-06-30."),
        ({"content_note": "n" * 201}, "200 characters at most"),
    ],
)
def test_a_fault_is_said_at_its_box_and_the_words_stay(
    coach: FlaskClient, boxes: dict[str, str], words: str
) -> None:
    answer = send(coach, **boxes)
    assert answer.status_code == 422
    assert words in answer.text
    assert "Two doses, and a spare." in answer.text
    preview = coach.post("/desk/posts/preview", data={"title": "T", "body": "x"} | boxes)
    assert preview.status_code == 303
    assert coach.get(preview.location.replace("preview?", "preview/page?")).status_code == 200


def test_past_its_date_a_page_says_so_by_itself(
    client: FlaskClient, session: Session, clock: time_machine.Traveller
) -> None:
    since = site_clock.now() - timedelta(days=80)
    post = make_post(session, published_at=since, current_until=MIDNIGHT)
    assert "True until 30 June 2026" in read(client, post)
    assert "Things may have changed" not in read(client, post)

    clock.move_to(MIDNIGHT)

    assert "This is from March 2026. Things may have changed." in read(client, post)
    assert "True until" not in read(client, post)
    for address in ("/", "/posts/"):
        assert "May have changed" in client.get(address).text
    for address in ("/feed.xml", "/feed.json"):
        assert "This is from March 2026." in client.get(address).text


def test_what_held_for_days_only_is_told_by_its_day(
    client: FlaskClient, session: Session, clock: time_machine.Traveller
) -> None:
    post = make_post(session, current_until=site_clock.now())
    assert "This is from 2 June 2026. Things may have changed." in read(client, post)


def test_a_content_note_stands_before_the_words_everywhere_and_can_be_skipped(
    client: FlaskClient, session: Session
) -> None:
    post = make_post(session, content_note="Speaks of <an> overdose.", current_until=MIDNIGHT)
    page = read(client, post)
    assert page.index("Speaks of &lt;an&gt; overdose.") < page.index("Start small")
    assert '<a href="#after-words">' in page
    assert page.index("Start small") < page.index('id="after-words"')
    letter = letters.article(post, "http://localhost")
    assert "Before you read: Speaks of <an> overdose." in letter.text
    assert "Speaks of &lt;an&gt; overdose." in letter.html
    assert "true until 30 June 2026" in letter.text
    assert "true until 30 June 2026" in letter.html
    assert "Speaks of" not in letters.discreet_article(post, letter.mark).text
    assert "Before you read:" in client.get("/feed.xml").text
    assert "Before you read:" in client.get("/feed.json").text


def test_evergreen_articles_without_a_note_say_nothing_of_it(
    client: FlaskClient, session: Session
) -> None:
    post = make_post(session)
    for words in ("Before you read", "True until", "may have changed", "Last reviewed"):
        assert words not in read(client, post)
        assert words not in letters.article(post, "http://localhost").text


def test_the_desk_asks_to_read_again_and_one_tap_answers(
    coach: FlaskClient, client: FlaskClient, session: Session
) -> None:
    post = make_post(session, title="Drug alert", current_until=site_clock.now())
    address = f"/desk/posts/{post.id}"
    page = coach.get("/desk/").text
    assert "“Drug alert” was true until 2 June 2026." in page or "until 1 June 2026." in page

    for until in ("", "2026-06-01", "soon", "9999-12-31"):
        wrong = coach.post(f"{address}/still-true", data={"until": until, "back": "home"})
        assert "Choose a day from today on" in coach.get(wrong.location).text
    coach.post(f"{address}/still-true", data={"until": "2026-06-30", "back": "home"})
    assert "Drug alert” was true" not in coach.get("/desk/").text
    assert "True until 30 June 2026" in read(client, post)
    session.refresh(post)
    assert post.version == 2

    post.current_until = site_clock.now()
    session.commit()
    coach.post(f"{address}/leave", data={"back": "home"})
    assert "Drug alert” was true" not in coach.get("/desk/").text
    assert "Things may have changed." in read(client, post)


def test_start_here_holds_three_in_her_order_and_survives_withdrawing(
    coach: FlaskClient, client: FlaskClient, session: Session
) -> None:
    ids = {title: make_post(session, title=title).id for title in ("One", "Two", "Three", "Four")}

    def shown() -> list[str]:
        session.expire_all()
        shown = pinning.start_here(db.engine, site_clock.now())
        return [title for number in shown for title, known in ids.items() if known == number]

    assert "Start here</h2>" not in client.get("/").text
    for title in ("One", "Two", "Three", "One"):
        coach.post(f"/desk/posts/{ids[title]}/pin")
    answer = coach.post(f"/desk/posts/{ids['Four']}/pin")
    assert "Three stand there already." in coach.get(answer.location).text
    assert shown() == ["One", "Two", "Three"]
    coach.post(f"/desk/posts/{ids['Three']}/move", data={"to": "up"})
    assert shown() == ["One", "Three", "Two"]
    assert "Start here</h2>" in client.get("/").text

    coach.post(f"/desk/posts/{ids['One']}/withdraw")
    assert shown() == ["Three", "Two"]
    assert "It keeps its place" in coach.get("/desk/posts/start-here").text
    coach.post(f"/desk/posts/{ids['Three']}/unpin")
    assert shown() == ["Two"]
    with session.begin_nested():
        assert [post.pinned_place for post in pinning.pinned(session)] == [1, 2]
    assert coach.post("/desk/posts/99999/pin").status_code == 404
