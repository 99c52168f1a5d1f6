"""What must be written down is written down, names nobody, and can be read at the desk."""

import re
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.accounts import auditing, noting
from hrsite.accounts.models import AuditEvent
from hrsite.newsletter.models import Issue
from tests import factories
from tests.posts.pressing import make_draft, plan, press

SOURCE = Path(noting.__file__).parents[1]
ONE_NOTE = re.compile(
    r"(?:\.note\(|\b_note\(|auditing\.record\(\s*[\w.()]+,)\s*\"(\w+)\"|\bdeed = \"(\w+)\" if"
)


def kinds(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(AuditEvent.kind).order_by(AuditEvent.id)))


def test_each_kind_that_must_be_written_down_is_and_has_words() -> None:
    must = ["sign-ins", "sends", "exports", "imports", "erasures", "settings"]
    assert list(noting.KINDS) == must
    texts = "\n".join(file.read_text() for file in SOURCE.rglob("*.py") if file.name != "noting.py")
    noted = {kind for pair in ONE_NOTE.findall(texts) for kind in pair if kind}
    assert noted <= set(noting.WORDS)
    assert {kind for kind in noting.WORDS if f'"{kind}"' not in texts} == set()


def test_sends_erasures_and_settings_are_written_down_and_shown(
    client: FlaskClient, coach: FlaskClient, session: Session
) -> None:
    person = factories.make_subscriber(session, "ada@example.org")
    session.commit()
    post = make_draft(session)
    assert press(coach, post, plan(coach, post)).status_code == 303
    session.rollback()
    assert coach.post(f"/desk/posts/{post.id}/stop").status_code == 303
    issue_id = session.scalars(select(Issue.id)).one()
    session.rollback()
    for deed in ("resume", "stop", "drop"):
        assert coach.post(f"/desk/issues/{issue_id}/{deed}").status_code == 303
    assert client.post(f"/settings/{person.links['settings']}/erase").status_code == 200
    done = ["article_published", "issue_stopped", "issue_resumed", "issue_stopped"]
    done += ["issue_dropped", "reader_erased"]
    assert [kind for kind in kinds(session) if kind in done] == done
    lines = session.scalars(select(AuditEvent)).all()
    assert all("ada" not in line.detail and "@" not in line.detail for line in lines)
    page = coach.get("/desk/account").text
    for kind in done:
        assert noting.WORDS[kind] in page


def test_a_press_that_changes_nothing_is_not_written_down(
    coach: FlaskClient, session: Session
) -> None:
    before = kinds(session)
    coach.post("/desk/issues/7/stop")
    assert kinds(session) == before


def test_the_newest_lines_stand_first_and_old_ones_are_left_out(session: Session) -> None:
    count = noting.SHOWN + 5
    for number in range(count):
        detail = f"issue {number}"
        auditing.record(session, "issue_stopped", now=our_clock.now(), detail=detail)
    session.commit()
    shown = noting.newest(session)
    assert [line.detail for line in shown] == [
        f"issue {number}" for number in range(count - 1, count - 1 - noting.SHOWN, -1)
    ]
