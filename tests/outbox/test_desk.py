"""The desk's page of letters: what waits, what is in trouble and why, and the button to go on."""

from datetime import timedelta

import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.outbox import enqueue, pausing, presence
from tests.outbox.ledger import READERS, answer_to, look, mail_goes_to, put_letter, rows, states
from tests.outbox.smtp_server import DROP, RawServer, mail_server


def test_an_empty_page_says_what_will_stand_there(coach: FlaskClient) -> None:
    page = coach.get("/desk/letters/").text
    for words in ("0 letters", "Never", "no worker has run yet", "hrsite worker", "Nothing yet"):
        assert words in page


def test_a_refused_letter_stands_there_masked_with_the_servers_reason(
    app: Flask, session: Session, coach: FlaskClient
) -> None:
    put_letter(session, *READERS)
    with mail_server() as inbox:
        answer_to(inbox, {READERS[0]: f"550 5.1.1 <b>no such mailbox {READERS[0]}"})
        mail_goes_to(app, inbox.port)
        look(app)
        page = coach.get("/desk/letters/").text
    assert "Refused" in page
    assert "5.1.1 &lt;b&gt;no such mailbox" in page
    assert READERS[0] not in page
    assert "@example.org" in page


def test_a_letter_in_doubt_is_called_not_known(
    app: Flask, session: Session, coach: FlaskClient
) -> None:
    put_letter(session, READERS[0])
    with RawServer({"DOT": DROP}) as server:
        mail_goes_to(app, server.port)
        look(app)
    assert "Not known" in coach.get("/desk/letters/").text


def test_a_blanked_address_breaks_no_page(app: Flask, session: Session, coach: FlaskClient) -> None:
    put_letter(session, READERS[0])
    with RawServer({"RCPT": b"550 5.1.1 gone\r\n"}) as server:
        mail_goes_to(app, server.port)
        look(app)
    enqueue.blank(session, rows(session)[0].address_key, our_clock.now())
    session.commit()
    assert coach.get("/desk/letters/").status_code == 200


def test_go_on_resumes_all_that_was_paused(
    app: Flask, session: Session, coach: FlaskClient
) -> None:
    for key in ("issue/1", "issue/2"):
        message = put_letter(session, *READERS, key=key)
        pausing.pause(message, "A mail setting is wrong: no such server", our_clock.now())
    session.commit()
    session.rollback()
    page = coach.get("/desk/letters/").text
    assert page.count("no such server") == 2
    assert look(app) == 0
    session.rollback()
    assert coach.post("/desk/letters/resume").status_code == 303
    assert "no such server" not in coach.get("/desk/letters/").text
    assert look(app) == 6
    assert states(session) == {"accepted": 6}


def test_what_she_stopped_herself_goes_on_by_its_own_button_alone(
    app: Flask, session: Session, coach: FlaskClient
) -> None:
    kinds: tuple[pausing.PauseKind, ...] = ("stopped", "late", "fault")
    ids = {}
    for kind in kinds:
        message = put_letter(session, READERS[0], key=f"issue/{kind}")
        pausing.pause(message, f"Because {kind}.", our_clock.now(), kind)
        ids[kind] = message.id
    single = put_letter(session, READERS[0], key="confirm/1", stream="transactional")
    pausing.pause(single, "No such server.", our_clock.now())
    session.commit()
    page = coach.get("/desk/letters/").text
    for words in ("You stopped it yourself.", "asks you first", "Mend the cause"):
        assert words in page
    assert "1 letter to one person" in page
    assert "No such server." in page
    coach.post("/desk/letters/resume")
    assert look(app) == 2
    page = coach.get("/desk/letters/").text
    assert "Letter issue/stopped" in page
    assert "Letter issue/late" in page
    assert "Go on with all" not in page
    coach.post(f"/desk/letters/{ids['late']}/resume")
    assert look(app) == 1
    # The Issue's own page knows whether what she stopped may go on.
    answer = coach.post(f"/desk/letters/{ids['stopped']}/resume", follow_redirects=True)
    assert "Open it under Issues, and press Resume there." in answer.text
    assert look(app) == 0
    assert coach.post("/desk/letters/999999/resume").status_code == 404


def test_a_worker_that_fell_silent_shows_with_how_long_ago_it_was_seen(
    session: Session, coach: FlaskClient, clock: time_machine.Traveller
) -> None:
    presence.refresh(session, "one", our_clock.now())
    session.commit()
    clock.shift(presence.SILENCE - timedelta(seconds=1))
    for page in ("/desk/letters/", "/desk/"):
        assert "Not sending" not in coach.get(page).text
    clock.shift(timedelta(minutes=9, seconds=1))
    for page in ("/desk/letters/", "/desk/"):
        assert "Not sending: worker last seen 12 minutes ago." in coach.get(page).text
    assert "Tuesday 2 June 2026 at 10:00\u00a0am" in coach.get("/desk/letters/").text


def test_a_worker_that_was_told_to_end_is_missed_at_once(
    session: Session, coach: FlaskClient
) -> None:
    for name in ("one", "two"):
        presence.refresh(session, name, our_clock.now())
    presence.leave(session, "one", our_clock.now())
    session.commit()
    assert "Not sending" not in coach.get("/desk/letters/").text
    presence.leave(session, "two", our_clock.now())
    session.commit()
    page = coach.get("/desk/letters/").text
    assert "Not sending: worker last seen less than a minute ago." in page


def test_a_letter_of_the_folder_opens_with_its_links(
    app: Flask, session: Session, coach: FlaskClient
) -> None:
    put_letter(session, READERS[0], text="Open http://localhost/settings/place-0-settings\n")
    token = rows(session)[0].links["settings"]
    look(app)
    (file,) = app.config["MAIL_FOLDER"].iterdir()
    assert file.name in coach.get("/desk/letters/").text
    page = coach.get(f"/desk/letters/{file.name}").text
    assert f'href="http://localhost/settings/{token}"' in page


def test_names_that_are_no_letters_are_not_found(coach: FlaskClient) -> None:
    for name in ("..%2f..%2fsecret.key", "secret.key", "x.eml"):
        assert coach.get(f"/desk/letters/{name}").status_code == 404


def test_with_a_mail_server_no_letter_can_be_opened(
    app: Flask, session: Session, coach: FlaskClient
) -> None:
    put_letter(session, READERS[0])
    look(app)
    (file,) = app.config["MAIL_FOLDER"].iterdir()
    mail_goes_to(app, 1)
    assert coach.get(f"/desk/letters/{file.name}").status_code == 404


def test_a_stranger_sees_no_letters(client: FlaskClient) -> None:
    assert client.get("/desk/letters/").status_code in (302, 303)
    assert client.post("/desk/letters/resume").status_code == 403
