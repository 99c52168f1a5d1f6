"""Who writes a list down and who leaves it take turns, so that each sees what the other has done.

On PostgreSQL both would else go on at once: her copy is not there yet when she calls hers back, and
she has not left yet where the list is read. SQLite lets one write at a time.

Who needs several of these takes them in one order, so that no two wait for each other for good:
the article or notice that a letter tells of, the turn, messages, their copies, their numbers. Who
takes a turn takes it once, and the stricter one if it is to write a list down.
"""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

# Ours among the locks of this database, like MIGRATING and COUNTING elsewhere.
LISTS = 7_264_103


def before_a_list(session: Session) -> None:
    """Until this transaction ends, nobody changes what is on a list. Lock no message before."""
    _lock(session, "pg_advisory_xact_lock")


def before_a_change(session: Session) -> None:
    """Until this transaction ends, no list is written down. Others may leave as well.

    Lock no message before.
    """
    _lock(session, "pg_advisory_xact_lock_shared")


def _lock(session: Session, name: str) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(getattr(func, name)(LISTS)))
