"""The audit: lines are added, never changed, and name nobody."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from hrsite.accounts import auditing
from hrsite.accounts.models import AuditEvent


def test_a_line_says_what_was_done_and_when(session: Session, noon: datetime) -> None:
    auditing.record(session, "issue_stopped", now=noon, account_id=1, detail="issue 7")
    session.commit()
    line = session.query(AuditEvent).one()
    assert (line.kind, line.happened_at, line.detail) == ("issue_stopped", noon, "issue 7")


def test_a_line_is_never_changed_or_taken_away(session: Session, noon: datetime) -> None:
    line = auditing.record(session, "signed_in", now=noon)
    session.commit()
    line.kind = "signed_out"
    with pytest.raises(auditing.AuditIsAppendOnly):
        session.commit()
    session.rollback()
    session.delete(line)
    with pytest.raises(auditing.AuditIsAppendOnly):
        session.commit()


def test_a_line_never_holds_an_address(session: Session, noon: datetime) -> None:
    with pytest.raises(ValueError, match="no address"):
        auditing.record(session, "exported", now=noon, detail="reader@example.org")


def test_a_long_detail_is_cut(session: Session, noon: datetime) -> None:
    auditing.record(session, "exported", now=noon, detail="x" * 500)
    session.commit()
    assert session.query(AuditEvent).one().detail == "x" * 200
