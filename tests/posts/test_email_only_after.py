"""What became of an article by email only: on the site later, planned, dropped, in the bin."""

from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock as site_clock
from hrsite.newsletter.models import Issue
from tests.factories import make_post, make_subscriber
from tests.posts.mailing import Letters, Work, link_in, mailed, send_only
from tests.posts.pressing import LATER, make_draft, plan, press
from tests.posts.writing import saved


def went_out(
    coach: FlaskClient, session: Session, work: Work, letters: Letters,
    clock: time_machine.Traveller,
) -> tuple[int, str]:  # fmt: skip
    """An article that somebody has by email only; its number, and where its letter leads."""
    make_subscriber(session)
    id = send_only(coach, session)
    mailed(work, clock)
    return id, link_in(letters()[0])


def test_it_goes_on_the_site_later_and_nobody_gets_it_again(
    coach: FlaskClient, client: FlaskClient, session: Session, work: Work, letters: Letters,
    clock: time_machine.Traveller,
) -> None:  # fmt: skip
    id, old = went_out(coach, session, work, letters, clock)
    assert "went by email, and is not on the site" in coach.get(f"/desk/posts/{id}/done").text

    refused = plan(coach, saved(session), how="email")
    assert "cannot go to them again" in refused.text
    reviewed = plan(coach, saved(session), how="site")
    assert "Readers have it by email, and nobody gets it again." in reviewed.text
    answers = [press(coach, id, reviewed) for _ in range(2)]
    mailed(work, clock)

    assert {answer.location for answer in answers} == {f"/desk/posts/{id}/done"}
    assert len(letters()) == 1
    assert "Keep the lantern lit." in client.get("/posts/lantern").text
    assert client.get(old).location == "/posts/lantern"


def test_planned_for_the_site_it_stays_readable_from_its_letter_and_the_plan_can_go(
    coach: FlaskClient, client: FlaskClient, session: Session, work: Work, letters: Letters,
    clock: time_machine.Traveller,
) -> None:  # fmt: skip
    id, old = went_out(coach, session, work, letters, clock)
    press(coach, id, plan(coach, saved(session), how="site", **LATER))

    assert client.get("/posts/lantern").status_code == 404
    assert client.get(old).status_code == 200
    said = coach.post(f"/desk/posts/{id}/withdraw", follow_redirects=True).text
    assert "It does not go on the site. It stays as it went out by email." in said
    assert client.get(old).status_code == 200
    assert saved(session).is_email_only


def test_before_the_worker_was_there_putting_it_on_the_site_does_not_lose_its_letter(
    coach: FlaskClient, session: Session, work: Work, letters: Letters,
    clock: time_machine.Traveller,
) -> None:  # fmt: skip
    make_subscriber(session)
    id = send_only(coach, session)
    press(coach, id, plan(coach, saved(session), how="site"))
    mailed(work, clock)

    assert len(letters()) == 1


def test_stopped_and_dropped_it_is_a_draft_again(
    coach: FlaskClient, client: FlaskClient, session: Session, work: Work, letters: Letters,
    clock: time_machine.Traveller,
) -> None:  # fmt: skip
    make_subscriber(session)
    id = send_only(coach, session)
    coach.post(f"/desk/posts/{id}/stop")
    issue = session.scalars(select(Issue)).one()
    coach.post(f"/desk/issues/{issue.id}/drop")
    mailed(work, clock)

    assert letters() == []
    assert saved(session).is_draft
    assert client.get(f"/r/{saved(session).unlisted_token}").status_code == 404
    press(coach, id, plan(coach, saved(session), how="only"))
    mailed(work, clock)
    assert len(letters()) == 1


@pytest.mark.parametrize("to", ["site", "draft"])
def test_in_the_bin_its_page_is_shut_and_it_comes_back_as_it_was_or_as_a_draft(
    coach: FlaskClient, client: FlaskClient, session: Session, work: Work, letters: Letters,
    clock: time_machine.Traveller, to: str,
) -> None:  # fmt: skip
    id, old = went_out(coach, session, work, letters, clock)
    said = coach.post(f"/desk/bin/article/{id}", follow_redirects=True).text
    assert "Nobody can open it from its letter." in said
    assert client.get(old).status_code == 404
    assert "Put back for those who have its letter" in coach.get("/desk/bin/").text

    coach.post(f"/desk/bin/article/{id}/back", data={"to": to})
    mailed(work, clock)

    assert client.get(old).status_code == (200 if to == "site" else 404)
    assert saved(session).is_draft == (to == "draft")
    assert client.get("/posts/lantern").status_code == 404
    assert len(letters()) == 1


def test_back_from_the_bin_and_planned_for_the_site_its_letter_leads_to_it_all_the_while(
    coach: FlaskClient, client: FlaskClient, session: Session, work: Work, letters: Letters,
    clock: time_machine.Traveller,
) -> None:  # fmt: skip
    id, old = went_out(coach, session, work, letters, clock)
    coach.post(f"/desk/bin/article/{id}")
    coach.post(f"/desk/bin/article/{id}/back")
    review = plan(coach, saved(session), how="site", **LATER)
    assert "Readers have it by email, and nobody gets it again." in review.text
    press(coach, id, review)
    assert client.get(old).status_code == 200


def test_binned_before_the_worker_came_it_is_a_draft_and_can_go_by_email_only_again(
    coach: FlaskClient, session: Session, work: Work, letters: Letters,
    clock: time_machine.Traveller,
) -> None:  # fmt: skip
    make_subscriber(session)
    id = send_only(coach, session)
    coach.post(f"/desk/bin/article/{id}")
    said = coach.post(f"/desk/bin/article/{id}/back", follow_redirects=True).text
    assert "is a draft again." in said
    press(coach, id, plan(coach, saved(session), how="only"))
    mailed(work, clock)
    assert len(letters()) == 1


def test_binned_before_the_worker_came_it_is_not_mailed_by_coming_back(
    coach: FlaskClient, session: Session, work: Work, letters: Letters,
    clock: time_machine.Traveller,
) -> None:  # fmt: skip
    make_subscriber(session)
    id = send_only(coach, session)
    coach.post(f"/desk/bin/article/{id}")
    mailed(work, clock)
    coach.post(f"/desk/bin/article/{id}/back", data={"to": "site"})
    mailed(work, clock)

    assert letters() == []


def test_the_desk_says_where_it_is(
    coach: FlaskClient, session: Session, work: Work, clock: time_machine.Traveller
) -> None:
    make_subscriber(session)
    id = send_only(coach, session)
    mailed(work, clock)

    shelf = " ".join(coach.get("/desk/posts/").text.split())
    assert "not on the site. <a" in shelf
    assert "1 of 1 accepted" in shelf
    form = " ".join(coach.get(f"/desk/posts/{id}").text.split())
    assert "By email only, since" in form
    assert "Put it on the site…" in form
    assert "Pin it" not in form
    assert "by email only" in coach.get("/desk/").text
    issue = session.scalars(select(Issue)).one()
    assert "its article is not on the site" in coach.get(f"/desk/issues/{issue.id}").text


def test_a_test_before_it_goes_is_worded_as_it_will_be(
    coach: FlaskClient, session: Session, work: Work, letters: Letters
) -> None:
    post = make_draft(session)
    page = plan(coach, post, how="only").text
    assert '<input type="hidden" name="how" value="only">' in page.partition("/test")[2]

    coach.post(f"/desk/posts/{post.id}/test", data={"how": "only"})
    work()

    (letter,) = letters()
    assert "Read it in your browser" in letter.text
    assert saved(session).is_draft


def test_what_is_on_the_site_cannot_go_by_email_only(coach: FlaskClient, session: Session) -> None:
    post = make_post(session, slug="kept")

    page = plan(coach, post, how="only")

    assert page.status_code == 422
    assert "It is on the site already." in page.text


def test_on_the_site_there_is_nothing_to_schedule_but_an_email(
    coach: FlaskClient, session: Session
) -> None:
    post = make_post(session, slug="kept")

    choice = coach.get(f"/desk/posts/{post.id}/publish").text
    assert 'value="site"' not in choice
    page = plan(coach, post, how="site", **LATER)
    assert page.status_code == 422
    assert "There is nothing to put there, now or later." in page.text
    assert "Schedule for the site" not in page.text


def test_an_email_planned_for_an_article_on_the_site_can_be_called_off(
    coach: FlaskClient, session: Session, work: Work, letters: Letters,
    clock: time_machine.Traveller,
) -> None:  # fmt: skip
    make_subscriber(session)
    post = make_post(session, slug="kept")
    press(coach, post, plan(coach, post, how="email", **LATER))
    assert "Leave it on the site, without email" in coach.get(f"/desk/posts/{post.id}/publish").text

    reviewed = plan(coach, post, how="site")
    assert "This stays on the site. No email goes out." in reviewed.text
    assert "Call its email off" in reviewed.text
    press(coach, post, reviewed)
    clock.shift(timedelta(days=7))
    mailed(work, clock)

    assert letters() == []
    assert saved(session).is_published(site_clock.now())
