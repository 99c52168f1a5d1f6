"""What had its time before an older ledger was put back gets no new time by Resume, and what lies
ahead keeps the time it has: nobody gets a second copy, nobody is left out.
"""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from tests.outbox.backups import Backup, backup_of
from tests.outbox.ledger import READERS, look, put_letter, states
from tests.outbox.test_instance import folder_letters, resume

DAY = timedelta(days=1)


@pytest.fixture
def back_up(session: Session, database: str, tmp_path: Path) -> Backup:
    return backup_of(session, database, tmp_path)


def test_a_letter_that_was_late_when_the_backup_was_put_back_does_not_go_out_once_more(
    app: Flask, session: Session, clock: time_machine.Traveller, back_up: Backup
) -> None:
    look(app)
    put_letter(session, *READERS)
    restore = back_up()
    assert look(app) == 3
    clock.shift(3 * DAY)
    restore()
    assert look(app) == 0
    resume(session)
    assert look(app) == 0
    assert folder_letters(app) == 3
    assert states(session) == {"expired": 3}


def test_nor_does_one_from_a_backup_that_was_made_while_letters_were_held(
    app: Flask, session: Session, clock: time_machine.Traveller, back_up: Backup
) -> None:
    look(app)
    restore = back_up()
    look(app)
    restore()
    put_letter(session, *READERS)
    assert look(app) == 0
    restore = back_up()
    resume(session)
    assert look(app) == 3
    clock.shift(3 * DAY)
    restore()
    assert look(app) == 0
    resume(session)
    assert look(app) == 0
    assert folder_letters(app) == 3


def test_a_letter_that_is_planned_for_later_still_goes_out_then(
    app: Flask, session: Session, clock: time_machine.Traveller, back_up: Backup
) -> None:
    look(app)
    restore = back_up()
    look(app)
    restore()
    message = put_letter(session, *READERS, not_after=our_clock.now() + 4 * DAY)
    message.starts_at = our_clock.now() + 3 * DAY
    session.commit()
    assert look(app) == 0
    resume(session)
    assert look(app) == 0
    clock.shift(3 * DAY)
    assert look(app) == 3
