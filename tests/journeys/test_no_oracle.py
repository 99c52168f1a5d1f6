"""No page tells a stranger whose address is on the list, whatever is known of it.

Each way to ask, for an address in every state: the same status, headers and bytes, of the answer
and of the page after it, and the same statements to the database. All are held against all: they
make one set, and it has one member.
"""

import io
import re
from collections.abc import Callable, Iterable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from hrsite import clock, tokens
from hrsite.accounts import tries
from hrsite.extensions import db
from tests import factories
from tests.conftest import KINDS
from tests.journeys.addresses import everybody
from tests.journeys.doors import ask_for_link, sign_up
from tests.statements import noted_statements

pytestmark = pytest.mark.usefixtures("clock")
ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"])
# What is new in every form, and of whoever asks, whoever's address is typed.
FRESH = re.compile(r'(name="(?:csrf_token|form_key)"[^>]*value="|/settings/)[\w.-]{20,}')
Ask = Callable[[FlaskClient, str], Iterable[TestResponse]]


def signing_up(browser: FlaskClient, typed: str) -> Iterable[TestResponse]:
    answer = sign_up(browser, typed)
    return [answer, browser.get(answer.location)]


def asking_for_a_link(browser: FlaskClient, typed: str) -> Iterable[TestResponse]:
    answer = ask_for_link(browser, typed)
    return [answer, browser.get(answer.location)]


def moving_there(browser: FlaskClient, typed: str) -> Iterable[TestResponse]:
    """A reader wants her letters at this address instead."""
    with browser.application.app_context():
        links = factories.make_subscriber(db.session(), f"from-{typed}").links
    yield browser.post(f"/settings/{links['settings']}/address", data={"address": typed})


def with_something_wrong(browser: FlaskClient, typed: str) -> Iterable[TestResponse]:
    """A stamp of somebody's own, a box no person fills in, a topic nobody has, a stray sign."""
    yield sign_up(browser, typed, stamp="forged")
    yield sign_up(browser, typed, website="cheap pills")
    yield sign_up(browser, typed, ["nothing we know"])
    yield sign_up(browser, f"{typed}\0")


def signing_in(browser: FlaskClient, typed: str) -> Iterable[TestResponse]:
    yield browser.post("/desk/sign-in", data={"email": typed, "password": "not this one at all"})


def signing_in_too_often(browser: FlaskClient, typed: str) -> Iterable[TestResponse]:
    """Five wrong tries lie behind; the next is told to wait, without a look at the password."""
    with browser.application.app_context():
        for _ in range(5):
            tries.note_failure(db.session(), tries.account_key(typed), "elsewhere", clock.now())
        db.session.commit()
    yield browser.post("/desk/sign-in", data={"email": typed, "password": "not this one at all"})


@pytest.mark.parametrize(
    ("ask", "database"),
    [
        *((ask, kind) for ask in (signing_up, asking_for_a_link) for kind in KINDS),
        (moving_there, "sqlite"),
        (with_something_wrong, "sqlite"),
        (signing_in, "sqlite"),
        (signing_in_too_often, "sqlite"),
    ],
)
def test_every_address_is_answered_alike_and_costs_the_same(
    app: Flask, session: Session, ask: Ask
) -> None:
    typed = {name: address for name, (address, _) in everybody(session).items()}
    typed["the coach herself"] = "state99@example.org"
    factories.make_account(session, email=typed["the coach herself"])
    if ask is signing_in:
        # Each takes a slow look at a password. That it looks at no reader, the next one shows.
        few = ("new", "confirmed", "left", "closed", "the coach herself")
        typed = {name: typed[name] for name in few}
    seen: dict[tuple[object, object], list[str]] = {}
    list(ask(_browser(app, 0), "first@example.org"))  # What is read once is read now.
    for number, (name, address) in enumerate(typed.items(), start=1):
        browser = _browser(app, number)
        with noted_statements() as said:
            shown = tuple(_shown(answer, address) for answer in ask(browser, address))
        seen.setdefault((shown, tuple(one.sql for one in said)), []).append(name)
    assert len(seen) == 1, list(seen.values())
    (answered,) = seen
    assert all(answered)  # Pages, and statements.


@ON_SQLITE
def test_what_is_wrong_with_a_list_is_the_same_for_every_address(
    coach: FlaskClient, session: Session
) -> None:
    form = {"topics": ["articles"], "consent": "said", "said_on": "2026-05-03"}
    seen = set()
    for address, _ in everybody(session).values():
        for text in (f"Email\n{address}\nnobody\n", f"Name\n{address}\n", f"\x00\xff{address}"):
            file = (io.BytesIO(text.encode("latin1")), "list.csv")
            answer = coach.post("/desk/subscribers/lists", data=form | {"file": file})
            assert answer.status_code == 422
            assert address not in answer.text
            seen.add(_shown(answer, address))
    assert len(seen) == 3


def test_a_mail_programs_press_is_answered_alike_for_every_link(
    client: FlaskClient, session: Session
) -> None:
    people = [person for _, person in everybody(session).values()]
    # Nobody's: an address nobody typed, and one of somebody who is gone.
    links = [person.links["unsubscribe"] if person else tokens.new_token() for person in people]
    session.rollback()
    seen = {
        _shown(client.post(f"/unsubscribe/{link}", data=body), link)
        for link in [*links, "no-token-at-all", "A" * 500]
        for body in ({"List-Unsubscribe": "One-Click"}, {})
        for _ in range(2)
    }
    assert len(seen) == 1


@pytest.mark.parametrize("purpose", ["confirm", "unsubscribe"])
def test_the_page_behind_a_link_is_the_same_for_everybody_who_has_one(
    client: FlaskClient, session: Session, purpose: str
) -> None:
    people = [person for _, person in everybody(session).values() if person]
    links = [person.links[purpose] for person in people]
    session.rollback()
    seen = {_shown(client.get(f"/{purpose}/{link}"), link) for link in links}
    assert len(links) > 8
    assert len(seen) == 1


def _browser(app: Flask, number: int) -> FlaskClient:
    """A new one on a network of its own, for a network may ask only so often."""
    browser = app.test_client()
    browser.environ_base["REMOTE_ADDR"] = f"198.51.100.{number}"
    browser.get("/desk/sign-in")  # The desk's cookie, which the front door sets.
    return browser


def _shown(answer: TestResponse, typed: str) -> tuple[object, ...]:
    """Everything an answer lets anybody see, but for what they typed themselves."""
    headers = [(name, value) for name, value in answer.headers if name != "Set-Cookie"]
    body = FRESH.sub(r"\1", answer.text).replace(typed, "what was typed")
    return answer.status, tuple(headers), body, "Set-Cookie" in answer.headers
