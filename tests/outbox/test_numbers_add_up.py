"""Whatever happens, in whatever order: each copy has one state, and nobody is lost or doubled."""

from collections import Counter
from datetime import timedelta

import time_machine
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.orm import Session

from hrsite import addresses
from hrsite import clock as our_clock
from hrsite.newsletter.subscribing import key_of
from hrsite.outbox import enqueue, history, pausing, tally
from hrsite.outbox.models import Delivery, MessageTally, OutboxMessage, Suppression
from hrsite.outbox.models_bouncing import Bounce
from tests.outbox.ledger import (
    answer_to,
    claim_and_die,
    look,
    mail_goes_to,
    put_letter,
    rows,
    states,
)
from tests.outbox.smtp_server import Inbox, mail_server

READERS = [f"reader{number}@example.org" for number in range(5)]
ANSWERS = (
    "450 4.2.1 later",
    "421 4.3.2 closing down",
    "550 5.1.1 nobody here",
    "552 5.2.2 full",
    "550 5.7.1 policy",
    "530 5.7.0 log in first",
)
WAITING = {"queued", "sending", "deferred"}

reader = st.sampled_from(READERS)
step = st.one_of(
    st.just(("publish",)),
    st.just(("look",)),
    st.just(("die",)),
    st.just(("resume",)),
    st.tuples(st.just("leave"), reader),
    st.tuples(st.just("answer"), reader, st.sampled_from(ANSWERS)),
    st.tuples(st.just("take all")),
    st.tuples(st.just("wait"), st.sampled_from([1, 16, 61, 60 * 25])),
)


class History:
    """One made-up history of an outbox, and what must stay true of it."""

    def __init__(
        self, app: Flask, session: Session, inbox: Inbox, clock: time_machine.Traveller
    ) -> None:
        self.app, self.session, self.inbox, self.clock = app, session, inbox, clock
        self.answers: dict[str, str] = {}
        self.published: list[int] = []
        # How many letters somebody had been handed when they left.
        self.left: dict[str, int] = {}
        answer_to(inbox, self.answers)
        inbox.envelopes.clear()
        session.rollback()
        for table in (Bounce, Suppression, Delivery, MessageTally, OutboxMessage):
            session.execute(delete(table))
        session.commit()

    def take(self, what: str, *more: object) -> None:
        self.session.rollback()
        if what == "publish":
            staying = [one for one in READERS if one not in self.left]
            if staying:
                key = f"issue/{len(self.published)}"
                self.published.append(put_letter(self.session, *staying, key=key).id)
        elif what == "look":
            look(self.app)
        elif what == "die":
            claim_and_die(self.session)
        elif what == "resume":
            self.resume_all()
        elif what == "leave":
            self.leave(str(more[0]))
        elif what == "answer":
            self.answers[str(more[0])] = str(more[1])
        elif what == "take all":
            self.answers.clear()
        else:
            self.clock.shift(timedelta(minutes=int(str(more[0]))))
        self.session.commit()

    def resume_all(self) -> None:
        for message in history.paused(self.session):
            pausing.resume(message, our_clock.now())

    def leave(self, who: str) -> None:
        key = key_of(addresses.check(who))
        enqueue.withdraw(self.session, key, ["articles"], our_clock.now())
        self.left.setdefault(who, self.handed_over()[who])

    def handed_over(self) -> Counter[str]:
        return Counter(to for envelope in self.inbox.envelopes for to in envelope.rcpt_tos)

    def check(self, created: dict[int, int]) -> None:
        for message_id in self.published:
            total = sum(states(self.session, message_id).values())
            assert total == created.setdefault(message_id, total)
        assert tally.check(self.session) == {}
        handed_over = self.handed_over()
        for who, count in self.left.items():
            assert handed_over[who] == count, f"{who} got a letter after leaving"
        known = Counter(row.address for row in rows(self.session) if row.state.value == "accepted")
        # The server of this test always lets us know: what it took is what we call accepted.
        assert handed_over == known

    def finish(self) -> None:
        self.answers.clear()
        for _ in range(4):
            self.session.rollback()
            self.resume_all()
            self.session.commit()
            look(self.app)
            self.clock.shift(timedelta(hours=1))
        assert WAITING & set(states(self.session)) == set()
        assert all(row.next_at is None for row in rows(self.session))


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(step, min_size=3, max_size=14))
def test_the_numbers_always_add_up(
    app: Flask, session: Session, clock: time_machine.Traveller, steps: list[tuple[str, ...]]
) -> None:
    created: dict[int, int] = {}
    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        told = History(app, session, inbox, clock)
        for one in [("publish",), *steps]:
            told.take(*one)
            told.check(created)
        told.finish()
        told.check(created)
