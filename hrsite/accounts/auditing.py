"""Write down what was done at the desk, so that the coach can see it later. Append-only."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, event, select
from sqlalchemy.orm import Session

from hrsite.accounts.models import AuditEvent
from hrsite.columns import is_one_of

LONGEST_DETAIL = 200
PART = 500


class AuditIsAppendOnly(Exception):
    """Somebody tried to change or remove a line of the audit."""


def record(
    session: Session,
    kind: str,
    *,
    now: datetime,
    account_id: int | None = None,
    account_key: str | None = None,
    network_key: str | None = None,
    detail: str = "",
) -> AuditEvent:
    """Add one line: `kind` is what was done, such as "signed_in"; `detail` at most 200 letters.

    Raises ValueError when the detail looks like it holds an address: an audit outlives the
    people it speaks of, so it may count them but never name them.
    """
    if "@" in detail:
        raise ValueError("An audit line holds no address.")
    line = AuditEvent(
        happened_at=now,
        kind=kind,
        account_id=account_id,
        account_key=account_key,
        network_key=network_key,
        detail=detail[:LONGEST_DETAIL],
    )
    session.add(line)
    return line


def forget_old(session: Session, before: datetime) -> int:
    """Drop the next lines from before a moment; how many. Nothing else takes a line away."""
    old = select(AuditEvent.id).where(AuditEvent.happened_at < before).limit(PART)
    ids = session.scalars(old).all()
    session.execute(
        delete(AuditEvent)
        .where(is_one_of(AuditEvent.id, ids))
        .execution_options(synchronize_session=False)
    )
    return len(ids)


def _refuse(mapper: Any, connection: Any, line: AuditEvent) -> None:
    raise AuditIsAppendOnly(line.kind)


event.listen(AuditEvent, "before_update", _refuse)
event.listen(AuditEvent, "before_delete", _refuse)
