"""The world of a made-up history: deeds through the real jobs, and what must be true after each."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hrsite import addresses, clock, looking, markfile
from hrsite.extensions import db, only_reads
from hrsite.newsletter import asking, subscribing
from hrsite.newsletter.models import Topic
from hrsite.outbox import bouncing, events, history, instance, pausing, suppression, tally
from hrsite.outbox.models import Delivery, DeliveryState, OutboxMessage, Suppression
from hrsite.outbox.numbering import letter_id_of
from tests.trials.dying import at_commit, death
from tests.trials.places import Place
from tests.trials.post_office import PostOffice, Taken
from tests.trials.remembering import CLOSED, LEFT, PAUSED, Bar, Memory, on_their_way

READERS = tuple(f"reader{number}@example.org" for number in range(5))
S = DeliveryState
UNSETTLED = (S.QUEUED, S.SENDING, S.DEFERRED)


class World:
    """A site, its worker, its mail server and its readers."""

    def __init__(self, place: Place, office: PostOffice, travels: Any) -> None:
        self.place, self.office, self.clock = place, office, travels
        self.session = place.session
        self.in_flight = int(place.app.config.get("MAIL_IN_FLIGHT", 1))
        office.knows_again_by = place.app.config["IDEMPOTENCY_HEADER"]
        self.start = clock.now()
        self.file = Path(db.engine.url.database or "")
        self.has_a_file = db.engine.dialect.name == "sqlite"
        office.answer = self._answer
        self.begin()

    def begin(self) -> None:
        """An empty site."""
        self.clock.move_to(self.start)
        self.answers: dict[str, tuple[str, str]] = {}
        self.memory = Memory()
        self.backup: Memory | None = None
        # From the moment in which a backup is put back until the coach presses Resume.
        self.is_older = False
        # Something was wrong after the last step: there is no use in going on.
        self.is_broken = False
        (Path(self.place.app.config["DATA_DIR"]) / markfile.NAME).unlink(missing_ok=True)
        # Who or what may not be written to, or go on, any more: by why, and who or which.
        self.bars: dict[tuple[str, object], Bar] = {}
        self.office.letters.clear()
        self.office.lost.clear()
        self.office.known.clear()
        self.session.rollback()
        for table in reversed(db.metadata.sorted_tables):
            self.session.execute(delete(table))
        self.session.commit()

    def _answer(self, moment: str, who: str) -> str:
        when, words = self.answers.get(who, ("", ""))
        return words if when == moment else ""

    # What happens.

    def sign_up(self, who: str) -> None:
        asking.request_signup(self.session, who, [Topic.ARTICLES], "198.51.100.1", clock.now())

    def confirm(self, who: str) -> None:
        person = subscribing.find_by_address(self.session, who)
        if person is not None:
            was_left = Topic.ARTICLES not in subscribing.chosen_topics(person)
            found = subscribing.confirm(self.session, person.links["confirm"], clock.now())
            if found is not None and was_left:
                self.memory.left.discard(who)

    def leave(self, who: str) -> None:
        if self._leave(self.session, who):
            self.memory.left.add(who)

    def leave_elsewhere(self, who: str) -> None:
        """Leave in another process: its own transaction, committed."""
        with Session(db.engine) as session:
            if self._leave(session, who):
                self.memory.left.add(who)
                self._bar(session, LEFT, who)

    def complain_elsewhere(self, who: str) -> None:
        """Close an address in another process."""
        key = subscribing.key_of(addresses.check(who))
        with Session(db.engine) as session:
            suppression.suppress(session, key, "It is unwanted.", clock.now(), "complaint")
            self._bar(session, CLOSED, key)

    def stop_elsewhere(self, which: int) -> None:
        """Stop a message in another process."""
        with Session(db.engine) as session:
            stopped = self._stop(session, which)
            if stopped is not None:
                self._bar(session, PAUSED, stopped)

    def _bar(self, session: Session, why: str, which: object) -> None:
        session.commit()
        bar = Bar(len(self.office.letters), on_their_way(session))
        self.bars.setdefault((why, which), bar)

    def _leave(self, session: Session, who: str) -> bool:
        person = subscribing.find_by_address(session, who)
        if person is None or not subscribing.chosen_topics(person):
            return False
        subscribing.unsubscribe(session, person, "letter", clock.now())
        return True

    def come_back(self, who: str) -> None:
        person = subscribing.find_by_address(self.session, who)
        if person is not None and who in self.memory.left:
            subscribing.choose(self.session, person, {Topic.ARTICLES}, "settings", clock.now())
            self.memory.left.discard(who)

    def complain(self, who: str) -> None:
        key = subscribing.key_of(addresses.check(who))
        suppression.suppress(self.session, key, "It is unwanted.", clock.now(), "complaint")

    def close(self, who: str) -> None:
        """Mail came back: nobody has such an address any more."""
        key = subscribing.key_of(addresses.check(who))
        suppression.suppress(self.session, key, "No such mailbox.", clock.now(), "hard")

    def tell(self, who: str) -> None:
        """The mail service tells of all that it ever took for somebody."""
        for reader, id in self.office.letters:
            if reader == who:
                told = events.Event("mailgun", id, "taken", who, letter_ids=events.letter_ids(id))
                bouncing.take_event(self.session, told, clock.now())

    def stop(self, which: int) -> None:
        self._stop(self.session, which)

    def _stop(self, session: Session, which: int) -> int | None:
        found = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
        if which >= len(found):
            return None
        pausing.pause(found[which], "The coach stopped it.", clock.now(), "stopped")
        return found[which].id

    def resume_all(self) -> None:
        for message in history.paused(self.session):
            pausing.resume(message, clock.now())
        # The mark speaks up at the first look; pressed before it, the button changes nothing.
        if instance.held(self.session):
            instance.resume(self.session, clock.now())
            self.is_older = False

    def look(self) -> None:
        """Let a worker do all that is due."""
        self.session.commit()
        token = only_reads.set(False)
        try:
            with self.place.app.app_context():
                looking.do_what_is_due()
        finally:
            only_reads.reset(token)
            assert self.office.quiet(10), "a connection stays open"

    def die(self, commit: int, when: str) -> None:
        """Let a worker look, and be gone right before or after its so-manieth commit."""

        before = on_their_way(self.session)
        with death(self.session, commit, when):
            self.look()
        self.session.rollback()
        in_doubt = on_their_way(self.session) - before
        self.session.rollback()
        assert in_doubt.total() <= self.in_flight, f"{in_doubt} at once"
        self.memory.excused += in_doubt

    def look_while(self, commit: int, act: Callable[[], None], when: str = "after_commit") -> None:
        """Let a worker look, and do something at its so-manieth commit."""
        with at_commit(self.session, commit, act, when):
            self.look()

    def back_up(self) -> None:
        """Copy the database, as a nightly job does."""
        copy = self.file.with_suffix(".copy")
        here, there = sqlite3.connect(self.file), sqlite3.connect(copy)
        with contextlib.closing(here), contextlib.closing(there):
            here.backup(there)
        self.backup = self.memory.copy()

    def restore(self) -> None:
        """Put the copy back. Nothing goes out until the coach presses Resume."""
        assert self.backup is not None
        self.place.leave()
        shutil.copyfile(self.file.with_suffix(".copy"), self.file)
        now, self.memory = self.memory, self.backup.copy()
        # What was taken since then is unknown to this database.
        self.memory.copies = now.copies
        self.memory.excused = now.excused + (now.copies - self.backup.copies)
        self.memory.forgotten = now.forgotten + (now.copies - self.backup.copies)
        # Where nothing was handed over since, nothing can go out twice.
        self.is_older = self.is_older or now.copies != self.backup.copies

    # What must be true.

    @contextlib.contextmanager
    def step(self) -> Iterator[World]:
        """One thing that happens, committed; then everything is checked."""
        self.session.rollback()
        token = only_reads.set(False)
        taken, was_older = len(self.office.letters), self.is_older
        self.bars = dict.fromkeys(self._barred(), Bar(taken))
        self.is_broken = True
        try:
            yield self
            self.session.commit()
        finally:
            only_reads.reset(token)
        self._look_into_letters(taken, was_older)
        self.check()
        self.session.rollback()
        self.is_broken = False

    def _look_into_letters(self, taken: int, was_older: bool) -> None:
        for number, letter in enumerate(self.office.letters[taken:], taken):
            row = self._row_of(letter)
            who, message = letter.reader, row.message
            self.memory.copies[who, message.key] += 1
            assert not was_older, "an older database was put back, and its letters went out"
            for why, which in ((LEFT, who), (CLOSED, row.address_key), (PAUSED, message.id)):
                bar = self.bars.get((why, which))
                # What she asks for herself, such as a link to confirm, still goes to her.
                if bar is not None and (why == PAUSED or not message.is_transactional):
                    assert not bar.stops(number, who, message.key), f"{who}, {message.key}: {why}"
        for letter in self.office.lost:
            self.memory.excused[letter.reader, self._row_of(letter).message.key] += 1
        self.office.lost.clear()

    def check(self) -> None:
        """The numbers add up, and nobody has more copies than could be helped."""
        assert tally.check(self.session) == {}
        rows = self.session.execute(
            select(Delivery.message_id, func.count()).group_by(Delivery.message_id)
        ).all()
        for message_id, count in rows:
            assert self.memory.created.setdefault(message_id, count) == count
        # Where the mail service knows letters again, only a database that was put back is excused:
        # it may hand over what the service, after a day, has forgotten too.
        is_known = bool(self.office.knows_again_by)
        excuses = self.memory.forgotten if is_known else self.memory.excused
        for (who, key), count in self.memory.copies.items():
            most = 1 + excuses[who, key]
            assert count <= most, f"{who} got {count} copies of {key}, at most {most}"
        for row in self.session.scalars(select(Delivery)):
            which = row.address, row.message.key
            is_accepted, has_a_copy = row.state == S.ACCEPTED, self.memory.copies[which] > 0
            assert has_a_copy or not is_accepted, f"{which} is called accepted, and has no copy"
            # What was in the air, or is forgotten, may have any end.
            is_told = is_accepted or not has_a_copy or self.memory.excused[which]
            assert is_told, f"{which} has a copy, and is called {row.state}"

    def finish(self) -> None:
        """The server takes all, the coach presses Resume, hours go by: nothing is left open."""
        if self.is_broken:
            return
        self.answers.clear()
        for _ in range(4):
            with self.step():
                self.resume_all()
            with self.step():
                self.look()
            self.clock.shift(3600)
        left_open = self.session.scalars(
            select(Delivery).where(Delivery.state.in_(UNSETTLED) | Delivery.next_at.is_not(None))
        ).all()
        assert not left_open, f"{left_open} have no result"
        self.session.rollback()

    def _row_of(self, letter: Taken) -> Delivery:
        letter_id = letter.message_id.strip("<>").partition("@")[0]
        copies = self.session.scalars(select(Delivery))
        # Where nothing forbids a second copy it is one of the same letter, with the same number.
        found, *_ = [copy for copy in copies if letter_id_of(copy) == letter_id]
        return found

    def _barred(self) -> list[tuple[str, object]]:
        closed = self.session.scalars(select(Suppression.address_key))
        paused = history.paused(self.session)
        return [
            *((LEFT, who) for who in self.memory.left),
            *((CLOSED, key) for key in closed),
            *((PAUSED, message.id) for message in paused),
        ]
