"""The coach says what her site is called and what stands on every page."""

import base64
import hashlib
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from hrsite import colours, tokens
from hrsite.accounts.models import AuditEvent
from hrsite.outbox.models import OutboxMessage
from hrsite.settings.models import SiteWords
from hrsite.settings.reading import words
from tests import factories
from tests.posts.writing import picture_file


def send(coach: FlaskClient, **boxes: Any) -> TestResponse:
    form = {
        "site_name": "Solid Ground", "tagline": "One day at a time", "coach_name": "Robin Vale",
        "about_line": "I listen first.", "book_words": "Talk to me", "book_url": "",
        "book_text": "", "exit_is_shown": "y", "exit_url": "https://example.org/",
        "postal_address": "", "version": "0",
    }  # fmt: skip
    return coach.post("/desk/settings", data=form | boxes, content_type="multipart/form-data")


def test_the_boxes_begin_with_what_pages_say_now(coach: FlaskClient) -> None:
    page = coach.get("/desk/settings").text
    for said in ("Steady Ground", "Jordan Hale", "https://www.wikipedia.org/", "Book a free call"):
        assert f'value="{said}"' in page


def test_what_she_saves_is_on_every_page_at_once(
    coach: FlaskClient, client: FlaskClient, session: Session
) -> None:
    answer = send(coach, book_url="https://example.org/book")

    assert answer.status_code == 303
    page = client.get("/").text
    for said in ("Solid Ground", "One day at a time", "Talk to me</a>", "https://example.org/book"):
        assert said in page
    (line,) = session.scalars(select(AuditEvent).where(AuditEvent.kind == "settings_changed"))
    assert line.detail == ""


def test_booking_in_words_has_a_page_of_its_own(coach: FlaskClient, client: FlaskClient) -> None:
    assert client.get("/call").status_code == 404
    send(coach, book_text="Text me at 555 0100.\nSee https://example.org/hours <b>")

    assert '<a class="button" href="/call"' in client.get("/").text
    page = client.get("/call").text
    assert "Text me at 555 0100." in page
    assert '<a href="https://example.org/hours">' in page
    assert "&lt;b&gt;" in page


def test_a_portrait_is_kept_described_and_taken_away(coach: FlaskClient, session: Session) -> None:
    send(coach, portrait=picture_file())
    session.expire_all()
    assert words(session).portrait.alt == "Robin Vale"
    send(coach, version="1", portrait_alt="Robin, laughing")
    session.expire_all()
    assert words(session).portrait.alt == "Robin, laughing"
    send(coach, version="2", remove_portrait="y")
    session.expire_all()
    assert words(session).portrait is None


@pytest.mark.parametrize(
    ("boxes", "said"),
    [
        ({"site_name": " \u200b"}, "Your site needs a name."),
        ({"site_name": "n" * 81}, "80 characters at most"),
        ({"coach_name": ""}, "Readers want to know who writes."),
        ({"about_line": "a" * 301}, "300 characters at most"),
        ({"book_url": "javascript:alert(1)"}, "Begin the link with https://"),
        ({"book_url": "java\tscript:alert(1)"}, "Begin the link with https://"),
        ({"book_url": "//evil.example"}, "Begin the link with https://"),
        ({"book_url": "https://e.org/", "book_text": "or call"}, "Give a link or words, not both."),
        ({"exit_url": ""}, "Say where “Leave this site” leads"),
        ({"exit_url": "/about"}, "must lead elsewhere"),
        ({"exit_url": "mailto:jordan@example.org"}, "must lead elsewhere"),
        ({"exit_url": "data:text/html,x"}, "Begin the link with https://"),
        ({"postal_address": "p" * 301}, "300 characters at most"),
        ({"reply_to": "robin.example.org"}, "This address has no @ sign."),
        ({"reply_to": "robin@example.org\r\nBcc: x@example.org"}, "Please"),
        ({"discreet_name": "\u2014"}, "Write a name with letters, or leave this empty."),
        ({"discreet_name": "n" * 41}, "40 characters at most"),
    ],
)
def test_a_fault_is_said_at_its_box_and_nothing_typed_is_lost(
    coach: FlaskClient, session: Session, boxes: dict[str, str], said: str
) -> None:
    answer = send(coach, **({"tagline": "Still here"} | boxes))

    assert answer.status_code == 422
    assert said in answer.text
    assert "Still here" in answer.text
    assert words(session).version == 0


def test_control_characters_are_taken_out(coach: FlaskClient, session: Session) -> None:
    send(coach, site_name="Solid\x00 \u202eGround\r\nBcc: x")
    session.expire_all()
    name = words(session).site_name or ""
    assert name.isprintable()
    assert "\n" not in name


def test_a_stale_form_keeps_both_texts(coach: FlaskClient, session: Session) -> None:
    send(coach, site_name="From my phone")

    answer = send(coach, site_name="From my laptop")

    assert answer.status_code == 409
    assert "From my phone" in answer.text
    assert "From my laptop" in answer.text
    session.expire_all()
    assert words(session).site_name == "From my phone"
    assert send(coach, site_name="From my laptop", version="1").status_code == 303


def test_a_site_whose_row_is_gone_still_has_a_page_to_write_on(
    coach: FlaskClient, client: FlaskClient, session: Session
) -> None:
    session.delete(session.get(SiteWords, 1))
    session.commit()
    assert client.get("/").status_code == 200
    assert send(coach).status_code == 303
    assert "Solid Ground" in client.get("/").text


def test_a_colour_of_her_own_is_on_every_page_and_the_policy_names_it(
    coach: FlaskClient, client: FlaskClient
) -> None:
    assert client.get("/").text.count("<style>") == 1
    send(coach, accent="#1B4F72")
    for path in ("/", "/", "/no/such/page", "/signup"):  # The second time it is ready.
        answer = client.get(path)
        rules = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)[1]
        assert "--clay-ink:var(--day,#1b4f72) var(--night,#" in rules
        digest = base64.b64encode(hashlib.sha256(rules.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in answer.headers["Content-Security-Policy"]
    assert "#1b4f72" not in client.get("/?plain=1").text
    page = coach.get("/desk/settings").text
    assert "Your colour now: #1b4f72 on light screens" in page
    send(coach, accent="#1b4f72", usual_accent="y", version="1")
    assert "#1b4f72" not in client.get("/").text


def test_a_pale_colour_is_refused_with_the_nearest_that_works(
    coach: FlaskClient, session: Session
) -> None:
    answer = send(coach, accent="#ff9933", tagline="Still here")
    assert answer.status_code == 422
    nearest = colours.by_day("#ff9933")
    assert f"too pale to read on a page. The nearest that works is {nearest}." in answer.text
    assert 'value="#ff9933"' in answer.text
    assert 'value="Still here"' in answer.text
    assert words(session).accent is None
    assert "A colour is written like this" in send(coach, accent="red;}").text
    assert f'value="{nearest}"' in answer.text
    assert send(coach, accent="#ff9933", take_nearest=nearest).status_code == 303
    session.expire_all()
    assert words(session).accent == nearest


def test_the_usual_colour_counts_as_none_of_her_own(coach: FlaskClient, session: Session) -> None:
    assert 'value="#80301a"' in coach.get("/desk/settings").text
    send(coach, accent="#80301a")
    session.expire_all()
    assert words(session).accent is None


def test_what_is_set_elsewhere_is_told_with_what_it_changes(coach: FlaskClient) -> None:
    page = coach.get("/desk/settings").text
    for said in ("in the menu on top of every page", 'href="/desk/pages/"'):
        assert said in page


def _a_letter(session: Session) -> OutboxMessage:
    factories.make_post(session, slug=tokens.new_token(), send_to_readers=True)
    factories.open_issues(session)
    return session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).all()[0]


def test_where_answers_go_and_who_plain_letters_come_from_are_hers_once_she_saves_them(
    app: Flask, coach: FlaskClient, session: Session
) -> None:
    app.config.update(MAIL_REPLY_TO="keeper@example.org", DISCREET_NAME="A friend")
    factories.make_subscriber(session)
    first = _a_letter(session)
    assert (first.reply_to, first.discreet_sender_name) == ("keeper@example.org", "A friend")
    page = coach.get("/desk/settings").text
    assert 'value="keeper@example.org"' in page
    assert 'value="A friend"' in page

    send(coach, reply_to=" robin@bücher.example ", discreet_name="R. V.")

    session.expire_all()
    letter = _a_letter(session)
    assert letter.reply_to == "robin@xn--bcher-kva.example"
    assert letter.discreet_sender_name == "R. V."
    assert letter.discreet_subject == "A new note from R. V."
    assert first.reply_to == "keeper@example.org"
    app.config["MAIL_SERVER"] = "mail.example.org"
    assert "Answers go to robin@xn--bcher-kva.example" in coach.get("/desk/health").text


def test_her_boxes_left_empty_mean_the_sender_and_her_first_name(
    app: Flask, coach: FlaskClient, session: Session
) -> None:
    app.config.update(MAIL_REPLY_TO="keeper@example.org", DISCREET_NAME="A friend")
    factories.make_subscriber(session)
    send(coach, reply_to="", discreet_name="")
    session.expire_all()
    letter = _a_letter(session)
    assert (letter.reply_to, letter.discreet_sender_name) == ("", "Robin")
