"""RFC 8058: whatever form a mail service's press takes, she has left, and hears nothing but 200."""

import gzip
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from time_machine import Traveller
from werkzeug.test import EnvironBuilder, TestResponse

from hrsite.newsletter.models import ConsentEvent, Subscriber, SubscriptionState, Topic
from tests import factories
from tests.conftest import AppMaker

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"])
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"
PART = b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n'
# What services send, and what some program might.
BODIES = {
    "urlencoded": (b"List-Unsubscribe=One-Click", URLENCODED),
    "with a charset": (b"List-Unsubscribe=One-Click", f"{URLENCODED}; charset=UTF-8"),
    "a line end behind it": (b"List-Unsubscribe=One-Click\r\n", URLENCODED),
    "more beside it": (b"List-Unsubscribe=One-Click&utm=1&email=x%40y.org", URLENCODED),
    "in small letters": (b"list-unsubscribe=one-click", URLENCODED),
    "multipart": (PART + b"--b--\r\n", MULTIPART),
    "multipart, cut off": (PART, MULTIPART),
    "multipart, no boundary": (PART, "multipart/form-data"),
    "a kind that is none": (b"List-Unsubscribe=One-Click", "nonsense"),
    "JSON": (b'{"List-Unsubscribe": "One-Click"}', "application/json"),
    "empty, of a kind": (b"", URLENCODED),
    "empty": (b"", ""),
    "no text": (b"\xff\xfe\x00List", URLENCODED),
    "long": (b"x=" + b"y" * 200_000, URLENCODED),
    "many": (b"a=1&" * 5_000, URLENCODED),
    "packed": (gzip.compress(b"List-Unsubscribe=One-Click"), URLENCODED),
}


@pytest.fixture
def path(session: Session, clock: Traveller) -> str:
    """The address in the header of a letter."""
    return way_out(session, "ada@example.org")


def way_out(session: Session, typed: str) -> str:
    ada = factories.make_subscriber(session, typed, tuple(Topic))
    links = ada.links
    session.rollback()
    return f"/unsubscribe/{links['unsubscribe']}"


def is_fine(answer: TestResponse) -> bool:
    assert answer.status_code == 200
    assert answer.text == "Nothing more will be sent."
    assert "Set-Cookie" not in answer.headers
    assert "Location" not in answer.headers
    return True


def has_left(session: Session) -> bool:
    session.rollback()
    states = {
        held.state for one in session.scalars(select(Subscriber)) for held in one.subscriptions
    }
    return states == {SubscriptionState.UNSUBSCRIBED}


@ON_SQLITE
@pytest.mark.parametrize("form", BODIES)
def test_every_form_of_the_press_counts(
    client: FlaskClient, session: Session, path: str, form: str
) -> None:
    body, kind = BODIES[form]
    assert is_fine(client.post(path, data=body, content_type=kind))
    assert has_left(session)
    assert is_fine(client.post(path, data=body, content_type=kind))


@ON_SQLITE
@pytest.mark.parametrize(
    "changes",
    [
        {"SERVER_PROTOCOL": "HTTP/1.0"},
        {"SERVER_PROTOCOL": "HTTP/1.0", "HTTP_CONNECTION": "close", "CONTENT_LENGTH": None},
        {"HTTP_USER_AGENT": None},
        {"HTTP_ORIGIN": "https://mail.example.com", "HTTP_SEC_FETCH_SITE": "cross-site"},
        {"HTTP_REFERER": "https://mail.example.com/", "HTTP_COOKIE": "desk=nonsense"},
        {"HTTP_ACCEPT": "application/json", "HTTP_ACCEPT_ENCODING": "br"},
        {"HTTP_EXPECT": "100-continue"},
        {"QUERY_STRING": "plain=1&x=%ff"},
    ],
    ids=lambda changes: " ".join(changes),
)
def test_whoever_sends_it_and_with_whatever_headers(
    client: FlaskClient, session: Session, path: str, changes: dict[str, str | None]
) -> None:
    builder = EnvironBuilder(path, method="POST", data={"List-Unsubscribe": "One-Click"})
    environ = builder.get_environ()
    builder.close()
    for name, value in changes.items():
        environ.pop(name, None)
        environ |= {} if value is None else {name: value}
    assert is_fine(client.open(environ))
    assert has_left(session)


def test_twenty_at_once_are_one_leaving(app: Flask, session: Session, path: str) -> None:
    answers: list[TestResponse] = []
    together = threading.Barrier(20)

    def press() -> None:
        together.wait(20)
        answers.append(app.test_client().post(path, data={"List-Unsubscribe": "One-Click"}))

    presses = [threading.Thread(target=press) for _ in range(20)]
    for one in presses:
        one.start()
    for one in presses:
        one.join(60)
    assert len(answers) == 20
    assert all(is_fine(answer) for answer in answers)
    assert has_left(session)
    left = select(func.count()).where(ConsentEvent.kind == "unsubscribed")
    assert session.scalars(left.select_from(ConsentEvent)).one() == len(Topic)


@pytest.mark.parametrize("key", ["SECRET_KEY", "ADDRESS_KEY"])
def test_a_link_made_before_a_key_was_changed_still_leads_out(
    make_app: AppMaker, session: Session, path: str, key: str, clock: Traveller
) -> None:
    """The worst of changes: a backup was put back, and its key is lost."""
    factories.make_post(session, send_to_readers=True)
    factories.open_issues(session)
    clock.shift(timedelta(days=5 * 366))
    other = make_app(**{key: "another-key-0123456789-abcdefghijklmnopqr"}).test_client()
    assert other.get(path).status_code == 200
    assert is_fine(other.post(path, data={"List-Unsubscribe": "One-Click"}))
    assert has_left(session)


def test_the_button_works_after_that_too_and_can_be_undone(
    make_app: AppMaker, session: Session, path: str
) -> None:
    other = make_app(ADDRESS_KEY="another-key-0123456789-abcdefghijklmnopqr").test_client()
    assert other.post(path, data={"button": "1"}).status_code == 200
    assert has_left(session)
    assert other.post(f"{path}/undo").status_code == 200
    assert not has_left(session)


def test_whoever_left_by_the_header_can_undo_it_for_an_hour_too(
    client: FlaskClient, session: Session, path: str, clock: Traveller
) -> None:
    for minutes, status in ((59, 200), (61, 404)):
        client.post(path, data={"List-Unsubscribe": "One-Click"})
        clock.shift(timedelta(minutes=minutes))
        assert client.post(f"{path}/undo").status_code == status
        assert has_left(session) == (status == 404)


@ON_SQLITE
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("purpose", ["prefetch", "prefetch;prerender", ""])
def test_only_a_post_acts(
    client: FlaskClient,
    session: Session,
    path: str,
    work: Callable[[], None],
    method: str,
    purpose: str,
) -> None:
    client.open(path, method=method, headers={"Sec-Purpose": purpose})
    work()
    assert not has_left(session)
