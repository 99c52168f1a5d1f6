"""Histories of readers who change their minds while articles and digests go out, and a tally."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs
from time_machine import Traveller

from hrsite import clock, looking
from hrsite.extensions import Base, only_reads
from hrsite.newsletter import holding, subscribing
from hrsite.newsletter.models import Cadence, Issue, Subscriber, Topic, issue_articles
from hrsite.outbox import pausing
from hrsite.outbox.models import Delivery, DeliveryState, OutboxMessage, Recipient
from tests import factories

READERS = ("ada@example.org", "bea@example.org", "cleo@example.org")
Pair = tuple[str, int]


def look(app: Flask) -> None:
    """Let the worker look once; nothing it does may fail."""
    token = only_reads.set(False)
    try:
        with app.app_context(), capture_logs() as lines:
            looking.do_what_is_due()
    finally:
        only_reads.reset(token)
    failed = [line for line in lines if line["log_level"] == "error"]
    assert not failed, failed


def empty(session: Session) -> None:
    """Throw away what an earlier example left; but it stays the same site, and no copy of it."""
    session.rollback()
    for table in reversed(Base.metadata.sorted_tables):
        if table.name != "instances":
            session.execute(table.delete())
    session.commit()


def copies(session: Session) -> Counter[Pair]:
    """How often each reader got, or will get, each article."""
    session.rollback()
    query = (
        select(Recipient.address, Issue.post_id, issue_articles.c.post_id)
        .select_from(Delivery)
        .join(Delivery.recipient)
        .join(Issue, Issue.message_id == Delivery.message_id)
        .outerjoin(issue_articles, issue_articles.c.issue_id == Issue.id)
        .where(Delivery.state != DeliveryState.WITHDRAWN)
    )
    return Counter(
        (address, own or told) for address, own, told in session.execute(query) if own or told
    )


@dataclass
class History:
    """What people did, and what each reader may therefore expect."""

    app: Flask
    session: Session
    clock: Traveller
    expected: set[Pair] = field(default_factory=set)

    def begin(self) -> None:
        """Three readers, one of each kind."""
        self.session.rollback()
        for typed, cadence in zip(READERS, Cadence, strict=True):
            factories.make_subscriber(self.session, typed).cadence = cadence
        self.session.commit()

    def publish(self) -> None:
        """An article goes to whoever is on the list at this moment."""
        self.session.rollback()
        now = clock.now()
        post = factories.make_post(
            self.session, published_at=now, send_at=now, send_to_readers=True
        )
        look(self.app)
        self.expected |= {
            (person.address, post.id)
            for person in self._people()
            if subscribing.chosen_topics(person) and not person.is_paused(clock.now())
        }

    def choose(self, reader: int, cadence: Cadence) -> None:
        """She wants letters more often, or more rarely."""
        subscribing.choose_cadence(self.session, self._person(reader), cadence, clock.now())
        self.session.commit()

    def pause(self, reader: int) -> None:
        """For a month; what is being handed over is called back."""
        self._expects_no_more(reader, only_waiting=True)
        subscribing.pause(self.session, self._person(reader), 1, clock.now())
        self.session.commit()

    def go_on(self, reader: int) -> None:
        """The pause ends before its time."""
        subscribing.go_on(self.session, self._person(reader), clock.now())
        self.session.commit()

    def leave(self, reader: int) -> None:
        """She leaves, and gets nothing more of what she was owed, or else only once."""
        self._expects_no_more(reader, only_waiting=False)
        subscribing.unsubscribe(self.session, self._person(reader), "settings", clock.now())
        self.session.commit()

    def come_back(self, reader: int) -> None:
        """She is on the list again."""
        topics = {Topic.ARTICLES}
        subscribing.choose(self.session, self._person(reader), topics, "settings", clock.now())
        self.session.commit()

    def wait(self, hours: int) -> None:
        """Time goes by, and then the worker looks. After a long time it holds what is late."""
        self.clock.shift(hours * 3600)
        look(self.app)

    def stop(self) -> None:
        """The coach stops the newest Issue."""
        if issue := self._newest():
            holding.stop(issue, clock.now())
            self.session.commit()

    def drop(self) -> None:
        """The coach drops the newest Issue; of a digest nobody loses an article."""
        if issue := self._newest():
            if issue.post_id is not None:
                self.expected -= {pair for pair in self.expected if pair[1] == issue.post_id}
            holding.drop(self.session, issue, clock.now())
            self.session.commit()

    def resume(self) -> None:
        """The coach lets everything go on."""
        self.session.rollback()
        paused = select(Issue).join(Issue.message).where(OutboxMessage.paused_at.is_not(None))
        if found := self.session.scalars(paused).all():
            for issue in found:
                pausing.resume(issue.message, clock.now())
            self.session.commit()
            look(self.app)

    def end(self) -> None:
        """Two months in which everybody is there and nobody changes anything."""
        for reader in range(len(READERS)):
            self.go_on(reader)
        for _ in range(9):
            self.wait(24 * 8)
            self.resume()

    def _expects_no_more(self, reader: int, *, only_waiting: bool) -> None:
        """Copies on their way are taken back; so is what she was owed, when she leaves."""
        typed = READERS[reader]
        waiting = {DeliveryState.QUEUED, DeliveryState.DEFERRED}
        rows: list[Any] = list(
            self.session.execute(
                select(Issue.post_id, issue_articles.c.post_id, Delivery.state)
                .select_from(Delivery)
                .join(Issue, Issue.message_id == Delivery.message_id)
                .outerjoin(issue_articles, issue_articles.c.issue_id == Issue.id)
                .where(Delivery.recipient_id == self._person(reader).id)
            )
        )
        done = {own or told for own, told, state in rows if state == DeliveryState.ACCEPTED}
        called_back = {own or told for own, told, state in rows if state in waiting}
        self.expected -= {
            (address, post)
            for address, post in self.expected
            if address == typed and (post in called_back if only_waiting else post not in done)
        }

    def _newest(self) -> Issue | None:
        self.session.rollback()
        return self.session.scalar(select(Issue).order_by(Issue.id.desc()).limit(1))

    def _people(self) -> list[Subscriber]:
        self.session.rollback()
        return list(self.session.scalars(select(Subscriber)))

    def _person(self, reader: int) -> Subscriber:
        return next(one for one in self._people() if one.address == READERS[reader])
