"""A worker that is killed at one of its commits, or during which something else happens."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session


class Killed(BaseException):
    """The worker is gone, and nothing catches it."""


@contextmanager
def at_commit(
    ours: Session, commit: int, act: Callable[[], None], when: str, and_after: bool = False
) -> Iterator[None]:
    """Do something at the so-manieth commit of a worker, or at each from there on."""
    count = 0

    def at_a_commit(session: Session) -> None:
        nonlocal count
        # Neither our own, nor a savepoint: after that the database is still locked.
        if session is ours or session.in_nested_transaction():
            return
        count += 1
        if count == commit or and_after and count > commit:
            act()

    event.listen(Session, when, at_a_commit)
    try:
        yield
    finally:
        event.remove(Session, when, at_a_commit)


@contextmanager
def death(ours: Session, commit: int, when: str) -> Iterator[None]:
    """Kill a worker right before or after its so-manieth commit.

    Whatever it would write on its way out is not written: the dead let go of nothing.
    """
    is_dead = False

    def strike() -> None:
        nonlocal is_dead
        is_dead = True
        raise Killed

    with at_commit(ours, commit, strike, when, and_after=True):
        try:
            yield
        except Killed:
            pass
        except InvalidRequestError:
            # Struck within its commit, a session takes nothing more, not even a rollback.
            if not is_dead:
                raise
