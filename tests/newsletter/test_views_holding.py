"""What we hold, the file of it, erasing, and a link that a shared device forgets."""

import html
import json
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import addresses, looking
from hrsite import clock as our_clock
from hrsite.extensions import Base
from hrsite.newsletter import asking, consent, disclosing, erasing
from hrsite.newsletter.models import Subscriber, Topic
from hrsite.outbox.models import DeliveryState
from hrsite.receipt import sections
from tests import factories
from tests.journeys.doors import Letters, sign_up
from tests.outbox.ledger import becomes, rows

pytestmark = pytest.mark.usefixtures("clock")
ADA = "ada.lovelace@example.org"


@pytest.fixture
def ada(session: Session) -> Subscriber:
    """A reader of whom something stands in every table that can hold anything of hers."""
    looking.do_what_is_due()  # From then on the ledger is known to be this site's.
    person, now = factories.make_subscriber(session, ADA), our_clock.now()
    consent.note(session, person.address_key, "confirmed", Topic.ARTICLES, "letter", now)
    factories.make_post(session, send_to_readers=True)
    factories.open_issues(session)
    becomes(session, rows(session)[0], DeliveryState.ACCEPTED, reply_text=f"250 ok for {ADA}")
    asking.request_signup(session, ADA, [Topic.NOTICES], "192.0.2.1", now)
    session.commit()
    return person


def link(person: Subscriber, rest: str = "") -> str:
    return f"/settings/{person.links['settings']}{rest}"


def test_she_sees_every_line_with_her_own_values_and_nobody_else_s(
    client: FlaskClient, session: Session, ada: Subscriber
) -> None:
    other = factories.make_subscriber(session, "other@elsewhere.example")
    page = html.unescape(client.get(link(ada, "/kept")).text)
    for words in ("a•••@example.org", "confirmed, articles, letter", "accepted"):
        assert words in page, words
    assert "Each time you asked, said yes, changed something or left." in page
    assert ADA not in page
    assert "elsewhere.example" not in page
    for secret in (*ada.links.values(), ada.address_key, other.address_key):
        assert secret not in page.replace(link(ada), "")


def test_the_file_holds_every_column_the_receipt_names_and_no_secret(
    client: FlaskClient, session: Session, ada: Subscriber
) -> None:
    answer = client.get(link(ada, "/kept.json"))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="kept.json"'
    assert answer.headers["Cache-Control"] == "no-store"
    said = json.loads(answer.text)
    by_table = {part["table"]: part["rows"] for part in said["kept"]}
    told = {
        table.name: set(receipt.told) - set(receipt.of_nobody.split()) - {"people"}
        for section in sections(Base.metadata, "reader")
        for table, receipt in section.tables
    }
    assert set(by_table) == set(told)
    for name in ("recipients", "subscribers", "subscriptions", "consent_events", "deliveries",
                 "signup_requests"):  # fmt: skip
        assert set(by_table[name][0]) == told[name], name
    assert by_table["consent_events"][0]["happened_at"] == "2026-06-02T14:00:00Z"
    assert by_table["recipients"][0]["links"] == disclosing.UNSAID
    for secret in (ADA, *ada.links.values(), ada.address_key):
        assert secret not in answer.text


def test_erased_by_one_press_and_the_second_says_only_what_is_true_in_every_case(
    client: FlaskClient, session: Session, ada: Subscriber
) -> None:
    home, path = link(ada), link(ada, "/erase")
    assert client.get(path).status_code == 200
    assert session.scalars(select(Subscriber)).all()
    first, second = client.post(path), client.post(path)
    assert "You are erased" in first.text
    assert first.status_code == 200
    assert second.status_code == 404
    assert "If you pressed twice, the first press may have erased you." in second.text
    assert second.text == client.post(f"/settings/{'A' * 22}/erase").text
    assert session.scalars(select(Subscriber)).all() == []
    assert client.get(home).status_code == 404


def test_nobody_is_told_that_she_is_erased_who_is_not(
    client: FlaskClient, session: Session, ada: Subscriber
) -> None:
    path = link(ada, "/erase")
    assert client.get(path).status_code == 200
    client.post(link(ada, "/close"))
    answer = client.post(path)
    assert answer.status_code == 404
    assert "So this press changed nothing." in answer.text
    assert "You are erased" not in answer.text
    assert session.scalars(select(Subscriber)).one().address == ADA


@pytest.mark.parametrize("never_again", [False, True])
def test_who_was_erased_may_sign_up_again_unless_she_asked_never_to_be_written_to(
    app: Flask, client: FlaskClient, session: Session, ada: Subscriber, letters: Letters,
    clock: Traveller, never_again: bool,
) -> None:  # fmt: skip
    client.post(link(ada, "/erase"), data={"never_again": "1"} if never_again else {})
    clock.shift(timedelta(days=40))
    sign_up(app.test_client(), ADA)
    looking.do_what_is_due()
    session.rollback()
    assert len(letters()) == (0 if never_again else 1)
    assert len(session.scalars(select(Subscriber)).all()) == (0 if never_again else 1)


def test_on_a_shared_device_the_link_can_be_closed_and_letters_go_on(
    client: FlaskClient, session: Session, ada: Subscriber, letters: Letters, clock: Traveller
) -> None:
    old, leaving = link(ada), f"/unsubscribe/{ada.links['unsubscribe']}"
    assert "Your link is closed" in client.post(link(ada, "/close")).text
    session.expire_all()
    assert client.get(old).status_code == client.get(f"{old}/kept").status_code == 404
    assert client.get(link(ada)).status_code == client.get(leaving).status_code == 200
    factories.make_post(session, send_to_readers=True)
    clock.shift(60)
    looking.do_what_is_due()
    assert link(ada) in letters()[-1].text
    again = client.post(f"{old}/close")
    assert again.status_code == 404
    assert "sees nothing of yours" in again.text


def test_no_other_link_in_the_list_of_pages_seen_leads_to_the_closed_page(
    client: FlaskClient, session: Session, ada: Subscriber
) -> None:
    old = f"/confirm/{ada.links['confirm']}"
    # Who finds it before she has closed anything learns no more from it than that she said yes.
    assert "/settings/" not in client.post(old).text
    assert "confirm nothing" in client.post(link(ada, "/close")).text
    session.expire_all()
    assert client.get(old).status_code == client.post(old).status_code == 404
    assert client.get(f"/confirm/{ada.links['confirm']}").status_code == 200


def test_on_a_shared_device_the_browser_is_asked_not_to_remember_the_address(
    client: FlaskClient,
) -> None:
    assert 'href="/signup?shared=1"' in client.get("/staying-private").text
    assert 'autocomplete="off"' in box(client.get("/signup?shared=1").text)
    assert 'autocomplete="email"' in box(client.get("/signup").text)


def box(page: str) -> str:
    """The box for the address."""
    found = re.search(r'<input id="address".*?>', page, re.DOTALL)
    assert found
    return found[0]


@pytest.mark.parametrize("rest", ["/kept", "/kept.json", "/erase"])
def test_nobody_s_link_opens_nothing(client: FlaskClient, rest: str) -> None:
    answer = client.get(f"/settings/{'A' * 22}{rest}")
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"


def test_pages_of_one_person_say_nothing_to_whoever_looks_over_her_shoulder(
    client: FlaskClient, ada: Subscriber
) -> None:
    for rest in ("", "/kept", "/erase"):
        answer = client.get(link(ada, rest))
        assert "<title>Your choices</title>" in answer.text
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert "Set-Cookie" not in answer.headers


def test_a_disk_that_is_full_erases_nothing_and_says_so(
    app: Flask, client: FlaskClient, session: Session, ada: Subscriber,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(erasing.erasures, "note", full)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    assert client.post(link(ada, "/erase")).status_code in (500, 503)
    assert session.scalars(select(Subscriber)).one().address == addresses.check(ADA).typed
