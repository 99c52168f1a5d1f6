"""Issues and lists in every state, for a browser. No worker runs there, so they stay so."""

from collections.abc import Callable
from datetime import timedelta
from itertools import cycle

from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.newsletter.models import Issue
from hrsite.newsletter.models_people import ListState
from hrsite.outbox import pausing, presence
from hrsite.outbox.models import Delivery, DeliveryState
from tests import factories
from tests.outbox.ledger import becomes, rows

REFUSALS = (
    "5.1.1 <{0}>: Recipient address rejected: User unknown in virtual mailbox table",
    "5.1.1 <{0}>: Recipient address rejected: User unknown in virtual mailbox table",
    "5.2.2 The email account that you tried to reach is over quota",
    "5.7.1 Service unavailable; client host blocked using a list of senders",
)
READER_COUNT = 38


def add_issues(session: Session) -> None:
    """One Issue for each state a page can show, numbered from 1 on, oldest first."""
    presence.announce(session, "a worker", clock.now())
    for number in range(READER_COUNT):
        factories.make_subscriber(session, f"{'adebjo'[number % 6]}.reader{number}@example.org")
    arrange: tuple[tuple[str, Callable[[Session, Issue], None]], ...] = (
        ("Finished, with a few who did not get it", _finished),
        ("Under way", _under_way),
        ("Stopped by a fault", _paused),
        ("Not known of five", _unknown),
        ("About to start", _ahead),
    )
    for title, deed in arrange:
        factories.make_post(session, title=title, send_to_readers=True)
        (issue,) = factories.open_issues(session)
        deed(session, issue)


def add_lists(session: Session) -> None:
    """A list as it is looked at first, one on its way, and one that was added."""
    for place, state in enumerate((ListState.READ, ListState.ADDING, ListState.ADDED)):
        text = f"Email,State\nlisted{place}@example.com,\nnobody,\nleft@example.com,left\n"
        brought = factories.make_list(session, text)
        brought.state = state
        if state == ListState.ADDED:
            brought.ended_at, brought.added_count, brought.people = clock.now(), 1, None
    session.commit()


def _settle(session: Session, copies: list[Delivery], state: DeliveryState) -> None:
    words = cycle(REFUSALS)
    for copy in copies:
        said = {}
        if state == DeliveryState.REFUSED:
            said = {"reply_code": 550, "reply_text": next(words).format(copy.address)}
        becomes(session, copy, state, **said)


def _finished(session: Session, issue: Issue) -> None:
    copies = rows(session, issue.message_id)
    for state, first, end in (
        (DeliveryState.REFUSED, 0, 7),
        (DeliveryState.WITHDRAWN, 7, 9),
        (DeliveryState.SUPPRESSED, 9, 12),
        (DeliveryState.UNCERTAIN, 12, 13),
        (DeliveryState.EXPIRED, 13, 14),
        (DeliveryState.ACCEPTED, 14, len(copies)),
    ):
        _settle(session, copies[first:end], state)


def _under_way(session: Session, issue: Issue) -> None:
    copies = rows(session, issue.message_id)
    _settle(session, copies[:20], DeliveryState.ACCEPTED)
    _settle(session, copies[20:22], DeliveryState.REFUSED)


def _paused(session: Session, issue: Issue) -> None:
    _under_way(session, issue)
    reason = "A mail setting is wrong: 5.7.8 Error: authentication failed"
    pausing.pause(issue.message, reason, clock.now())
    session.commit()


def _unknown(session: Session, issue: Issue) -> None:
    copies = rows(session, issue.message_id)
    _settle(session, copies[:5], DeliveryState.UNCERTAIN)
    _settle(session, copies[5:], DeliveryState.ACCEPTED)


def _ahead(session: Session, issue: Issue) -> None:
    issue.message.starts_at = clock.now() + timedelta(minutes=5)
    session.commit()
