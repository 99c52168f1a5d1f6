"""What is forgotten by night, and after how long: each thing in short transactions.

These periods are promises: the receipt in the models, the privacy page and the letters name them.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

import structlog
from sqlalchemy.orm import Session

from hrsite import clock, unsaved
from hrsite.accounts import auditing, signing_in
from hrsite.media import tidying as stray_files
from hrsite.newsletter import (
    consent,
    erasing,
    erasures,
    guarding,
    lapsing,
    leaving_again,
    leavings,
    letting_go,
    moving,
    owing,
)
from hrsite.outbox import folder, forgetting, forgotten, presence, returned, suppression
from hrsite.pages import binning
from hrsite.posts import viewing

log = structlog.get_logger(__name__)

# Unconfirmed signups; the confirmation letter says so.
UNCONFIRMED_FOR = timedelta(days=14)
# Who got which letter, and what came back. Then only numbers.
COPIES_FOR = forgotten.COPIES_KEPT_FOR
# The proof that somebody asked for letters, after she has left.
EVIDENCE_FOR = timedelta(days=3 * 365 + 1)
# What was done at the desk.
AUDIT_FOR = timedelta(days=365)
# Who has left may come back within the hour, and is then owed what she was owed before.
LEFT_FOR_GOOD = timedelta(days=1)
# Mail servers try for five days or so; nothing that comes after this is about a letter of then.
REPORTS_COME_WITHIN = timedelta(days=30)
# Words in a form that was never saved wait so long for her to come back to them.
UNSAVED_FOR = timedelta(days=90)
# Without a mail server letters lie in a folder, in the clear.
FOLDER_FOR = timedelta(days=14)
# A file without a picture may be one that is being saved just now.
STRAYS_FOR = timedelta(days=1)


class Folders(NamedTuple):
    """Where things lie that are in no table."""

    data: Path
    media: Path
    mail: Path


def forget(
    session: Session, folders: Folders, now: datetime, should_stop: Callable[[], bool]
) -> None:
    """Forget what has had its time. Commits after each part: nobody waits long for the database."""
    _safely(session, partial(_erase_again, session, folders.data, now))
    _safely(session, partial(_leave_again, session, folders.data, now))
    for some in (
        partial(lapsing.forget_unconfirmed, session, now - UNCONFIRMED_FOR, now),
        partial(forgetting.forget_part, session, now - COPIES_FOR),
        partial(forgetting.forget_loose_bounces, session, now - COPIES_FOR),
        partial(consent.forget_old, session, now - EVIDENCE_FOR),
        partial(auditing.forget_old, session, now - AUDIT_FOR),
        partial(moving.forget_old, session, now),
    ):
        while not should_stop() and _safely(session, some):
            pass
    for job in (
        partial(consent.forget_lists, session, now - EVIDENCE_FOR),
        partial(signing_in.forget_ended, session, now),
        partial(guarding.forget, session, now),
        partial(letting_go.let_go, session, session.commit, should_stop),
        partial(owing.give_back_once_settled, session),
        partial(owing.tidy, session, now - LEFT_FOR_GOOD, now),
        partial(presence.forget, session, now - UNCONFIRMED_FOR),
        partial(returned.forget_calls, session, now - UNCONFIRMED_FOR),
        partial(suppression.forget_opened, session, now - REPORTS_COME_WITHIN),
        partial(unsaved.forget_old, session, now - UNSAVED_FOR),
        partial(binning.empty, session, now),
        partial(viewing.fold_old, session, clock.local(now).date()),
        partial(stray_files.remove_strays, session, folders.media, now - STRAYS_FOR),
        partial(folder.forget_old, folders.mail, now - FOLDER_FOR),
    ):
        _safely(session, job)


def _erase_again(session: Session, data: Path, now: datetime) -> None:
    erasing.replay(session, data, now, session.commit)
    erasures.forget_old(data, now)


def _leave_again(session: Session, data: Path, now: datetime) -> None:
    leaving_again.replay(session, data, session.commit)
    leaving_again.replay_looks(session, data, session.commit)
    leavings.forget_old(data, now)


def _safely(session: Session, job: Callable[[], int | None]) -> int:
    """Do one part in a transaction of its own; how many it found. A fault keeps no other back."""
    try:
        count = job()
        session.commit()
    except Exception as trouble:
        session.rollback()
        log.error("not_forgotten", exc_info=trouble)
        return 0
    return count or 0
