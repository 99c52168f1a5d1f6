"""A press that came when the desk had closed: done by one more press, and never by itself."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from hrsite.accounts import pressing_again
from hrsite.extensions import db
from hrsite.newsletter.models import Issue, Topic
from hrsite.outbox.models import OutboxMessage
from tests import factories
from tests.accounts.browsing import EMAIL, PASSWORD, Browser, hidden_in, token_in
from tests.whole_site import furnish

LATE = timedelta(minutes=45)
OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def issue_id(app: Flask, owner_id: int) -> int:
    """An Issue that goes out, to one reader."""
    app.config["UNDO_MINUTES"] = 5
    with app.app_context():
        session = db.session()
        factories.make_subscriber(session)
        factories.make_post(session, send_to_readers=True)
        factories.open_issues(session)
        return session.query(Issue).one().id


def is_stopped(app: Flask) -> bool:
    with app.app_context():
        return db.session.query(OutboxMessage).one().paused_at is not None


def pressed_late(
    window: Browser, clock: time_machine.Traveller, path: str, **fields: str
) -> tuple[str, str]:
    """What the sign-in page says of such a press, and where she is when she has signed in."""
    window.sign_in()
    token = token_in(window.get("/desk/account").text)
    clock.shift(LATE)
    late = window.send(path, {"csrf_token": token, **fields})
    assert late.status_code == 403
    fields = hidden_in(late.text)
    again = window.send("/desk/sign-in", {**fields, "email": EMAIL, "password": PASSWORD})
    if again.status_code == 303:
        return late.text, f"{again.location} {window.get(again.location).text}"
    return late.text, again.text


@pytest.mark.parametrize(
    ("path", "button"),
    [
        ("/desk/issues/{id}/stop", "Stop what has not gone out"),
        ("/desk/issues/{id}/resume", "Resume"),
        ("/desk/issues/{id}/drop", "Drop it"),
        ("/desk/posts/1/stop", "Stop its letter"),
        ("/desk/posts/1/withdraw", "Take it down"),
        ("/desk/notices/1/withdraw", "Take it off the site"),
    ],
)
def test_a_button_without_words_is_named_and_offered_once_more(
    path: str, button: str, window: Browser, issue_id: int, clock: time_machine.Traveller
) -> None:
    path = path.format(id=issue_id)
    late, again = pressed_late(window, clock, path)
    assert "What you pressed was not done. Please sign in, and then press it again." in late
    assert "What you wrote" not in late
    assert f'action="{path}"' in again
    assert f">{button}</button>" in again
    assert "what you wrote" not in again
    assert f'href="{path.rpartition("/")[0]}"' in again


def test_stop_stops_by_the_second_press_and_not_before(
    app: Flask, window: Browser, issue_id: int, clock: time_machine.Traveller
) -> None:
    path = f"/desk/issues/{issue_id}/stop"
    _, again = pressed_late(window, clock, path)
    assert not is_stopped(app)
    held = hidden_in(again.split("<main", 1)[1])
    assert window.send(path, held).status_code == 303
    assert is_stopped(app)


def test_the_same_holds_when_she_is_in_again_by_another_tab(
    app: Flask, window: Browser, issue_id: int
) -> None:
    window.sign_in()
    window.post("/desk/sign-out", form_at="/desk/account")
    window.sign_in()
    path = f"/desk/issues/{issue_id}/stop"
    late = window.send(path, {}, headers=OURS)
    assert late.status_code == 403
    assert ">Stop what has not gone out</button>" in late.text
    assert not is_stopped(app)
    assert window.send(path, {}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 400


@pytest.mark.parametrize(
    ("path", "page", "fields"),
    [
        ("/desk/notices/1/readers", "/desk/notices/1/readers", {"act": "tell", "seen": "[]"}),
        ("/desk/issues/{id}/again", "/desk/issues/{id}", {"copy": "1", "fence": "1"}),
        ("/desk/issues/{id}/reschedule", "/desk/issues/{id}", {"date": "2026-06-05"}),
        ("/desk/posts/1/test", "/desk/posts/1", {"how": "email"}),
        ("/desk/notices/1/restore", "/desk/notices/1", {"day": "2026-06-05"}),
        ("/desk/letters/held/resume", "/desk/letters", {}),
        ("/desk/posts/1/pin", "/desk/posts/1", {"back": "home"}),
        ("/desk/settings/help/1/right", "/desk/settings/help/1", {}),
    ],
)
def test_what_a_button_elsewhere_cannot_say_is_pressed_on_its_own_page(
    path: str,
    page: str,
    fields: dict[str, str],
    app: Flask,
    window: Browser,
    issue_id: int,
    clock: time_machine.Traveller,
) -> None:
    with app.app_context():
        factories.make_notice(db.session())
        factories.make_help_line(db.session())
    late, again = pressed_late(window, clock, path.format(id=issue_id), **fields)
    assert "What you pressed was not done." in late
    assert again.partition(" ")[0] == page.format(id=issue_id)
    if page != "/desk/letters":  # Which leads on by itself.
        assert "That was not done yet. Press it again if you still want it." in again


def test_who_published_late_reads_the_sentence_before_anything_goes_out(
    app: Flask, window: Browser, clock: time_machine.Traveller
) -> None:
    with app.app_context():
        factories.make_subscriber(db.session())
        id = factories.make_post(db.session(), published_at=None).id
    path = f"/desk/posts/{id}/publish"
    fields = {"how": "email", "when": "now", "seen": "{}", "confirm": "1"}
    _, again = pressed_late(window, clock, path, **fields)
    assert ">Look it over</button>" in again
    held = hidden_in(again.split("<main", 1)[1])
    assert "Publish and send to 1 reader" in window.send(path, held).text


def test_a_planned_letter_of_a_notice_is_looked_over_again(
    app: Flask, window: Browser, owner_id: int, clock: time_machine.Traveller
) -> None:
    with app.app_context():
        factories.make_subscriber(db.session(), topics=(Topic.NOTICES,))
        id = factories.make_notice(db.session()).id
    path = f"/desk/notices/{id}/readers"
    _, again = pressed_late(window, clock, path, act="send", when="now", seen="[]")
    assert ">Look it over</button>" in again
    held = hidden_in(again.split("<main", 1)[1])
    assert "Send it to 1 reader" in " ".join(window.send(path, held).text.split())


@pytest.mark.parametrize(
    ("fields", "button"),
    [
        ({"act": "publish", "email": "y"}, "Publish, and email it to readers"),
        ({"act": "publish"}, "Publish"),
        ({"act": "save"}, "Send what I wrote"),
    ],
)
def test_words_that_mail_readers_say_so_on_their_button(
    fields: dict[str, str], button: str, window: Browser, clock: time_machine.Traveller
) -> None:
    late, again = pressed_late(window, clock, "/desk/notices/new", title="The group", **fields)
    assert "What you wrote is safe on this page." in late
    assert f">{button}</button>" in again
    assert 'value="The group"' in again


def test_from_every_button_of_the_desk_a_way_leads_to_a_page(app: Flask, window: Browser) -> None:
    with app.app_context():
        doors = furnish(app, db.session()).doors(app)
    pressed = [door for door in doors if door.is_desk and door.method == "POST"]
    assert len(pressed) > 40
    window.sign_in()
    with app.app_context():
        pages = {str(door): pressing_again.page_of(door.path) or "/desk/" for door in pressed}
    found = {
        name: window.get(page, follow_redirects=True).status_code for name, page in pages.items()
    }
    assert {name: pages[name] for name, status in found.items() if status != 200} == {}
