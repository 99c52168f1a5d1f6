"""A worker with MAIL_PACE: what a real mail server gets and when, by a clock that nobody awaits."""

from collections.abc import Callable, Iterator
from itertools import combinations
from types import SimpleNamespace

import pytest
from aiosmtpd.smtp import Envelope
from flask import Flask
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite import looking
from hrsite.extensions import db
from hrsite.outbox import delivering, presence
from tests.outbox.ledger import KEPT, mail_goes_to, put_letter, replies, states
from tests.outbox.smtp_server import Inbox, mail_server

LETTERS = 8
Arrivals = list[tuple[float, str]]

pytestmark = pytest.mark.usefixtures("inbox")


class FalseTime(SimpleNamespace):
    """Python's `time`, but that to sleep takes none: it only gets later."""

    late = 1000.0

    def monotonic(self) -> float:
        """How late it is."""
        return self.late

    def sleep(self, seconds: float) -> None:
        """Let so much time pass at once."""
        self.late += seconds


class Stamped(list[Envelope]):
    """Notes when each letter came, and for which domain."""

    def __init__(self, time: FalseTime, arrivals: Arrivals) -> None:
        super().__init__()
        self.time, self.arrivals = time, arrivals

    def append(self, letter: Envelope) -> None:
        """Keep a letter."""
        super().append(letter)
        self.arrivals.append((self.time.late, letter.rcpt_tos[0].rpartition("@")[2]))


@pytest.fixture
def arrivals() -> Arrivals:
    """What came, and when by the false time."""
    return []


@pytest.fixture
def inbox(app: Flask, arrivals: Arrivals, monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    """Mail goes to a server that notes by the false time what it gets."""
    time = FalseTime()
    monkeypatch.setattr(delivering, "time", time)
    with mail_server() as opened:
        opened.envelopes = Stamped(time, arrivals)
        mail_goes_to(app, opened.port)
        yield opened


def put_letters(session: Session, key: str, *domains: str) -> None:
    readers = [f"r{number}@{domain}" for number in range(LETTERS) for domain in domains]
    put_letter(session, *readers, key=key)


def assert_paced(moments: list[float], rate: float) -> None:
    """In no span more came than the pace allows; and nobody waited longer than that takes."""
    for (first, begin), (last, end) in combinations(enumerate(moments), 2):
        assert last - first + 1 <= max(1.0, rate) + rate * (end - begin) + 1e-6
    assert moments[-1] - moments[0] <= len(moments) / rate


@pytest.mark.parametrize("in_flight", [1, 5])
@pytest.mark.parametrize("rate", [0.5, 3.0])
def test_a_worker_hands_over_no_faster_than_the_pace(
    app: Flask,
    session: Session,
    arrivals: Arrivals,
    work: Callable[[], None],
    rate: float,
    in_flight: int,
) -> None:
    app.config.update(MAIL_PACE=rate, MAIL_IN_FLIGHT=in_flight, MAIL_CONNECTIONS=in_flight)
    for key in ("issue/1", "issue/2"):  # A second look begins with no fresh allowance.
        put_letters(session, key, "example.org")
        work()
    assert states(session) == {"accepted": 2 * LETTERS}
    assert_paced([moment for moment, _ in arrivals], rate)


def test_two_workers_share_the_pace(
    app: Flask, session: Session, arrivals: Arrivals, work: Callable[[], None]
) -> None:
    app.config["MAIL_PACE"] = 2.0
    presence.refresh(session, "another worker", our_clock.now())
    put_letters(session, "issue/1", "example.org")
    work()
    assert len(arrivals) == LETTERS
    assert_paced([moment for moment, _ in arrivals], 1.0)


def test_a_domain_has_a_pace_of_its_own_and_does_not_hold_up_another(
    app: Flask, session: Session, arrivals: Arrivals, work: Callable[[], None]
) -> None:
    app.config["MAIL_DOMAIN_PACE"] = 0.5
    put_letters(session, "issue/1", "example.org", "example.net")
    work()
    for domain in ("example.org", "example.net"):
        theirs = [moment for moment, name in arrivals if name == domain]
        assert len(theirs) == LETTERS
        assert_paced(theirs, 0.5)


def test_whoever_asks_for_a_letter_does_not_wait_behind_all_of_a_slow_domain(
    app: Flask, session: Session, arrivals: Arrivals
) -> None:
    app.config["MAIL_DOMAIN_PACE"] = 0.1
    put_letters(session, "issue/1", "example.org")
    asked = []

    def she_asks_meanwhile() -> bool:
        if arrivals and not asked:
            key, stream = "confirm/1", "transactional"
            asked.append(put_letter(db.session(), "ada@example.net", key=key, stream=stream))
        return False

    with app.app_context():
        looking.do_what_is_due(she_asks_meanwhile)
    assert len(arrivals) == LETTERS + 1
    # Of a minute's worth at a time, she waits for no more than that.
    assert [domain for _, domain in arrivals].index("example.net") <= 6


def test_a_service_that_letters_come_to_too_fast_is_given_a_second(
    app: Flask, session: Session, inbox: Inbox, arrivals: Arrivals, work: Callable[[], None]
) -> None:
    def four_a_second(letter: Envelope) -> str:
        if len(arrivals) == 4 and not told:
            told.append("454 Throttling failure: Maximum sending rate exceeded.")
            return told[0]
        return KEPT

    told: list[str] = []
    replies(inbox, four_a_second)
    put_letters(session, "issue/1", "example.org")
    work()
    assert states(session) == {"accepted": LETTERS - 1, "deferred": 1}
    moments = [moment for moment, _ in arrivals]
    assert moments == pytest.approx([1000.0] * 4 + [1001.0] * 3)
