"""Twelve readers sign up by the form, and each gets what she asked for, or nothing."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite.newsletter.models import Subscriber, Topic
from tests import factories
from tests.journeys.doors import Letters, MailProgram, sign_up

# What each types, and the address her letters must go to.
TYPED = {
    "ada@example.org": "ada@example.org",
    "bea+coach@example.org": "bea+coach@example.org",
    "bea@example.org": "bea@example.org",
    "o'hara@example.org": "o'hara@example.org",
    "dora@faß.de": "dora@xn--fa-hia.de",
    "edda@fass.de": "edda@fass.de",
    "Fay.Upper@EXAMPLE.ORG": "Fay.Upper@EXAMPLE.ORG",
    "  gwen@example.org ": "gwen@example.org",
    "hana_s@sub.domain.example.org": "hana_s@sub.domain.example.org",
    "ivy.never@example.org": "ivy.never@example.org",
    "june.leaves@example.org": "june.leaves@example.org",
    "kit@bücher.example": "kit@xn--bcher-kva.example",
}
NEVER_CONFIRMS = "ivy.never@example.org"
LEAVES = "june.leaves@example.org"


@pytest.fixture
def readers(
    app: Flask, clock: Traveller, work: Callable[[], None], letters: Letters
) -> dict[str, MailProgram]:
    """All twelve have signed up, one of them twice; all but one have confirmed."""
    for typed in TYPED:
        assert sign_up(app.test_client(), typed, ["articles", "notices"]).status_code == 303
    sign_up(app.test_client(), "ADA@example.org")
    work()
    programs = {wire: MailProgram(app.test_client(), letters, wire) for wire in TYPED.values()}
    for wire, program in programs.items():
        assert program.subjects() == ["Please confirm your address"], wire
        if wire != NEVER_CONFIRMS:
            assert program.confirm().status_code == 200
    return programs


def test_each_reader_who_confirmed_gets_the_article_and_the_notice_once(
    readers: dict[str, MailProgram],
    session: Session,
    work: Callable[[], None],
) -> None:
    factories.make_post(session, title="One honest question", send_to_readers=True)
    factories.make_notice(session, title="Thursday moves", send_to_readers=True)
    work()
    work()
    for wire, program in readers.items():
        got = sorted(program.subjects()[1:])
        expected = [] if wire == NEVER_CONFIRMS else ["One honest question", "Thursday moves"]
        assert got == expected, wire


def test_a_reader_who_leaves_between_publish_and_hand_over_gets_nothing_more(
    readers: dict[str, MailProgram],
    session: Session,
    work: Callable[[], None],
) -> None:
    leaver = readers[LEAVES]
    factories.make_post(session, title="First", send_to_readers=True)
    work()
    assert leaver.subjects()[-1] == "First"
    factories.make_post(session, title="Second", send_to_readers=True)
    # The worker wrote everything down, and was killed before the first letter.
    assert factories.open_issues(session)
    assert leaver.press_unsubscribe().status_code == 200
    work()
    assert "Second" not in leaver.subjects()
    assert readers["ada@example.org"].subjects()[-1] == "Second"


def test_an_address_typed_twice_in_two_spellings_is_one_reader(
    readers: dict[str, MailProgram], session: Session
) -> None:
    kept = [reader.address for reader in session.scalars(select(Subscriber))]
    assert len(kept) == len(TYPED)
    assert "Fay.Upper@EXAMPLE.ORG" in kept, "the address is kept as it was typed"


def test_a_sharp_s_keeps_its_own_domain(readers: dict[str, MailProgram]) -> None:
    assert readers["dora@xn--fa-hia.de"].subjects()
    assert readers["edda@fass.de"].subjects()


def test_a_reader_who_chose_notices_alone_gets_no_article(
    app: Flask,
    client: FlaskClient,
    session: Session,
    clock: Traveller,
    work: Callable[[], None],
    letters: Letters,
) -> None:
    sign_up(client, "nell@example.org", ["notices"])
    work()
    nell = MailProgram(client, letters, "nell@example.org")
    nell.confirm()
    factories.make_post(session, title="An article", send_to_readers=True)
    factories.make_notice(session, title="A notice", send_to_readers=True)
    work()
    assert nell.subjects()[1:] == ["A notice"]
    assert [held.topic for held in session.scalars(select(Subscriber)).one().subscriptions] == [
        Topic.NOTICES
    ]
