"""A backup is put back while letters go out: what went since shows that, and the rest waits."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.outbox import in_hand
from hrsite.outbox.models import DeliveryState
from hrsite.outbox.recording import OlderLedger, Result, record
from hrsite.outbox.retrying import Answer
from tests.outbox.backups import copy
from tests.outbox.ledger import (
    READERS,
    claim_and_die,
    look,
    mail_goes_to,
    put_letter,
    rows,
    states,
    while_in_the_air,
)
from tests.outbox.smtp_server import mail_server
from tests.outbox.test_instance import resume, troubles

TAKEN = Answer("accepted", "reply", 250, None, "kept")


@pytest.fixture
def back_up(session: Session, tmp_path: Path) -> Callable[[], Callable[[], None]]:
    """A function that copies the database; what that returns puts it back, whoever is there."""
    live, kept = tmp_path / "hrsite.db", tmp_path / "kept.db"

    def make() -> Callable[[], None]:
        session.rollback()
        copy(live, kept)
        return lambda: copy(kept, live)

    return make


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("gone_before", [0, 1, 2])
def test_a_backup_put_back_in_the_midst_of_a_letter_stops_it_there(
    app: Flask,
    session: Session,
    back_up: Callable[[], Callable[[], None]],
    gone_before: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # So there is always more to claim, as of a long list.
    monkeypatch.setattr(in_hand, "MOST_CLAIMED", 1)
    look(app)
    put_letter(session, *READERS)
    restore = back_up()
    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        while_in_the_air(inbox, restore, after=gone_before)
        look(app)
        assert len(inbox.envelopes) == gone_before + 1
        assert look(app) == 0
        assert troubles(session) == ["behind"]
        assert states(session) == {"queued": 3}
        resume(session)
        assert look(app) == 3


@pytest.mark.parametrize("fence", [0, 1])
def test_an_answer_to_a_letter_that_the_ledger_never_let_go_shows_that_it_is_an_older_one(
    app: Flask, session: Session, fence: int
) -> None:
    """As it was before the claim; or claimed since, once more, by the worker that has not heard."""
    put_letter(session, READERS[0])
    (claimed,) = claim_and_die(session)
    (copy_there,) = rows(session)
    copy_there.state, copy_there.fence = DeliveryState.QUEUED, fence
    session.commit()
    with pytest.raises(OlderLedger):
        record(session, [Result(claimed, TAKEN)], our_clock.now())
