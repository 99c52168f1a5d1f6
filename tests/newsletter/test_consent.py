"""The proof of asking: which words, when, how; and never in words that were changed since."""

import hashlib
import html

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite.accounts.models import AuditEvent
from hrsite.extensions import Base
from hrsite.newsletter import consent
from tests import factories
from tests.journeys.doors import Letters, MailProgram, sign_up

ADA = "ada@example.org"
# Each version and its words, once they were on a site. A line is added, and never changed.
PINNED = {"2026-11": "6a377ca0bbd6d758"}


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.usefixtures("database")
def test_words_that_somebody_read_are_never_changed() -> None:
    seen = {
        version: hashlib.sha256(words.encode()).hexdigest()[:16]
        for version, words in consent.VERSIONS.items()
    }
    assert seen == PINNED
    assert list(consent.VERSIONS)[-1] == consent.CONSENT_VERSION


def test_the_proof_says_what_she_saw_when_and_how_she_said_yes(
    client: FlaskClient, coach: FlaskClient, session: Session, letters: Letters, clock: Traveller,
    work: object,
) -> None:  # fmt: skip
    sign_up(client, ADA)
    assert callable(work)
    work()
    clock.shift(600)
    MailProgram(client, letters, ADA).confirm()
    page = coach.post("/desk/subscribers", data={"address": ADA, "proof": "1"}).text
    told = " ".join(html.unescape(page).split())
    assert f"What {ADA} asked for" in told
    assert told.index("Asked for letters: articles") < told.index("Said yes by the letter's link")
    assert "10:00" in told
    assert "10:10" in told
    assert f"Version {consent.CONSENT_VERSION}" in told
    assert consent.CONSENT_WORDS in told
    assert f"“{consent.CONFIRM_WORDS}”" in told
    assert client.get(MailProgram(client, letters, ADA).path("confirm")).text.count(
        consent.CONFIRM_WORDS
    )
    (deed,) = session.scalars(select(AuditEvent.kind).order_by(AuditEvent.id.desc()).limit(1))
    assert deed == "proof_shown"


def test_of_a_stranger_it_says_that_there_is_none(coach: FlaskClient, session: Session) -> None:
    factories.make_subscriber(session, "other@example.org")
    page = coach.post("/desk/subscribers", data={"address": ADA, "proof": "1"}).text
    assert "Nothing is written down of this address." in page
    assert "other@" not in page


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.usefixtures("database")
def test_no_column_is_there_for_a_network_address() -> None:
    names = {column.name for table in Base.metadata.tables.values() for column in table.columns}
    assert {name for name in names if "network" in name} == {"network_key"}
    assert not {name for name in names if name in ("ip", "ip_address", "user_agent", "agent")}
