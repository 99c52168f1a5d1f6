"""Resume on a page that is old by now, or for a letter that is too late: she is told what is so."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite.newsletter.models import Issue
from tests import factories
from tests.newsletter.following import ADA, make_readers
from tests.newsletter.test_holding import back_at_the_desk, only_issue

LATER = {"when": "later", "date": "2026-06-08", "time": "10:00"}


def said(coach: FlaskClient, issue: Issue, *deeds: str) -> str:
    """What the desk says after the last of these presses."""
    for deed in deeds[:-1]:
        coach.post(f"/desk/issues/{issue.id}/{deed}")
    path = f"/desk/issues/{issue.id}/{deeds[-1]}"
    return " ".join(coach.post(path, data=LATER, follow_redirects=True).text.split())


def written(session: Session) -> Issue:
    make_readers(session, ADA)
    factories.make_notice(session, send_to_readers=True)
    (issue,) = factories.open_issues(session)
    return issue


@pytest.mark.parametrize("deed", ["resume", "reschedule"])
def test_what_was_dropped_or_goes_out_already_is_not_said_to_go_on(
    coach: FlaskClient, session: Session, deed: str
) -> None:
    issue = written(session)
    assert "It goes on already." in said(coach, issue, "stop", "resume", deed)
    page = said(coach, issue, "stop", "drop", deed)
    assert "It was dropped. Nothing more of this goes out." in page
    assert "Going on." not in page


@pytest.mark.parametrize("deed", ["resume", "reschedule"])
def test_a_letter_of_a_session_that_has_begun_is_dropped_and_does_not_go_on(
    app: Flask, coach: FlaskClient, session: Session, clock: time_machine.Traveller, deed: str
) -> None:
    issue = written(session)
    assert 'id="resume"' in coach.get(coach.post(f"/desk/issues/{issue.id}/stop").location).text
    clock.shift(timedelta(days=3))
    coach = back_at_the_desk(app, session)
    page = coach.get(f"/desk/issues/{issue.id}").text
    assert "It is too late for this letter." in page
    assert 'id="resume"' not in page
    assert "Send it then" not in page
    assert "It is too late for this letter. You can drop it." in said(coach, issue, deed)
    assert only_issue(session).message.paused_at is not None
    assert "Dropped." in said(coach, issue, "drop")
