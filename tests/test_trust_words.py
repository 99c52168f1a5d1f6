"""Hostile words in every field of every form and in every address: never a fault, nothing lost."""

import io
from collections.abc import Iterator
from itertools import cycle
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite.posts.models import Post
from tests import factories
from tests.conftest import AppMaker
from tests.forms_on_pages import ShownForm, forms_in
from tests.whole_site import Furnished, furnish

HOSTILE = {
    "NUL": b"a\x00b",
    "half a pair": b"a\xed\xa0\x80b",
    "turned around": "abc\u202egro.elpmaxe\u202c".encode(),
    "not UTF-8": b"\xff\xfe\xc3(",
    "template": b"{{ 7*7 }}{% raise %}${7*7}<%= 7*7 %>",
    "script": b"\"'><script>alert(1)</script><img src=x onerror=alert(1)>",
    "line breaks": b"a\r\nBcc: x@example.com\r\n\r\nb",
    "nothing to see": "\u200b\u00a0\u2028\ufeff".encode(),
    "marks": ("z" + "\u0301" * 2000).encode(),
    "numbers": b"99999999999999999999",
    "other digits": "٣٤".encode(),
    "sql": b"' OR 1=1; DROP TABLE posts; --",
    "path": b"../../../../etc/passwd",
}
LONG = b"w" * 1_000_000
FORM = "application/x-www-form-urlencoded"
# Ending the session the test works in, or leaving, would close the doors that come after.
NOT_PRESSED = ("/end", "/sign-out")


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    return make_app(EXIT_URL="", MAX_UPLOAD_MEGABYTES=12)


@pytest.fixture
def furnished(app: Flask, coach: FlaskClient, session: Session) -> Furnished:
    return furnish(app, session)


@pytest.fixture
def forms(app: Flask, coach: FlaskClient, furnished: Furnished) -> list[ShownForm]:
    """Every form on every page of the site, once for each place it goes to."""
    found = {}
    for browser in (coach, app.test_client()):
        for door in furnished.doors(app):
            if door.method == "GET" and "." not in door.path:
                for form in forms_in(browser.get(door.path).text, door.path):
                    if form.method == "POST" and not form.action.endswith(NOT_PRESSED):
                        found[form.action, tuple(sorted(form.kinds))] = form
    assert len(found) > 12
    return list(found.values())


def octets(pairs: list[tuple[str, bytes]]) -> bytes:
    return urlencode(pairs).encode()


def all_at_once(form: ShownForm, words: bytes) -> list[tuple[str, bytes]]:
    """The words in every field."""
    return [(name, words) for name in form.kinds]


def all_twice(form: ShownForm, words: bytes) -> list[tuple[str, bytes]]:
    """The form as it is, and then every field once more, with the words."""
    usual = [(name, value.encode()) for name, value in form.fields]
    return usual + all_at_once(form, words)


def one_by_one(form: ShownForm, words: bytes) -> Iterator[list[tuple[str, bytes]]]:
    """The words in one field, and the others as they are: so that the form may be taken."""
    usual = [(name, value.encode()) for name, value in form.fields]
    for name in form.kinds:
        yield [pair for pair in usual if pair[0] != name] + [(name, words)]


def test_hostile_words_in_all_fields_of_any_form_are_no_fault(
    coach: FlaskClient, forms: list[ShownForm]
) -> None:
    # What comes second is hardly read: one kind of words for each form is enough there.
    for form, words_behind in zip(forms, cycle(HOSTILE.values()), strict=False):
        told = [all_at_once(form, words) for words in HOSTILE.values()]
        for pairs in (*told, all_twice(form, words_behind)):
            answer = coach.post(form.action, data=octets(pairs), content_type=FORM)
            assert answer.status_code < 500, (form.action, pairs)
            assert "Traceback" not in answer.text


# PostgreSQL is the stricter one: no NUL, no half pairs, no number too large, no text too long.
@pytest.mark.parametrize("database", ["postgresql"])
@pytest.mark.parametrize("kind", ["NUL", "half a pair", "not UTF-8", "numbers", "other digits"])
def test_hostile_words_in_one_field_of_any_form_are_no_fault(
    coach: FlaskClient, forms: list[ShownForm], kind: str
) -> None:
    for form in forms:
        for pairs in one_by_one(form, HOSTILE[kind]):
            answer = coach.post(form.action, data=octets(pairs), content_type=FORM)
            assert answer.status_code < 500, (form.action, pairs)


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_word_of_a_million_letters_is_no_fault(
    coach: FlaskClient, forms: list[ShownForm]
) -> None:
    for form in forms:
        usual = [(name, value.encode()) for name, value in form.fields]
        for name in form.kinds:
            answer = coach.post(form.action, data=octets([*usual, (name, LONG)]), content_type=FORM)
            assert answer.status_code < 500, (form.action, name)


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_words_in_a_file_and_its_name_are_no_fault(coach: FlaskClient, kind: str) -> None:
    name = HOSTILE[kind].decode("utf-8", "replace")
    for field in ("picture", "body_picture", "body", "nonsense"):
        data = {"title": "x", "act": "picture", "picture_alt": name, "body_picture_alt": name}
        data[field] = (io.BytesIO(HOSTILE[kind]), name)
        answer = coach.post("/desk/posts/new", data=data, content_type="multipart/form-data")
        assert answer.status_code < 500, field


def test_hostile_words_in_an_address_or_its_query_are_no_fault(
    app: Flask, coach: FlaskClient, furnished: Furnished
) -> None:
    # Only these have room for words: to ask for the others again for each kind finds nothing new.
    open_ended = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.arguments and "GET" in (rule.methods or ())
    ]
    assert len(open_ended) > 20
    pages = ("/", "/posts/", "/topics/starting-out", "/desk/", "/desk/sign-in", "/signup")
    for browser in (coach, app.test_client()):
        for kind, said in (HOSTILE | {"long": LONG[:20_000]}).items():
            words = quote(said, safe="")
            for rule in open_ended:
                path = "/".join(words if "<" in part else part for part in rule.split("/"))
                assert browser.get(path, buffered=True).status_code < 500, (rule, kind)
            for page in pages:
                query = "&".join(
                    f"{name}={words}" for name in ("before", "before", "next", "id", "q", words)
                )
                assert browser.get(f"{page}?{query}").status_code < 500, (page, kind)


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("body", [b"", b"&&&=&=", b"%", b"%zz=%zz", b"a" * 5000, b"\x00", b"=x"])
@pytest.mark.parametrize("kind", [FORM, "multipart/form-data", "multipart/form-data; boundary=",
                                  "application/json", "text/plain", "", "nonsense"])  # fmt: skip
def test_a_body_that_is_no_form_is_no_fault(
    coach: FlaskClient, client: FlaskClient, body: bytes, kind: str
) -> None:
    for browser, path in (
        (client, "/signup"),
        (client, "/signup/link"),
        (coach, "/desk/posts/new"),
    ):
        answer = browser.post(path, data=body, content_type=kind)
        assert answer.status_code < 500


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    "sent",
    [{"address": 5}, {"address": {"a": [1]}}, {"address": None}, ["address"], "address", 5, None],
    ids=str,
)
def test_json_is_no_form(client: FlaskClient, coach: FlaskClient, sent: object) -> None:
    for browser, path in (
        (client, "/signup"),
        (client, "/signup/link"),
        (coach, "/desk/posts/new"),
    ):
        assert browser.post(path, json=sent).status_code == 422


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_file_in_place_of_words_is_no_fault(coach: FlaskClient, forms: list[ShownForm]) -> None:
    for form in forms:
        for name in form.kinds:
            data = {other: value for other, value in form.fields if other != name}
            files = {**data, name: (io.BytesIO(b"words"), "words.txt")}
            answer = coach.post(form.action, data=files, content_type="multipart/form-data")
            assert answer.status_code < 500, (form.action, name)


def test_words_that_cannot_be_saved_are_still_in_the_form(coach: FlaskClient) -> None:
    words = "The room is quiet now. " * 20
    answer = coach.post(
        "/desk/posts/new", data={"title": "", "summary": words[:300], "body": words}
    )
    assert answer.status_code == 422
    assert words.strip() in answer.text
    answer = coach.post("/desk/posts/new", data={"title": "t" * 201, "body": words})
    assert answer.status_code == 422
    assert words.strip() in answer.text
    assert "t" * 201 in answer.text


def test_what_looks_like_a_template_or_a_script_is_shown_as_it_was_typed(
    client: FlaskClient, coach: FlaskClient, session: Session
) -> None:
    typed = "{{ 7*7 }} <script>alert(1)</script>"
    post = factories.make_post(session, title=typed, summary=typed, author_name=typed)
    coach.post(f"/desk/posts/{post.id}", data={
        "title": typed, "summary": typed, "body": typed, "version": "1", "act": "save",
    })  # fmt: skip
    session.expire_all()
    kept = session.get_one(Post, post.id)
    assert kept.title == typed
    for path in (f"/posts/{kept.slug}", "/", "/posts/", "/feed.xml"):
        page = client.get(path).text
        assert "{{ 7*7 }}" in page
        assert "<script>alert" not in page
        assert "49 &lt;" not in page
    assert "{{ 7*7 }}" in coach.get(f"/desk/posts/{post.id}").text


def test_turned_around_and_hidden_letters_do_not_reach_a_reader_as_they_came(
    client: FlaskClient, coach: FlaskClient, session: Session
) -> None:
    coach.post("/desk/posts/new", data={"title": "a\x00b\u202ec", "body": "one\x00two"})
    kept = session.query(Post).one()
    assert "\x00" not in kept.title + kept.body_html
    assert "\u202e" not in kept.title
