"""Digests and what happens meanwhile: an article leaves the site, somebody is away for months."""

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite.accounts.models import Account
from hrsite.newsletter import digests, owing
from hrsite.newsletter.models import Subscriber
from tests import factories
from tests.journeys.doors import Letters
from tests.newsletter.histories import look
from tests.newsletter.test_digests import DAY, FRIDAY, digest_issues, make_reader, publish

pytestmark = pytest.mark.usefixtures("clock")


def test_a_digest_that_has_not_gone_stops_when_an_article_in_it_leaves_the_site(
    app: Flask, session: Session, coach: FlaskClient, clock: time_machine.Traveller,
    letters: Letters,
) -> None:  # fmt: skip
    make_reader(session, "weekly@example.org")
    post = publish(session, app, title="A mistake")
    clock.move_to(FRIDAY)
    for one in digests.due(session, FRIDAY):
        digests.open_digest(session, one, FRIDAY)
    session.commit()
    coach = factories.sign_in(coach, session.scalars(select(Account)).one())
    page = coach.get(coach.post(f"/desk/posts/{post.id}/withdraw").location).text
    assert "A weekly or monthly letter that names it is stopped too." in page
    look(app)
    assert letters() == []
    (issue,) = digest_issues(session)
    assert issue.message.pause_kind == "stopped"


def test_what_somebody_is_owed_who_paused_keeps_no_new_article_from_the_others(
    app: Flask, session: Session, clock: time_machine.Traveller, letters: Letters
) -> None:
    make_reader(session, "paused@example.org")
    for _ in range(owing.MOST_ARTICLES):
        factories.make_post(session, send_to_readers=True)
    look(app)
    session.scalars(select(Subscriber)).one().paused_until = FRIDAY + 30 * DAY
    make_reader(session, "weekly@example.org")
    publish(session, app, title="The newest")
    clock.move_to(FRIDAY)
    look(app)
    (letter,) = letters()
    assert (letter.letter.to, letter.letter.subject) == ("weekly@example.org", "The newest")
    clock.move_to(FRIDAY + 35 * DAY)
    look(app)
    assert len(letters()[-1].links) > owing.MOST_ARTICLES
    assert letters()[-1].letter.to == "paused@example.org"
