"""By email only: to readers, and on no page, list or feed; its letter has an address of its own."""

from datetime import UTC, datetime

import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hrsite import clock as site_clock
from hrsite.newsletter.models import Cadence, Issue
from tests.factories import make_post, make_subscriber, make_tag
from tests.posts.mailing import Letters, Work, link_in, mailed, send_only
from tests.posts.pressing import LATER, make_draft, plan, press
from tests.posts.writing import saved

EVERYWHERE = (
    "/", "/posts/", "/posts/2026/06", "/topics/", "/topics/starting-out", "/feed.xml", "/feed.json",
    "/follow", "/sitemap.xml", "/sitemap-articles-1.xml", "/search?q=lantern", "/about", "/call",
)  # fmt: skip
# Eight in the morning in Toronto: the weekly letter's hour.
FRIDAY = datetime(2026, 6, 5, 12, 0, tzinfo=UTC)


def test_the_sentence_and_the_button_say_that_it_does_not_stand_on_the_site(
    coach: FlaskClient, session: Session
) -> None:
    make_subscriber(session)
    post = make_draft(session)

    page = plan(coach, post, how="only", **LATER).text

    assert (
        "On Thursday 4 June 2026 at 6:00\u00a0pm, Toronto time (in 2 days 8 hours), this goes to"
        " 1 reader by email, and not on the site." in page
    )
    assert "Schedule the email to 1 reader" in page


def test_readers_get_it_and_no_page_list_or_feed_knows_of_it(
    coach: FlaskClient, client: FlaskClient, session: Session, work: Work, letters: Letters,
    clock: time_machine.Traveller,
) -> None:  # fmt: skip
    make_subscriber(session)
    tag = make_tag(session)
    make_post(session, title="Another", tags=[tag])
    id = send_only(coach, session, tags=[tag])
    mailed(work, clock)

    (letter,) = letters()
    assert "Keep the lantern lit." in letter.text
    assert "on the site" not in letter.text
    for address in EVERYWHERE:
        assert "antern" not in client.get(address).text.replace("q=lantern", "").replace(
            'value="lantern"', ""
        ).replace("“lantern”", ""), address
    assert client.get("/posts/lantern").status_code == 404
    assert client.get("/posts/~lantern").status_code == 404
    assert client.get(f"/n/{id}").status_code == 404


def test_its_letter_leads_to_a_page_that_nothing_else_leads_to(
    coach: FlaskClient, client: FlaskClient, session: Session, work: Work, letters: Letters,
    clock: time_machine.Traveller,
) -> None:  # fmt: skip
    make_subscriber(session)
    send_only(coach, session, tags=[make_tag(session)])
    mailed(work, clock)

    address = link_in(letters()[0])
    page = client.get(address)

    assert "Keep the lantern lit." in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Robots-Tag"] == "noindex"
    # It does not hand its own address on, nor name one that is not there.
    token = address.rpartition("/")[2]
    assert 'rel="canonical"' not in page.text
    assert "/posts/lantern" not in page.text
    assert "/topics/starting-out" not in page.text
    assert page.text.count(token) == page.text.count(f"{address}?plain=1")
    assert client.get(address[:-1] + ("A" if address[-1] != "A" else "B")).status_code == 404


def test_a_plain_letter_and_a_digest_lead_there_too(
    coach: FlaskClient, client: FlaskClient, session: Session, work: Work, letters: Letters,
    clock: time_machine.Traveller,
) -> None:  # fmt: skip
    make_subscriber(session).is_discreet = True
    make_subscriber(session, "weekly@example.org").cadence = Cadence.WEEKLY
    both = make_subscriber(session, "both@example.org")
    both.cadence, both.is_discreet = Cadence.WEEKLY, True
    session.commit()
    send_only(coach, session)
    mailed(work, clock)
    clock.move_to(FRIDAY)
    mailed(work, clock)

    assert len(letters()) == 3
    for letter in letters():
        page = client.get(link_in(letter))
        assert "Keep the lantern lit." in page.text
    assert "lantern" not in letters()[0].text.lower()


def test_a_digest_leaves_it_out_while_its_page_is_shut(
    coach: FlaskClient, session: Session, work: Work, letters: Letters,
    clock: time_machine.Traveller,
) -> None:  # fmt: skip
    make_subscriber(session, "weekly@example.org").cadence = Cadence.WEEKLY
    session.commit()
    id = send_only(coach, session)
    mailed(work, clock)
    coach.post(f"/desk/posts/{id}/withdraw")
    clock.move_to(FRIDAY)
    mailed(work, clock)

    assert letters() == []


def test_later_means_then_and_not_before(
    coach: FlaskClient, client: FlaskClient, session: Session, work: Work, letters: Letters,
    clock: time_machine.Traveller,
) -> None:  # fmt: skip
    make_subscriber(session)
    post = make_draft(session)
    done = press(coach, post, plan(coach, post, how="only", **LATER))
    token = saved(session).unlisted_token

    assert "to readers by email only on <time" in " ".join(coach.get(done.location).text.split())
    assert client.get(f"/r/{token}").status_code == 404
    mailed(work, clock)
    assert letters() == []
    clock.move_to(saved(session).out_at or site_clock.now())
    mailed(work, clock)
    assert len(letters()) == 1
    assert client.get(f"/r/{token}").status_code == 200


def test_pressed_twice_it_goes_once(
    coach: FlaskClient, session: Session, work: Work, letters: Letters,
    clock: time_machine.Traveller,
) -> None:  # fmt: skip
    make_subscriber(session)
    post = make_draft(session)
    reviewed = plan(coach, post, how="only")
    answers = [press(coach, post, reviewed) for _ in range(2)]
    mailed(work, clock)
    answers.append(press(coach, post, reviewed))

    assert {answer.location for answer in answers} == {f"/desk/posts/{post.id}/done"}
    assert session.scalar(select(func.count(Issue.id))) == 1
    assert len(letters()) == 1
