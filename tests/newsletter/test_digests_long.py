"""A digest of long words goes all the same; what it has no room for comes with the next."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from hrsite.newsletter import letters, owing
from hrsite.newsletter.models import Topic
from hrsite.notices import listing
from tests import factories
from tests.newsletter.histories import copies, look
from tests.newsletter.test_digests import DAY, FRIDAY, digest_issues, make_reader

pytestmark = pytest.mark.usefixtures("clock")
READER = "weekly@example.org"
# As long as each box may be, and three octets a letter.
TITLE, SUMMARY, PLACE = "दो शब्द " * 25, "थोड़े शब्द " * 36, "एक जगह " * 28


def test_what_one_letter_has_no_room_for_comes_with_the_next_and_nothing_twice(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    make_reader(session, READER, topics=tuple(Topic))
    posts = [
        factories.make_post(session, send_to_readers=True, title=TITLE, summary=SUMMARY).id
        for _ in range(owing.MOST_ARTICLES)
    ]
    for day in range(listing.MOST_UPCOMING):
        starts_at = FRIDAY + timedelta(days=30 + day)
        factories.make_notice(session, title=TITLE, place=PLACE, starts_at=starts_at)
    look(app)
    for week in range(5):
        clock.move_to(FRIDAY + 7 * week * DAY)
        look(app)
    assert copies(session) == {(READER, post): 1 for post in posts}
    issues = digest_issues(session)
    assert len(issues) > 1
    assert max(len(one.message.html.encode()) for one in issues) <= letters.LARGEST_HTML
