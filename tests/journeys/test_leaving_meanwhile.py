"""Readers leave while an Issue is going out: from their commit on, nothing is handed over to them.

Small here; `make trial-floods` takes ten thousand readers.
"""

import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from hrsite.newsletter.models import Topic
from tests import factories
from tests.outbox.ledger import look, mail_goes_to, states
from tests.trials.post_office import NAMED, post_office

READERS = 10_000 if os.environ.get("FLOODS") else 150
# At every so many letters somebody leaves, at three letters in a row by three ways.
EVERY = 10
WAYS: tuple[Callable[[dict[str, str]], tuple[str, dict[str, str]]], ...] = (
    lambda links: (f"/unsubscribe/{links['unsubscribe']}", {"List-Unsubscribe": "One-Click"}),
    lambda links: (f"/unsubscribe/{links['unsubscribe']}", {"button": "1"}),
    lambda links: (f"/settings/{links['settings']}", {"stop": "1"}),
)


@dataclass
class Leavers:
    """Called by the mail server while it has a letter in its hands; lets somebody else leave."""

    app: Flask
    links: dict[str, dict[str, str]]
    # Named to the mail server, and the how manieth: her letter is on its way or there.
    named: dict[str, int] = field(default_factory=dict)
    # Who has left: the answer's status, and how many had been named by then.
    left: dict[str, tuple[int, int]] = field(default_factory=dict)

    def __call__(self, moment: str, reader: str) -> str:
        if moment == NAMED:
            self.named[reader] = len(self.named)
            if len(self.named) % EVERY < len(WAYS):
                self._somebody_leaves()
        return ""

    def __post_init__(self) -> None:
        self._still = deque(self.links)

    def _somebody_leaves(self) -> None:
        while self._still:
            # Once the very next, once the last of all.
            who = self._still.popleft() if len(self.left) % 2 else self._still.pop()
            if who not in self.named:
                path, form = WAYS[len(self.named) % EVERY](self.links[who])
                status = self.app.test_client().post(path, data=form).status_code
                self.left[who] = (status, len(self.named))
                return


@pytest.mark.parametrize("most_in_flight", [1, 8])
def test_nothing_is_handed_over_after_somebody_left(
    app: Flask, session: Session, most_in_flight: int
) -> None:
    typed = [f"reader{number}@example.org" for number in range(READERS)]
    people = [factories.make_subscriber(session, one, (Topic.ARTICLES,)) for one in typed]
    links = {one: dict(person.links) for one, person in zip(typed, people, strict=True)}
    factories.make_post(session, send_to_readers=True)
    factories.open_issues(session)
    session.rollback()
    with post_office() as office:
        leavers = office.answer = Leavers(app, links)
        mail_goes_to(app, office.port, MAIL_IN_FLIGHT=most_in_flight)
        look(app)
    assert len(leavers.left) >= READERS // EVERY
    assert {status for status, _ in leavers.left.values()} == {200}
    got = office.copies()
    too_late = [
        who
        for who, (_, named_count) in leavers.left.items()
        if who in got and leavers.named[who] - named_count >= most_in_flight - 1
    ]
    assert too_late == []
    stayed = set(links) - leavers.left.keys()
    assert {one: got[one] for one in stayed} == dict.fromkeys(stayed, 1)
    assert max(got.values()) == 1
    told = states(session)
    assert told["accepted"] == len(got)
    assert told["withdrawn"] == READERS - len(got)
