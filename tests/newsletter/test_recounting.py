"""How each Issue went, in a sentence a coach reads once, and as bars with their numbers."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite.newsletter import recounting
from hrsite.newsletter.recounting import Recount
from hrsite.outbox.models import DeliveryState
from hrsite.outbox.progress import Numbers
from tests import factories
from tests.outbox.ledger import becomes, rows

pytestmark = pytest.mark.usefixtures("clock")


def numbers(created: int, accepted: int = 0, **others: int) -> Numbers:
    names = dict.fromkeys(("refused", "uncertain", "withdrawn", "suppressed", "expired"), 0)
    return Numbers(created=created, accepted=accepted, **names | others)


@pytest.mark.parametrize(
    ("recount", "words"),
    [
        (Recount(numbers(0)), "Nobody was on the list."),
        (Recount(numbers(1, 1)), "1 of 1 letter was taken."),
        (
            Recount(numbers(41, 38, refused=1), deferred=2, missing=1),
            "38 of 41 letters were taken; 2 will be tried again; 1 address does not exist.",
        ),
        (
            Recount(numbers(1200, 1000, refused=5, uncertain=1, expired=2), 4, 3),
            "1,000 of 1,200 letters were taken; 188 wait for their turn; 4 will be tried again;"
            " 3 addresses do not exist; 2 were refused; 1 may or may not have arrived;"
            " 2 came too late.",
        ),
        (
            Recount(numbers(4, 1, withdrawn=2, suppressed=1)),
            "1 of 4 letters were taken; 2 were called back; 1 address is closed.",
        ),
    ],
)
def test_a_sentence_says_all_there_is_and_nothing_else(recount: Recount, words: str) -> None:
    assert recounting.sentence(recount) == words


def test_the_page_tells_it_and_draws_it(coach: FlaskClient, session: Session) -> None:
    for number in range(5):
        factories.make_subscriber(session, f"reader{number}@example.org")
    factories.make_post(session, title="Small steps", send_to_readers=True)
    (issue,) = factories.open_issues(session)
    one, two, three, four, _ = rows(session, issue.message_id)
    becomes(session, one, DeliveryState.ACCEPTED)
    becomes(session, two, DeliveryState.DEFERRED)
    gone, full = "5.1.1 unknown", "5.2.2 mailbox full"
    becomes(session, three, DeliveryState.REFUSED, reply_code=550, reply_text=gone)
    becomes(session, four, DeliveryState.REFUSED, reply_code=552, reply_text=full)
    page = " ".join(coach.get("/desk/issues").text.split())
    assert (
        "1 of 5 letters were taken; 1 waits for its turn; 1 will be tried again;"
        " 1 address does not exist; 1 was refused." in page
    )
    cells = " ".join(f'<td class="number">{number}</td>' for number in (5, 1, 2, 2, 0))
    assert cells in page
    assert page.count('<rect class="') == 3
    assert '<rect class="accepted" x="15.6" y="80.0"' in page
    assert 'style="' not in page


def test_without_an_issue_there_is_no_chart(coach: FlaskClient) -> None:
    assert "<rect" not in coach.get("/desk/issues").text
