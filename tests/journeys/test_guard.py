"""Every way in which a stranger can set off a letter has one guard, and its limits hold."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from time_machine import Traveller
from werkzeug.test import TestResponse

from hrsite import clock as our_clock
from hrsite import config, looking
from hrsite.newsletter.models import Subscriber
from hrsite.newsletter.models_asking import AskingNetwork, SignupRequest
from hrsite.outbox.models import Delivery
from tests import factories
from tests.conftest import A_TUESDAY, AppMaker
from tests.journeys.doors import STAMP, Letters
from tests.whole_site import furnish

pytestmark = pytest.mark.usefixtures("clock")
ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"])
Work = Callable[[], None]
# The public forms in which one types an address, and gets a letter.
ASK = ("/signup", "/signup/link")
# For whoever has a link of their own already: letters within the same limits of guarding.
BY_LINK = {"/settings/<token>/address"}
# Every other public POST, and why it has no need of the guard.
NO_LETTER = {
    "/confirm/<token>": "whoever has the link got a letter already; a welcome follows once",
    "/settings/<token>": "whoever has the link changes what they get, by no letter",
    "/settings/<token>/close": "whoever has the link takes it away",
    "/settings/<token>/erase": "whoever has the link erases what is held",
    "/move/<token>": "whoever has the link got a letter already",
    "/stay/<token>": "only takes back what the link's owner did not ask for",
    "/unsubscribe/<token>": "only calls letters back",
    "/unsubscribe/<token>/undo": "only takes leaving back",
    "/webhooks/mailgun": "signed by the mail service",
    "/webhooks/postmark": "signed by the mail service",
    "/webhooks/ses": "signed by the mail service",
    "/desk/sign-in": "no letter",
    "/desk/set-up": "no letter",
    "/desk/sign-out": "no letter",
}


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """A site with the limits it has by itself."""
    return make_app(SIGNUP_FREE_A_DAY=config.read_settings({"MODE": "demo"})["SIGNUP_FREE_A_DAY"])


def ask(
    app: Flask, path: str, typed: str, network: str = "198.51.100.1", **changes: object
) -> TestResponse:
    """Open a form on some network, fill it in and send it."""
    browser = app.test_client()
    browser.environ_base["REMOTE_ADDR"] = network
    stamp = STAMP.search(browser.get(path).text)
    assert stamp
    form = {"address": typed, "topics": "articles", "stamp": stamp[1], "website": ""}
    return browser.post(path, data=form | changes)


def kept(session: Session) -> int:
    session.rollback()
    return session.scalars(select(func.count()).select_from(SignupRequest)).one()


@ON_SQLITE
def test_every_public_post_has_the_guard_or_says_why_it_needs_none(app: Flask) -> None:
    """A new one that can set off letters goes through views._taken and belongs into ASK."""
    public = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ())
        and (not rule.rule.startswith("/desk") or rule.endpoint.startswith("accounts."))
    }
    assert public - {*ASK, *BY_LINK, *NO_LETTER} == set()
    assert public >= set(ASK)


@ON_SQLITE
def test_no_other_public_post_writes_a_letter_whatever_it_is_sent(
    app: Flask, coach: FlaskClient, client: FlaskClient, session: Session, work: Work
) -> None:
    furnished = furnish(app, session)
    doors = [
        door for door in furnished.doors(app) if door.method == "POST" and door.rule in NO_LETTER
    ]
    assert len(doors) > 8
    work()
    session.rollback()
    letters = select(func.count()).select_from(Delivery)
    before = session.scalars(letters).one()
    stamp = STAMP.search(client.get("/signup").text)
    assert stamp
    words = {"address": "victim@example.org", "email": "victim@example.org", "stamp": stamp[1],
             "topics": "articles", "website": ""}  # fmt: skip
    for door in doors:
        client.post(door.path, data=words)
        work()
    session.rollback()
    # The one who was confirmed by the link in her letter is welcomed; the victim gets nothing.
    assert session.scalars(letters).one() - before <= 1
    assert "victim@example.org" not in {one.address for one in session.scalars(select(Subscriber))}


@ON_SQLITE
@pytest.mark.parametrize("path", ASK)
def test_what_no_person_sends_is_kept_by_no_form(
    app: Flask, make_app: AppMaker, session: Session, path: str
) -> None:
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert app.test_client().post(path, headers=foreign).status_code == 403
    assert ask(app, path, "bot@example.org", website="cheap pills").status_code == 303
    assert ask(app, path, "bot@example.org", stamp="1780000000.forged").status_code == 422
    hurried = make_app(SIGNUP_MIN_SECONDS=3.0)
    assert ask(hurried, path, "bot@example.org").status_code == 303
    assert kept(session) == 0
    assert ask(app, path, "person@example.org").status_code == 303
    assert kept(session) == 1


@pytest.mark.parametrize("path", ASK)
def test_a_network_waits_longer_each_time_and_is_answered_all_the_same(
    app: Flask, session: Session, path: str, work: Work, clock: Traveller, letters: Letters
) -> None:
    addresses = [f"reader{number}@example.org" for number in range(9)]
    for typed in addresses:
        factories.make_subscriber(session, typed)
    answers = {ask(app, path, typed).data for typed in addresses}
    answers.add(ask(app, path, "elsewhere@example.org", "203.0.113.1").data)
    assert len(answers) == 1, "nobody sees that there is a wait"
    counts = []
    for minutes in (0, 1, 2, 4, 8):
        clock.move_to(A_TUESDAY + timedelta(minutes=minutes))
        work()
        counts.append(sum(one.letter.to in addresses for one in letters()))
    assert counts == [5, 6, 7, 8, 9]
    assert kept(session) == 0


@ON_SQLITE
def test_a_network_is_kept_as_a_mark_that_is_another_one_the_next_day(
    app: Flask, session: Session, clock: Traveller
) -> None:
    def marks() -> list[AskingNetwork]:
        session.expire_all()
        return list(session.scalars(select(AskingNetwork).order_by(AskingNetwork.asked_on)))

    # Two addresses of one home, and another home.
    for network in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"):
        ask(app, "/signup", "reader@example.org", network)
    assert sorted(one.asked_count for one in marks()) == [1, 2]
    today = {one.network_key for one in marks()}
    assert not [key for key in today if re.search("2001:?0?db8", key)]
    clock.shift(timedelta(days=1))
    ask(app, "/signup", "reader@example.org", "2001:db8::1")
    assert marks()[-1].asked_count == 1
    assert marks()[-1].network_key not in today
    looking.tidy_up()
    assert [one.asked_on for one in marks()] == [our_clock.now().date()]


@ON_SQLITE
def test_each_limit_is_a_setting(
    make_app: AppMaker, session: Session, clock: Traveller, letters: Letters
) -> None:
    app = make_app(
        SIGNUP_LETTERS_A_DAY=2, SIGNUP_LETTERS_A_MONTH=4, SIGNUP_FREE_A_DAY=1,
        SIGNUP_WAIT_MINUTES=30.0, SIGNUP_WAIT_HOURS=0.5,
    )  # fmt: skip
    counts = []
    for hours in (0, 1, 2, 26, 27, 50):
        clock.move_to(A_TUESDAY + timedelta(hours=hours))
        for minutes in (0, 31):
            ask(app, "/signup", "victim@example.org")
            clock.shift(timedelta(minutes=minutes))
            with app.app_context():
                looking.do_what_is_due()
        counts.append(len(letters()))
    assert counts == [2, 2, 2, 4, 4, 4]
