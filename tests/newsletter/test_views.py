"""Signing up and saying yes, through the doors."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite.newsletter.models import ConsentEvent, Subscriber, SubscriptionState, Topic
from hrsite.newsletter.models_asking import SignupRequest
from hrsite.outbox import suppression
from tests import factories
from tests.conftest import A_TUESDAY
from tests.journeys.doors import (
    STAMP,
    Letters,
    MailProgram,
    ask_for_link,
    sign_up,
    without_tokens,
)

Work = Callable[[], None]
CONFIRMED, UNCONFIRMED, UNSUBSCRIBED = (
    SubscriptionState.CONFIRMED,
    SubscriptionState.UNCONFIRMED,
    SubscriptionState.UNSUBSCRIBED,
)


def states(session: Session) -> dict[str, str]:
    session.expire_all()
    return {
        held.topic: held.state
        for reader in session.scalars(select(Subscriber))
        for held in reader.subscriptions
    }


def an_address_in_every_state(session: Session) -> list[str]:
    """New, waiting, confirmed, left, and closed by a bounce."""
    factories.make_subscriber(session, "waiting@example.org", state=UNCONFIRMED)
    factories.make_subscriber(session, "confirmed@example.org", state=CONFIRMED)
    factories.make_subscriber(session, "left@example.org", state=UNSUBSCRIBED)
    closed = factories.make_subscriber(session, "closed@example.org", state=CONFIRMED)
    suppression.suppress(session, closed.address_key, "no such user", closed.created_at)
    session.commit()
    return [f"{word}@example.org" for word in ("new", "waiting", "confirmed", "left", "closed")]


@pytest.mark.parametrize("ask", [sign_up, ask_for_link])
def test_the_answer_is_the_same_for_every_address(
    client: FlaskClient,
    session: Session,
    clock: Traveller,
    ask: Callable[..., object],
) -> None:
    answers = set()
    for address in an_address_in_every_state(session):
        answer = ask(client, address)
        page = client.get(answer.location)
        answers.add((answer.status, answer.data, str(answer.headers), page.status, page.data))
    assert len(answers) == 1


@pytest.mark.parametrize("ask", [sign_up, ask_for_link])
def test_the_form_writes_the_same_row_and_nothing_else_for_every_address(
    client: FlaskClient, session: Session, clock: Traveller, ask: Callable[..., object]
) -> None:
    addresses = an_address_in_every_state(session)
    readers = session.scalar(select(func.count()).select_from(Subscriber))
    for address in addresses:
        ask(client, address)
    session.expire_all()
    assert session.scalar(select(func.count()).select_from(SignupRequest)) == len(addresses)
    assert session.scalar(select(func.count()).select_from(Subscriber)) == readers
    assert session.scalar(select(func.count()).select_from(ConsentEvent)) == 0


def test_no_address_stands_in_any_url_or_page(
    client: FlaskClient, session: Session, clock: Traveller
) -> None:
    answer = sign_up(client, "secret.reader@example.org")
    assert "secret.reader" not in answer.location
    assert "secret.reader" not in client.get(answer.location).text


def test_opening_the_confirmation_link_changes_nothing(
    client: FlaskClient, session: Session, clock: Traveller, work: Work, letters: Letters
) -> None:
    sign_up(client, "ada@example.org")
    work()
    program = MailProgram(client, letters, "ada@example.org")
    for _ in range(3):
        client.get(program.path("confirm"))
    assert states(session) == {Topic.ARTICLES: UNCONFIRMED}
    assert program.confirm().status_code == 200
    assert states(session) == {Topic.ARTICLES: CONFIRMED}


def test_a_second_press_says_that_one_is_already_set(
    client: FlaskClient, clock: Traveller, work: Work, letters: Letters, session: Session
) -> None:
    sign_up(client, "ada@example.org")
    work()
    program = MailProgram(client, letters, "ada@example.org")
    first, second = program.confirm().text, program.confirm().text
    assert ["already set" in page for page in (first, second)] == [False, True]
    # The link stays in the list of pages seen, on a device that may be shared.
    assert ["/settings/" in page for page in (first, second)] == [True, False]
    assert 'href="/signup/link"' in second


def test_the_confirmation_letter_names_no_topic_and_repeats_nothing_typed(
    client: FlaskClient, clock: Traveller, work: Work, letters: Letters
) -> None:
    sign_up(client, "buy-cheap-pills@example.org", ["articles", "notices"])
    work()
    letter = letters()[0]
    said = letter.text + re.sub(r"<[^>]*>", "", letter.html or "")
    words = without_tokens(said).lower()
    for word in ("harm", "drug", "substance", "session", "article", "cheap-pills"):
        assert word not in words
    assert "do nothing" in words
    assert "14 days" in words


def test_a_reader_already_on_the_list_gets_her_settings_link_instead(
    client: FlaskClient, session: Session, clock: Traveller, work: Work, letters: Letters
) -> None:
    factories.make_subscriber(session, "ada@example.org")
    sign_up(client, "ada@example.org")
    work()
    program = MailProgram(client, letters, "ada@example.org")
    assert program.subjects() == ["You are already set"]
    assert client.get(program.path("settings")).status_code == 200


def test_an_address_gets_one_letter_a_day_and_three_in_thirty_days(
    client: FlaskClient, clock: Traveller, work: Work, letters: Letters
) -> None:
    counts = []
    for hours in (0, 1, 23, 25, 50, 75, 100, 31 * 24):
        clock.move_to(A_TUESDAY + timedelta(hours=hours))
        sign_up(client, "victim@example.org")
        work()
        counts.append(len(letters()))
    assert counts == [1, 1, 1, 2, 3, 3, 3, 4]


def test_asking_for_a_link_writes_only_to_people_on_the_list(
    client: FlaskClient, session: Session, clock: Traveller, work: Work, letters: Letters
) -> None:
    factories.make_subscriber(session, "ada@example.org")
    ask_for_link(client, "ada@example.org")
    ask_for_link(client, "stranger@example.org")
    work()
    assert [letter.letter.to for letter in letters()] == ["ada@example.org"]
    assert letters()[0].letter.subject == "Your link"


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "no-at-sign", "two@@example.org", "a b@example.org", "x" * 300 + "@example.org",
     "a\x01b@example.org\r\nBcc: all@example.org", "\ufffd@example.org", "ada@localhost",
     "é@example.org", "Ada <ada@example.org>", "w" * 30_000],
)  # fmt: skip
def test_an_address_that_is_none_gets_words_and_nothing_is_kept(
    client: FlaskClient, session: Session, clock: Traveller, typed: str
) -> None:
    answer = sign_up(client, typed)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert '<p class="error" id="address-error">' in answer.text
    assert session.scalar(select(func.count()).select_from(SignupRequest)) == 0


def test_a_mistyped_address_is_still_in_the_form(client: FlaskClient, session: Session) -> None:
    assert 'value="ada.example.org"' in sign_up(client, "ada.example.org").text


def test_a_machine_gets_the_same_page_and_nothing_is_kept(
    make_app: Callable[..., Flask], clock: Traveller, session: Session
) -> None:
    patient = make_app(SIGNUP_MIN_SECONDS=3.0).test_client()
    person = sign_up(make_app().test_client(), "ada@example.org")
    hurried = sign_up(patient, "bot@example.org")
    trapped = sign_up(make_app().test_client(), "bot@example.org", website="cheap pills")
    assert hurried.data == trapped.data == person.data
    assert hurried.status == trapped.status == person.status
    assert [kept.address for kept in session.scalars(select(SignupRequest))] == ["ada@example.org"]


def test_a_form_left_open_for_a_day_is_shown_again_with_the_address_in_it(
    client: FlaskClient, session: Session, clock: Traveller
) -> None:
    stamp = STAMP.search(client.get("/signup").text)
    clock.shift(timedelta(hours=25))
    answer = client.post(
        "/signup", data={"address": "ada@example.org", "topics": "articles", "stamp": stamp[1]}
    )
    assert answer.status_code == 422
    assert "open for a long time" in answer.text
    assert 'value="ada@example.org"' in answer.text


def test_a_stamp_of_somebody_elses_making_is_not_believed(
    client: FlaskClient, session: Session, clock: Traveller
) -> None:
    assert sign_up(client, "ada@example.org", stamp="1780000000.forged").status_code == 422


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "http://localhost.elsewhere.example"},
    ],
)
def test_a_form_sent_by_another_site_is_refused(
    client: FlaskClient, session: Session, clock: Traveller, headers: dict[str, str]
) -> None:
    stamp = STAMP.search(client.get("/signup").text)
    answer = client.post(
        "/signup",
        data={"address": "ada@example.org", "topics": "articles", "stamp": stamp[1]},
        headers=headers,
    )
    assert answer.status_code == 403
    assert session.scalar(select(func.count()).select_from(SignupRequest)) == 0


def test_somebody_who_left_must_confirm_afresh(
    client: FlaskClient, session: Session, clock: Traveller, work: Work, letters: Letters
) -> None:
    factories.make_subscriber(session, "ada@example.org", state=UNSUBSCRIBED)
    sign_up(client, "ada@example.org")
    work()
    assert states(session) == {Topic.ARTICLES: UNCONFIRMED}
    MailProgram(client, letters, "ada@example.org").confirm()
    assert states(session) == {Topic.ARTICLES: CONFIRMED}


def test_an_old_confirmation_link_does_not_bring_back_somebody_who_left(
    client: FlaskClient, session: Session, clock: Traveller
) -> None:
    ada = factories.make_subscriber(session, state=UNSUBSCRIBED)
    assert client.post(f"/confirm/{ada.links['confirm']}").status_code == 404
    assert states(session) == {Topic.ARTICLES: UNSUBSCRIBED}


def test_a_link_works_for_its_own_purpose_alone(
    client: FlaskClient, session: Session, clock: Traveller
) -> None:
    ada = factories.make_subscriber(session)
    for purpose, token in ada.links.items():
        for door in ("confirm", "settings", "unsubscribe"):
            expected = 200 if door == purpose else 404
            assert client.get(f"/{door}/{token}").status_code == expected, (purpose, door)


@pytest.mark.parametrize(
    "token",
    ["x", "A" * 22, "A" * 10_000, "%00", "..%2F..%2Fetc", "%ED%A0%80", "' OR 1=1 --", "é" * 22],
)
def test_an_unknown_link_says_so_in_words(
    client: FlaskClient, session: Session, token: str
) -> None:
    for door in ("confirm", "settings", "unsubscribe"):
        answer = client.get(f"/{door}/{token}")
        assert answer.status_code == 404
        assert "<h1" in answer.text


def test_every_step_leaves_its_proof(
    client: FlaskClient, session: Session, clock: Traveller, work: Work, letters: Letters
) -> None:
    sign_up(client, "ada@example.org")
    work()
    program = MailProgram(client, letters, "ada@example.org")
    program.confirm()
    reader = session.scalars(select(Subscriber)).one()
    client.post(f"/unsubscribe/{reader.links['unsubscribe']}", data={"button": "1"})
    session.expire_all()
    events = session.scalars(select(ConsentEvent).order_by(ConsentEvent.id)).all()
    assert [(event.kind, event.how) for event in events] == [
        ("asked", "form"),
        ("confirmed", "letter"),
        ("unsubscribed", "letter"),
    ]
    assert {event.words_version for event in events} == {"2026-11"}
    assert {event.topic for event in events} == {Topic.ARTICLES}
