"""How many letters strangers may set off by typing addresses, how soon, and to one address.

Everything is counted in the database, so that several processes count together.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import Date, bindparam, delete, func, select, text
from sqlalchemy.orm import Session

from hrsite.accounts import tries
from hrsite.newsletter import letters, screening, trying
from hrsite.newsletter.models import Subscriber
from hrsite.newsletter.models_asking import AskedLetter, AskingNetwork, SignupRequest
from hrsite.outbox import history, suppression
from hrsite.outbox.models import TRANSACTIONAL
from hrsite.sealing import Seal

# Of letters that are no stranger's doing the limits take no notice.
NOT_BY_STRANGERS = (trying.TEST, letters.WELCOME)
HOUR, DAY, MONTH = timedelta(hours=1), timedelta(days=1), timedelta(days=30)
# Nobody says yes in the same second: a letter is judged when it is this old.
TIME_TO_CONFIRM = HOUR
# SQLAlchemy has this only for each database by itself, and both would be brought for it.
_COUNT = text(
    "INSERT INTO asking_networks (network_key, asked_on, asked_count) VALUES (:key, :day, 1)"
    " ON CONFLICT (network_key) DO UPDATE SET asked_count = asking_networks.asked_count + 1"
    " RETURNING asked_count"
).bindparams(bindparam("day", type_=Date))
# One lock for all of it, beside those of the tries at accounts and networks: hexadecimal, of 15.
_LOCK = "5160d00".ljust(15, "0")


@dataclass(frozen=True)
class Strain:
    """How hard the public forms are used now."""

    # Letters in the last hour, and how many there may be.
    written_count: int
    most: int
    # Of so many that were asked to confirm, so many did; nothing before there are enough.
    judged_count: int
    confirmed_count: int
    is_doubtful: bool
    # Who could be answered, were there no limit for all together.
    waiting_count: int

    @property
    def left(self) -> int:
        """How many letters may be written now."""
        return max(0, self.most - self.written_count)

    @property
    def is_on(self) -> bool:
        """Does anybody wait for others' sake?"""
        return self.left == 0 and self.waiting_count > 0


def turn(session: Session, network: str, now: datetime) -> int:
    """Count one asking; how often its network had asked before on this day."""
    key = _network_key(network, now)
    asked_count: int = session.execute(_COUNT, {"key": key, "day": now.date()}).scalar_one()
    return asked_count - 1


def due_at(turn: int, now: datetime) -> datetime:
    """When an asking may be answered: the first few of a network at once, then ever later."""
    config = current_app.config
    return now + screening.wait(
        turn - config["SIGNUP_FREE_A_DAY"],
        timedelta(minutes=config["SIGNUP_WAIT_MINUTES"]),
        timedelta(hours=config["SIGNUP_WAIT_HOURS"]),
    )


def strain(session: Session, now: datetime) -> Strain:
    """How it stands."""
    config = current_app.config
    judged, confirmed = _lately_asked(session, config["SIGNUP_CONFIRMED_OF"], now)
    is_doubtful = (
        judged >= config["SIGNUP_CONFIRMED_OF"]
        and confirmed * 100 < judged * config["SIGNUP_LEAST_PERCENT"]
    )
    written = select(func.count()).where(AskedLetter.written_at > now - HOUR)
    waiting = select(func.count()).where(SignupRequest.due_at <= now)
    return Strain(
        written_count=session.scalars(written.select_from(AskedLetter)).one(),
        most=config["SIGNUP_CALM_AN_HOUR" if is_doubtful else "SIGNUP_MOST_AN_HOUR"],
        judged_count=judged,
        confirmed_count=confirmed,
        is_doubtful=is_doubtful,
        waiting_count=session.scalars(waiting.select_from(SignupRequest)).one(),
    )


def _lately_asked(session: Session, of: int, now: datetime) -> tuple[int, int]:
    """Of the last so many who were asked to confirm: how many there were, how many did."""
    last = (
        select(AskedLetter.confirmed_at)
        .where(
            AskedLetter.is_to_confirm,
            AskedLetter.written_at > now - MONTH,
            AskedLetter.written_at <= now - TIME_TO_CONFIRM,
        )
        .order_by(AskedLetter.written_at.desc(), AskedLetter.id.desc())
        .limit(of)
        .subquery()
    )
    counted = select(func.count(), func.count(last.c.confirmed_at)).select_from(last)
    judged, confirmed = session.execute(counted).one()
    return judged, confirmed


def one_at_a_time(session: Session) -> None:
    """Let workers that answer strangers wait for each other, or each would find the last place."""
    tries.one_at_a_time(session, [_LOCK])


def note_letter(
    session: Session, subscriber: Subscriber, now: datetime, *, is_to_confirm: bool
) -> None:
    """Count a letter that a stranger has set off."""
    session.add(
        AskedLetter(subscriber_id=subscriber.id, is_to_confirm=is_to_confirm, written_at=now)
    )


def may_write_to(session: Session, address_key: str, now: datetime) -> bool:
    """Is a letter to this address still within its limits, whoever asks for it?"""
    config = current_app.config
    limits = [(DAY, config["SIGNUP_LETTERS_A_DAY"]), (MONTH, config["SIGNUP_LETTERS_A_MONTH"])]
    if suppression.is_suppressed(session, address_key):
        # Mail to it came back, or its owner complained of one.
        limits = [(MONTH, 1)]
    return all(
        history.letter_count(
            session, address_key, TRANSACTIONAL, now - span, besides=NOT_BY_STRANGERS
        )
        < most
        for span, most in limits
    )


def forget(session: Session, now: datetime) -> None:
    """Drop what no limit looks at any more."""
    session.execute(delete(AskingNetwork).where(AskingNetwork.asked_on < now.date()))
    session.execute(delete(AskedLetter).where(AskedLetter.written_at <= now - MONTH))


def _network_key(network: str, now: datetime) -> str:
    seal: Seal = current_app.extensions["seal"]
    return seal.keyed_hash(f"asking network {now:%Y-%m-%d} {network}")
