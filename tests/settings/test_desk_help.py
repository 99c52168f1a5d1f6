"""Help lines: written, ordered, checked, taken away."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from hrsite import clock as site_clock
from hrsite.settings import helping
from hrsite.settings.models import HelpLine
from tests.conftest import AppMaker
from tests.factories import make_account, make_help_line, sign_in

NEW = "/desk/settings/help/new"


def send(coach: FlaskClient, address: str = NEW, **boxes: Any) -> TestResponse:
    form = {
        "who": "Poison line", "number": "(555) 010-0199", "way": "call", "hours": "any hour",
        "url": "", "checked_on": "2026-06-02", "version": "1",
    }  # fmt: skip
    return coach.post(address, data=form | boxes)


def order(session: Session) -> list[str]:
    session.expire_all()
    return [line.who for line in helping.lines(session)]


def test_it_ships_without_a_number_and_says_what_to_look_for(coach: FlaskClient) -> None:
    page = coach.get("/desk/settings/help").text
    assert "Nothing stands here yet." in page
    assert "We give no numbers" in page
    assert 'value="Poison information"' in coach.get(f"{NEW}?kind=poison").text
    assert coach.get(f"{NEW}?kind=../x").status_code == 200


def test_the_environments_line_is_shown_as_such(
    make_app: AppMaker, clock: time_machine.Traveller
) -> None:
    from hrsite.extensions import db

    app = make_app(HELP_TEXT="Ask Alex")
    with app.app_context():
        browser = sign_in(app.test_client(), make_account(db.session()))
    page = browser.get("/desk/settings/help").text
    assert "Ask Alex" in page
    assert "comes from the server’s settings" in page


def test_none_means_none_even_when_the_environment_has_a_line(
    make_app: AppMaker, clock: time_machine.Traveller
) -> None:
    from hrsite.extensions import db

    app = make_app(HELP_TEXT="Ask Alex")
    with app.app_context():
        coach = sign_in(app.test_client(), make_account(db.session()))

    def strip() -> str:
        page: str = app.test_client().get("/").text
        return page.partition("<header")[0]

    assert "Ask Alex" in strip()
    assert send(coach).status_code == 303
    assert "Ask Alex" not in strip()
    coach.post("/desk/settings/help/1/remove")
    assert "Ask Alex" not in strip()
    assert "Nothing stands here." in coach.get("/desk/settings/help").text

    coach.post("/desk/settings/help/server", data={"shown": "yes"})
    assert "Ask Alex" in strip()
    coach.post("/desk/settings/help/server", data={"shown": "no"})
    assert "Ask Alex" not in strip()


def test_a_line_is_written_changed_and_taken_away(
    coach: FlaskClient, client: FlaskClient, session: Session
) -> None:
    assert send(coach).status_code == 303
    line = session.scalars(select(HelpLine)).one()
    number = '<span class="whole">(555) 010-0199</span>'
    assert f'href="tel:5550100199">call {number}</a>' in client.get("/").text

    send(coach, f"/desk/settings/help/{line.id}", way="text", version="1")
    assert 'href="sms:5550100199"' in client.get("/").text
    assert "tel:" not in client.get("/").text

    answer = coach.post(f"/desk/settings/help/{line.id}/remove")
    assert (
        "Taken away: Poison line: text (555) 010-0199, any hour." in coach.get(answer.location).text
    )
    assert "Poison line" not in client.get("/").text


@pytest.mark.parametrize(
    ("boxes", "said"),
    [
        ({"who": ""}, "Say who answers"),
        ({"who": "w" * 81}, "80 characters at most"),
        ({"number": "1-800-HELP"}, "in digits"),
        ({"number": "5"}, "from 2 to 15 digits"),
        ({"number": ""}, "Give a number or a link"),
        ({"number": "5" * 41}, "40 characters at most"),
        ({"url": "javascript:alert(1)"}, "Begin the link with https://"),
        ({"way": "shout"}, "Not a valid choice"),
        ({"checked_on": "soon"}, "Say when you last made sure"),
        ({"checked_on": ""}, "Say when you last made sure"),
        ({"checked_on": "2026-06-03"}, "This day is not right."),
        ({"checked_on": "0001-01-01"}, "This day is not right."),
    ],
)
def test_a_fault_is_said_and_nothing_typed_is_lost(
    coach: FlaskClient, session: Session, boxes: dict[str, str], said: str
) -> None:
    answer = send(coach, **({"hours": "weekdays"} | boxes))
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="weekdays"' in answer.text
    assert order(session) == []


def test_there_is_an_end_to_how_many(coach: FlaskClient, session: Session) -> None:
    for number in range(helping.MOST_LINES):
        make_help_line(session, who=f"Line {number}")
    answer = send(coach)
    assert answer.status_code == 422
    assert "nobody can choose" in answer.text


def test_lines_go_up_and_down_and_stay_at_the_ends(coach: FlaskClient, session: Session) -> None:
    ids = {who: make_help_line(session, who=who, position=at).id for at, who in enumerate("ABC")}
    for who, to, then in (("C", "up", "ACB"), ("A", "up", "ACB"), ("A", "down", "CAB")):
        coach.post(f"/desk/settings/help/{ids[who]}/move", data={"to": to})
        assert "".join(order(session)) == then


def test_a_stale_form_changes_nothing_and_shows_the_other_line(
    coach: FlaskClient, session: Session
) -> None:
    line = make_help_line(session, who="From my phone", version=4)
    answer = send(coach, f"/desk/settings/help/{line.id}", who="From my laptop", version="3")
    assert answer.status_code == 409
    assert "From my phone" in answer.text
    assert 'value="From my laptop"' in answer.text
    assert order(session) == ["From my phone"]


def test_a_line_taken_away_meanwhile_gives_the_words_back(
    coach: FlaskClient, session: Session
) -> None:
    answer = send(coach, "/desk/settings/help/77", who="Mine")
    assert answer.status_code == 409
    assert 'value="Mine"' in answer.text
    assert f'action="{NEW}"' in answer.text
    for deed in ("right", "move", "remove"):
        assert coach.post(f"/desk/settings/help/77/{deed}").status_code == 303


def test_after_ninety_days_the_desk_asks_and_one_tap_answers(
    coach: FlaskClient, session: Session
) -> None:
    today = site_clock.local(site_clock.now()).date()
    line = make_help_line(session, checked_on=today - timedelta(days=90), version=2)
    make_help_line(session, who="Fresh", checked_on=today - timedelta(days=89))

    page = coach.get("/desk/").text
    assert "Demo line, call or text 555-0100: is it still right?" in page
    assert "4 March 2026" in page
    assert "Fresh, call" not in page

    right = f"/desk/settings/help/{line.id}/right"
    stale = coach.post(right, data={"version": "1", "back": "home"})
    assert "is it still right?" in coach.get("/desk/").text
    assert stale.location == f"/desk/settings/help/{line.id}"
    answer = coach.post(right, data={"version": "2", "back": "home"})
    assert answer.location == "/desk/"
    assert "is it still right?" not in coach.get("/desk/").text
    session.expire_all()
    assert line.checked_on == today == date(2026, 6, 2)
