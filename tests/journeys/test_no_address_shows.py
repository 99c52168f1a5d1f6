"""A reader's whole way, and her address in no URL, title, page, header, cookie or line of a log."""

import io
import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from hrsite import logs
from tests import factories
from tests.journeys.doors import Letters, MailProgram, ask_for_link, sign_up

LOCAL = "quite.private"
HER = f"{LOCAL}@example.org"
TITLE = re.compile(r"<title>([^<]*)</title>")
# The one place: the box in which she typed it, when something else in the form was wrong.
BOX = re.compile(r'<input[^>]*name="(?:address|email)"[^>]*>')
# The only rest of it: enough for her to know which of her own addresses it is.
MASKED = "q•••@example.org"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the log says, from here on."""
    stream = io.StringIO()
    logs.set_up(stream)
    yield stream
    logs.set_up()


@pytest.fixture
def asked(app: Flask) -> list[str]:
    """Every URL that was asked for, as any proxy would write it down."""
    urls: list[str] = []
    app.before_request(lambda: urls.append(request.full_path))
    return urls


@pytest.mark.parametrize("database", ["sqlite"])
def test_her_address_shows_nowhere_on_the_whole_way(
    client: FlaskClient,
    coach: FlaskClient,
    session: Session,
    work: Callable[[], None],
    letters: Letters,
    written: io.StringIO,
    asked: list[str],
) -> None:
    program = MailProgram(client, letters, HER)
    for answer in _way(client, coach, program, session, work):
        _look_at(answer)
    assert len(asked) > 20
    for url in asked:
        assert "example.org" not in url
        assert LOCAL not in url
    said = written.getvalue()
    assert "letters_tried" in said
    assert LOCAL not in said
    assert "example.org" not in said
    assert not [token for token in _tokens(letters) if token in said]


def _way(
    client: FlaskClient,
    coach: FlaskClient,
    program: MailProgram,
    session: Session,
    work: Callable[[], None],
) -> Iterator[TestResponse]:
    """Ask, mend, confirm, choose, pause, lose the link, leave, come back, leave by the header."""
    yield sign_up(client, HER, stamp="forged")
    yield sign_up(client, f"{HER} ,")
    answer = sign_up(client, HER)
    yield answer
    yield client.get(answer.location)
    work()
    confirm = program.path("confirm")
    yield client.get(confirm)
    yield client.post(confirm)
    yield client.post(confirm)
    factories.make_post(session, send_to_readers=True)
    work()
    settings, leave = program.path("settings"), program.path("unsubscribe")
    yield client.get(settings)
    for words in ({"topics": "notices"}, {"pause": "1"}, {"go_on": "1"}, {"discreet": "on"}):
        yield client.post(settings, data=words)
    answer = ask_for_link(client, HER)
    yield answer
    yield client.get(answer.location)
    work()
    yield client.get(leave)
    yield client.post(leave, data={"button": "1"})
    yield client.post(f"{leave}/undo")
    yield program.press_unsubscribe()
    yield client.post("/desk/sign-in", data={"email": HER, "password": "not this one at all"})
    yield coach.get("/desk/")
    yield coach.get("/desk/issues/1")
    yield coach.get("/desk/health")


def _look_at(answer: TestResponse) -> None:
    assert answer.status_code < 500
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    for name, value in answer.headers:
        assert LOCAL not in value, name
    titles = TITLE.findall(answer.text)
    assert "@" not in "".join(titles)
    assert LOCAL not in BOX.sub("", answer.text)
    assert "example.org" not in BOX.sub("", answer.text).replace(MASKED, "")


def _tokens(letters: Letters) -> set[str]:
    """Every token in every letter."""
    urls = [url for letter in letters() for _, url in letter.links]
    return {url.split("/")[4] for url in urls if url.count("/") >= 4}
