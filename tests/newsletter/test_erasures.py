"""The list of the erased beside the database: what a power cut leaves of it."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import clock as our_clock
from hrsite.newsletter import erasures
from hrsite.newsletter.erasures import Erasure
from hrsite.newsletter.models import Subscriber
from hrsite.outbox.models import Suppression
from tests import factories
from tests.newsletter.test_erasing import BEA, replay

pytestmark = pytest.mark.usefixtures("clock")
ADA_KEY = "a" * 64


def cut_in_the_middle_of_forgetting(folder: Path, at: int) -> None:
    """The power goes while old lines are taken away: the disk has what is new up to a place."""
    path = folder / erasures.NAME
    before = path.read_bytes()
    erasures.forget_old(folder, our_clock.now())
    after = path.read_bytes()
    assert len(after) < len(before)
    path.write_bytes(after[:at] + before[at:])


def test_a_line_put_together_of_two_by_a_power_cut_closes_no_address_and_keeps_nobody_back(
    app: Flask, session: Session, clock: Traveller
) -> None:
    folder = Path(app.config["DATA_DIR"])
    bea = factories.make_subscriber(session, BEA)
    key, long_ago = bea.address_key, our_clock.now() - timedelta(days=400)
    session.rollback()
    clock.shift(timedelta(hours=1))
    now = our_clock.now()
    for one in (
        Erasure("0" * 64, long_ago, never_again=True),
        Erasure("1" * 64, long_ago, never_again=True),
        Erasure(ADA_KEY, now, never_again=True),
        Erasure("c" * 64, now),
        Erasure(key, now),
    ):
        erasures.note(folder, one)
    lengths = [len(line) for line in (folder / erasures.NAME).read_bytes().splitlines(True)]
    # In the middle of the key of the last line, which then goes on as Ada's, four octets earlier.
    cut_in_the_middle_of_forgetting(folder, lengths[2] + lengths[3] + 50)
    torn = (folder / erasures.NAME).read_bytes().splitlines()[2]
    assert len(torn.split()[2]) == 68
    assert torn.endswith(b"never")

    assert "1 person" in replay(app)
    session.rollback()
    assert session.scalars(select(Subscriber)).all() == []
    assert session.scalars(select(Suppression.address_key)).all() == [ADA_KEY]
