"""A line for each Issue whose numbers add up, and what is not an Issue yet but will be."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.newsletter import holding, summarising
from hrsite.newsletter.models import Topic
from hrsite.outbox import presence
from hrsite.outbox.models import DeliveryState
from tests import factories
from tests.conftest import AppMaker
from tests.newsletter.test_holding import HOUR, MINUTE, Work, only_issue, published
from tests.outbox.ledger import READERS, becomes, rows

ABOUT = "about to be written down"


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    return make_app(UNDO_MINUTES=5)


def page_of(coach: FlaskClient, path: str) -> str:
    """What stands on a page to read, in one line."""
    main = coach.get(path).text.split("<main", 1)[1]
    return " ".join(re.sub(r"<[^>]+>", " ", main).replace("\u00a0", " ").split())


def test_a_line_on_the_desk_says_how_far_an_issue_has_come(
    session: Session, clock: time_machine.Traveller
) -> None:
    for reader in (*READERS, "dora@example.org", "emma@example.org", "fay@example.org"):
        factories.make_subscriber(session, reader)
    post = factories.make_post(session, send_to_readers=True)
    other = factories.make_post(session)
    (issue,) = factories.open_issues(session)
    clock.shift(6 * MINUTE)
    results = ("accepted", "refused", "withdrawn", "suppressed", "expired")
    for row, result in zip(rows(session), results, strict=False):
        becomes(session, row, DeliveryState(result))
    told = summarising.summaries(session, [post.id, other.id], our_clock.now())
    line = "1 of 6 accepted, 1 waiting, 1 refused, 1 taken back, 1 blocked, 1 too late"
    assert told == {post.id: summarising.IssueSummary(issue.id, 1, 6, 1, line)}


def test_a_letter_set_for_another_time_says_when_and_who_is_left(
    coach: FlaskClient, session: Session, clock: time_machine.Traveller
) -> None:
    published(coach, session)
    (issue,) = factories.open_issues(session)
    holding.stop(issue, our_clock.now())
    becomes(session, rows(session)[0], DeliveryState.WITHDRAWN)
    holding.reschedule(session, issue, our_clock.now() + 23 * HOUR, our_clock.now())
    session.commit()
    begins = "Mail starts on Wednesday 3 June 2026 at 9:00 am, Toronto time"
    numbers = "0 of 3 accepted, 2 waiting, 1 taken back"
    assert f"{begins}: {numbers}." in page_of(coach, "/desk/")
    done = page_of(coach, f"/desk/posts/{issue.post_id}/done")
    assert f"{begins}, to 2 readers. Until then nobody has it." in done
    becomes(session, rows(session)[1], DeliveryState.ACCEPTED)
    goes_on = f"{begins.replace('starts', 'goes on')}: 1 of 3 accepted, 1 waiting, 1 taken back."
    for path in ("/desk/", f"/desk/posts/{issue.post_id}/done"):
        assert goes_on in page_of(coach, path)
    assert "nobody has it" not in page_of(coach, f"/desk/posts/{issue.post_id}/done")


def test_until_a_worker_comes_to_it_the_desk_says_so_and_it_can_be_stopped(
    coach: FlaskClient, session: Session, work: Work, clock: time_machine.Traveller
) -> None:
    post = published(coach, session)
    done = f"/desk/posts/{post.id}/done"
    clock.shift(20 * MINUTE)
    assert f"Its letter to 3 readers is {ABOUT}. Nobody has it yet." in page_of(coach, done)
    assert "Stop it" in page_of(coach, done)
    assert "Not sending: no worker has run yet." in page_of(coach, done)
    for path in ("/desk/", "/desk/issues"):
        page = page_of(coach, path)
        assert ABOUT in page.lower()
        assert f'href="{done}"' in coach.get(path).text
        assert "Not emailed" not in page
    presence.announce(session, "one", our_clock.now())
    session.commit()
    assert "Not sending" not in page_of(coach, done)
    coach.post(f"/desk/posts/{post.id}/stop")
    assert only_issue(session).message.pause_kind == "stopped"
    for path in (done, "/desk/", "/desk/issues"):
        assert ABOUT not in page_of(coach, path).lower()


def test_with_nobody_on_the_list_the_done_page_says_so(
    coach: FlaskClient, session: Session, work: Work, clock: time_machine.Traveller
) -> None:
    post = factories.make_post(session, send_to_readers=True)
    work()
    clock.shift(6 * MINUTE)
    page = page_of(coach, f"/desk/posts/{post.id}/done")
    assert "Nobody was on the list, so no letter went out." in page
    assert "Stop it" not in page


def test_what_is_not_for_readers_was_not_emailed_and_a_later_letter_says_when(
    coach: FlaskClient, session: Session
) -> None:
    factories.make_post(session, title="On the site")
    factories.make_post(
        session, title="And later", send_to_readers=True, send_at=our_clock.now() + 23 * HOUR
    )
    page = page_of(coach, "/desk/")
    assert "Not emailed." in page
    assert "Mail starts on Wednesday 3 June 2026 at 9:00 am, Toronto time" in page
    assert ABOUT not in page_of(coach, "/desk/issues").lower()


def test_a_notice_that_waits_for_a_worker_is_named_among_the_issues(
    coach: FlaskClient, session: Session
) -> None:
    factories.make_subscriber(session, topics=(Topic.NOTICES,))
    starts_at = our_clock.now() + timedelta(days=2)
    notice = factories.make_notice(
        session, title="Group at seven", send_to_readers=True, starts_at=starts_at
    )
    page = coach.get("/desk/issues").text
    assert f'<a href="/desk/notices/{notice.id}/readers">Group at seven</a>' in page
