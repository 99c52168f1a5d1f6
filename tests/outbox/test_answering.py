"""A server's enhanced status is found wherever servers put it, and judged by."""

import pytest

from hrsite.outbox import refusals
from hrsite.outbox.answering import answer_to

MAILBOX = "There is no such mailbox."


@pytest.mark.parametrize(
    ("words", "status", "kind"),
    [
        ("5.1.1 nobody", "5.1.1", "refused"),
        ("5.7.1: Client host rejected", "5.7.1", "policy"),
        ("5.7.1<ada@example.org>: Access denied", "5.7.1", "policy"),
        ("#5.1.1 nobody here", "5.1.1", "refused"),  # Cisco IronPort.
        ("sorry, no mailbox here by that name. (#5.1.1)", "5.1.1", "refused"),  # qmail.
        ("sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", "5.7.1", "policy"),
        ("No such user\n5.1.1 Look at our help", "5.1.1", "refused"),
        ("no such user", None, "refused"),
        ("see 5.1.1 of our rules", None, "refused"),
        ("5.1.1.7 is no address of ours", None, "refused"),
    ],
)
def test_a_status_is_found_where_servers_put_it(words: str, status: str | None, kind: str) -> None:
    answer = answer_to("rcpt", 550, words, None, "ada@example.org")
    assert (answer.status, answer.kind) == (status, kind)
    assert answer.suppress == (status == "5.1.1")
    if answer.suppress:
        assert refusals.reason(550, answer.text) == MAILBOX


def test_words_that_begin_with_their_status_are_kept_as_they_are() -> None:
    for words in ("5.1.1 nobody", "5.7.1 a\n5.7.1 b", "no", ""):
        assert answer_to("rcpt", 550, words, None).text == words.replace("\n", " ")
    assert answer_to("rcpt", 550, "#5.1.1 nobody", None).text == "5.1.1 nobody"
    assert answer_to("reply", 250, "2.0.0", None).text == "2.0.0"
