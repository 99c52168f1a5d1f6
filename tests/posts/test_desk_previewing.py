"""How an article will look: by the renderers that readers get it from, from words in the form."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite.newsletter import letters
from hrsite.posts.models import Post, Tag
from tests.factories import make_picture, make_post, make_tag

LOOKS = ("page", "phone", "letter", "letter-phone", "text", "plain", "plain-text")


def begin(coach: FlaskClient, id: int = 0, **boxes: Any) -> str:
    """Press Preview; the address it leads to."""
    form = {"title": "What I carry", "body": "Two doses.", "key": "k" * 22} | boxes
    answer = coach.post(f"/desk/posts/preview?id={id}", data=form)
    assert answer.status_code == 303
    return answer.location


def frame(coach: FlaskClient, address: str, look: str) -> Any:
    """What the frame of a look shows."""
    page = coach.get(f"{address}&as={look}")
    assert page.status_code == 200
    found = re.search(r'<iframe[^>]*src="([^"]+)"', page.text)
    assert found
    return coach.get(found[1].replace("&amp;", "&"))


def test_words_that_are_not_saved_are_looked_at_and_stay_unsaved(
    coach: FlaskClient, session: Session
) -> None:
    make_tag(session, "Sleep")
    words = {"body": "## Start\n\n<script>alert(1)</script> and *more*", "topics": "sleep, New one"}
    shown = frame(coach, begin(coach, **words), "page")
    for said in ("<h2>Start</h2>", "What I carry", "Preview. Nobody else sees this.", "New one"):
        assert said in shown.text
    assert "<script>alert" not in shown.text
    assert session.query(Post).count() == 0
    assert [row.name for row in session.query(Tag)] == ["Sleep"]


def test_nothing_in_a_frame_runs_submits_or_is_framed_elsewhere(coach: FlaskClient) -> None:
    address = begin(coach)
    outer = coach.get(address).headers["Content-Security-Policy"]
    assert "frame-src 'self'" in outer
    assert "frame-ancestors 'none'" in outer
    for look in ("page", "letter"):
        policy = frame(coach, address, look).headers["Content-Security-Policy"]
        assert policy.endswith("; sandbox allow-same-origin")
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'self'" in policy


@pytest.mark.parametrize("look", LOOKS)
def test_every_look_opens_for_words_new_saved_and_changed(
    coach: FlaskClient, session: Session, look: str
) -> None:
    post = make_post(session, body_html="<p>As it was.</p>")
    draft = make_post(session, published_at=None)
    for address in (
        begin(coach),
        begin(coach, post.id, key="m" * 22),
        f"/desk/posts/{post.id}/preview?",
        f"/desk/posts/{draft.id}/preview?",
    ):
        page = coach.get(f"{address}&as={look}")
        assert page.status_code == 200
        assert page.text.count("<iframe") == (0 if "text" in look else 1)
        if "<iframe" in page.text:
            assert frame(coach, address, look).status_code == 200


def test_the_letter_is_the_one_that_readers_get(coach: FlaskClient, session: Session) -> None:
    post = make_post(session)
    shown = frame(coach, f"/desk/posts/{post.id}/preview?", "letter").text
    real = letters.article(post, "http://localhost")
    links = re.compile(r"this-is-a-test-letter-|place-[0-9a-f]+-(?:settings|unsubscribe|confirm)")
    assert links.sub("", shown) == links.sub("", real.html)
    assert real.mark not in shown


def test_the_page_is_the_one_that_readers_get_but_for_the_ribbon(
    coach: FlaskClient, client: FlaskClient, session: Session
) -> None:
    post = make_post(session, picture=make_picture(session))
    shown = frame(coach, f"/desk/posts/{post.id}/preview?", "page").text
    real = client.get(f"/posts/{post.slug}").text

    def main(page: str) -> str:
        return page[page.index("<main") : page.index("</main>")]

    stamp = re.compile(r'name="stamp"[^>]*>')
    ribbon = re.compile(r'\s*<p class="ribbon".*?</p>', re.S)
    without = ribbon.sub("", stamp.sub("", main(shown)))
    assert without.split() == stamp.sub("", main(real)).split()


def test_a_plain_letter_tells_an_onlooker_nothing(coach: FlaskClient) -> None:
    address = begin(coach, title="Heroin and me")
    assert "Heroin" not in frame(coach, address, "plain").text
    page = coach.get(f"{address}&as=plain-text").text
    assert "Heroin" not in page[page.index("<pre") :]


def test_the_picture_that_is_there_is_shown(coach: FlaskClient, session: Session) -> None:
    post = make_post(session, picture=make_picture(session))
    assert "A table with two cups" in frame(coach, begin(coach, post.id), "page").text
    gone = begin(coach, post.id, remove_picture="y")
    assert "A table with two cups" not in frame(coach, gone, "page").text


def test_once_saved_the_saved_words_are_shown(coach: FlaskClient, session: Session) -> None:
    address = begin(coach, act="preview")
    form = {"title": "What I carry", "body": "Three doses.", "key": "k" * 22, "act": "save"}
    coach.post("/desk/posts/new", data=form)
    assert coach.get(address).status_code == 404
    post = session.query(Post).one()
    late = address.replace("/0/", f"/{post.id}/")
    assert "Three doses." in frame(coach, late, "page").text


def test_odd_addresses_are_no_error(coach: FlaskClient) -> None:
    for ending in ("preview", "preview?as=x", "preview/page?words=x", "preview/letter?words=~"):
        assert coach.get(f"/desk/posts/0/{ending}").status_code == 404
    assert coach.post("/desk/posts/preview?id=x", data={"body": "b" * 411_000}).status_code == 413
