"""A plain letter, as the mail server was given it: nothing in it says what it is about."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from hrsite.newsletter.models import Topic
from tests import factories
from tests.outbox.conformance import deliver, parsed, raw_line, words
from tests.outbox.keeping_server import EVERY_EXTENSION, Keeper, keeping_server
from tests.outbox.ledger import rows
from tests.outbox.plain_letters import SUMMARY, TELLING_SITE, TITLE, telling

JOIN = "Join the harm reduction group at https://j.example/j/99?pwd=x, or call +1 555 010 0199."


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    with keeping_server(*EVERY_EXTENSION) as server:
        yield server


@pytest.fixture
def site(app: Flask) -> Flask:
    app.config.update(TELLING_SITE)
    return app


def make_reader(session: Session, typed: str, *, is_discreet: bool, topic: Topic) -> None:
    factories.make_subscriber(session, typed, (topic,)).is_discreet = is_discreet
    session.commit()


def test_a_plain_letter_about_an_article_tells_nothing(
    site: Flask, session: Session, keeper: Keeper
) -> None:
    make_reader(session, "ada@example.org", is_discreet=True, topic=Topic.ARTICLES)
    make_reader(session, "bea@example.org", is_discreet=False, topic=Topic.ARTICLES)
    tag = factories.make_tag(session, "Overdose response")
    post = factories.make_post(
        session, title=TITLE, summary=SUMMARY, slug="carrying-naloxone", language="fr",
        tags=[tag], send_to_readers=True,
    )  # fmt: skip
    plain, whole = sorted(deliver(site, session, keeper), key=lambda letter: letter.recipient)
    assert telling(plain, TITLE, SUMMARY, post.slug, tag.name, tag.slug, post.body_html) == []
    assert parsed(plain)["From"] == "Jordan <letters@notes.example.org>"
    assert parsed(plain)["Subject"] == "A new note from Jordan"
    assert raw_line(plain, "List-Id") == b"List-Id: <letters.notes.example.org>"
    link = f"https://notes.example.org/n/{post.id}"
    token = rows(session)[0].links["unsubscribe"]
    for kind in ("plain", "html"):
        assert link in words(plain, kind)
        assert f"https://notes.example.org/unsubscribe/{token}" in words(plain, kind)
    # And the other reader has the whole letter, which shows that the list of words finds things.
    assert "naloxone" in telling(whole, TITLE)
    assert parsed(whole)["Subject"] == TITLE


def test_a_plain_letter_about_a_session_says_when_and_how_to_join_and_no_more(
    site: Flask, session: Session, keeper: Keeper
) -> None:
    make_reader(session, "ada@example.org", is_discreet=True, topic=Topic.NOTICES)
    notice = factories.make_notice(
        session, title="Naloxone evening", slug="naloxone-evening", place="Needle exchange, room 2",
        how_to_join=JOIN, send_to_readers=True,
    )  # fmt: skip
    (letter,) = deliver(site, session, keeper)
    assert telling(letter, notice.title, notice.slug, notice.body_html) == []
    for kind in ("plain", "html"):
        said = " ".join(unescape(words(letter, kind)).split())
        assert "Toronto time, until" in said
        assert "https://j.example/j/99?pwd=x" in said
        assert "+1 555 010 0199" in said
        assert f"https://notes.example.org/t/{notice.id}" in said
        assert "Where:" not in said


def test_words_that_tell_nothing_stay_in_a_plain_letter(
    site: Flask, session: Session, keeper: Keeper
) -> None:
    make_reader(session, "ada@example.org", is_discreet=True, topic=Topic.NOTICES)
    factories.make_notice(
        session, place="Online", how_to_join="Open the link in your calendar.", send_to_readers=True
    )
    (letter,) = deliver(site, session, keeper)
    for kind in ("plain", "html"):
        assert "Online" in words(letter, kind)
        assert "Open the link in your calendar." in words(letter, kind)
        assert "left out" not in words(letter, kind)


def test_who_chooses_plain_letters_gets_the_waiting_ones_plain_and_takes_it_back(
    site: Flask, session: Session, keeper: Keeper
) -> None:
    site.config["TRUSTED_HOSTS"] = ["localhost"]
    client = site.test_client()
    subscriber = factories.make_subscriber(session)
    page = f"/settings/{subscriber.links['settings']}"
    factories.make_post(session, title=TITLE, send_to_readers=True)
    factories.open_issues(session)
    assert "Send me plain letters" in client.get(page).text
    answer = client.post(page, data={"discreet": "on"})
    assert "Send me whole letters again" in answer.text
    (letter,) = deliver(site, session, keeper)
    assert telling(letter, TITLE) == []
    assert "Send me plain letters" in client.post(page, data={"discreet": "off"}).text
    factories.make_post(session, title="Another one", send_to_readers=True)
    (letter,) = deliver(site, session, keeper)
    assert parsed(letter)["Subject"] == "Another one"


def test_choosing_plain_letters_leaves_the_topics_as_they_are(
    site: Flask, session: Session
) -> None:
    site.config["TRUSTED_HOSTS"] = ["localhost"]
    subscriber = factories.make_subscriber(session, topics=(Topic.ARTICLES, Topic.NOTICES))
    page = f"/settings/{subscriber.links['settings']}"
    site.test_client().post(page, data={"discreet": "on"})
    session.refresh(subscriber)
    assert subscriber.is_discreet
    assert [held.state.value for held in subscriber.subscriptions] == ["confirmed"] * 2


def test_a_plain_letter_keeps_the_door_code_and_says_that_words_are_left_out(
    site: Flask, session: Session, keeper: Keeper
) -> None:
    make_reader(session, "ada@example.org", is_discreet=True, topic=Topic.NOTICES)
    make_reader(session, "bea@example.org", is_discreet=False, topic=Topic.NOTICES)
    factories.make_tag(session, "Grief")
    typed = "Side door, code 4471. Using the bell wakes the neighbours.\nAsk for the grief circle."
    factories.make_notice(
        session, place="Steady Ground, room 204", how_to_join=typed, send_to_readers=True
    )
    plain, whole = sorted(deliver(site, session, keeper), key=lambda letter: letter.recipient)
    assert telling(plain, "Grief circle") == []
    for kind in ("plain", "html"):
        said = " ".join(unescape(words(plain, kind)).split())
        assert "Side door, code 4471. Using the bell wakes the neighbours." in said
        assert "204" in said
        assert "left out of plain letters. If you need them, write back." in said
        assert "left out" not in words(whole, kind)
        assert "Ask for the grief circle." in words(whole, kind)
    assert parsed(plain)["Reply-To"] == "jordan@notes.example.org"
