"""Why letters were refused, in plain reasons, with the first few addresses of each."""

import pytest
from sqlalchemy.orm import Session

from hrsite.outbox import refusals
from hrsite.outbox.models import DeliveryState
from tests.outbox.ledger import becomes, put_letter, rows


@pytest.mark.parametrize(
    ("code", "text", "words"),
    [
        (550, "5.1.1 <ada@example.org>: unknown", "no such mailbox"),
        (550, "5.1.10 null MX", "no such mail domain"),
        (550, "5.1.2 bad host", "no such mail domain"),
        (550, "5.1.20 whatever", "no such mailbox"),
        (550, "5.2.1 disabled", "mailbox is closed"),
        (552, "5.2.2 over quota", "mailbox is full"),
        (550, "5.7.509 DMARC", "not the reader's fault"),
        (553, "5.6.7 need SMTPUTF8", "cannot carry"),
        (551, "user not local", "no such mailbox"),
        (552, "over quota", "mailbox is full"),
        (550, "no", "no clear reason"),
        (550, "5.1.0 Sender address rejected", "no clear reason"),
        (550, "", "no clear reason"),
        (None, "We cannot write to it.", "letters that your mail service cannot carry"),
    ],
)
def test_a_servers_words_become_a_plain_reason(code: int | None, text: str, words: str) -> None:
    assert words in refusals.reason(code, text)


def test_refusals_are_grouped_with_the_most_frequent_first(session: Session) -> None:
    message = put_letter(session, *[f"r{number}@example.org" for number in range(10)])
    other = put_letter(session, "else@example.org", key="issue/2")
    for number, row in enumerate(rows(session, message.id)):
        words = "5.1.1 none" if number < 7 else "5.2.2 full"
        becomes(session, row, DeliveryState.REFUSED, reply_code=550, reply_text=words)
    becomes(session, rows(session, other.id)[0], DeliveryState.REFUSED, reply_text="5.1.1 x")

    first, second = refusals.grouped(session, message.id)

    assert (first.reason, first.count) == ("There is no such mailbox.", 7)
    assert first.addresses == [f"r{number}@example.org" for number in range(5)]
    assert (second.count, len(second.addresses)) == (3, 3)
    assert refusals.grouped(session, 999_999) == []


def test_no_more_are_grouped_than_a_page_can_bear(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = put_letter(session, *[f"r{number}@example.org" for number in range(6)])
    for row in rows(session):
        becomes(session, row, DeliveryState.REFUSED, reply_code=550, reply_text="5.1.1 none")
    monkeypatch.setattr(refusals, "MOST_GROUPED", 4)
    assert [group.count for group in refusals.grouped(session, message.id)] == [4]
