"""What a server said is kept without the reader's address, however it is spelled or broken up."""

from collections.abc import Callable

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from hrsite.extensions import db
from hrsite.outbox.quoting import LONGEST, quoted
from tests.outbox import returned_mail
from tests.outbox.ledger import look, mail_goes_to, put_letter, rows
from tests.outbox.smtp_server import RawServer
from tests.outbox.test_bouncing import accepted, kept, path_of, take
from tests.raw_values import raw_values

JANE = "jane.doe+news@example.org"


@pytest.mark.parametrize(
    "words",
    [
        "5.7.1 Rejected. See https://unblock.example/?rcpt=jane.doe%2Bnews%40example.org for help",
        f"5.7.1 See https://unblock.example/?rcpt={JANE}",
        "5.1.1 bounce+jane.doe+news=example.org@lists.example is nobody here",
        "5.1.1 <jane.doe/news@example.org> unknown",
        "5.1.1 jane.doe=news&more?x@example.org unknown",
        "x" * (LONGEST - 12) + f" <{JANE}> unknown",
        f"{'a@b.example ' * 165} {JANE} {JANE}",
        "5.1.1 <jane.doe+news@",
    ],
)
def test_an_address_goes_however_it_is_spelled_and_wherever_the_text_is_cut(words: str) -> None:
    text = quoted(words)
    assert "jane" not in text
    assert "doe" not in text
    assert len(text) <= LONGEST


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("5.1.1 Jane.Doe: user unknown", "5.1.1 [address]: user unknown"),
        ("5.1.1 user jane.doe+news unknown", "5.1.1 user [address] unknown"),
        ("5.1.1 <jane.doe+news@\n5.1.1 example.org>", "5.1.1 <[address]>"),
        ("5.1.1 <jane.\n5.1.1 doe+news@exam\n5.1.1 ple.org>", "5.1.1 <[address]>"),
        ("550-5.1.1 <jane.d\n550-5.1.1 oe+news@example.org>", "550-5.1.1 <[address]>"),
        ("550 5.1.1 <jane.doe+ne\n 550 5.1.1 ws@example.org> no", "550 5.1.1 <[address]> no"),
        ("550-User <ja\n550-ne.doe+news@exam\n550 ple.org>", "550-User <[address]>"),
        ("5.1.1 jane.does is another name", "5.1.1 jane.does is another name"),
        ("5.2.2 The mailbox is full", "5.2.2 The mailbox is full"),
    ],
)
def test_the_readers_own_name_goes_where_it_is_known(words: str, text: str) -> None:
    assert quoted(words, JANE) == text


@given(
    cut=st.integers(1, len(JANE) - 1),
    again=st.sampled_from(["", "5.1.1 ", "550 5.1.1 ", "550-5.1.1 ", "550-", "550 "]),
)
def test_no_half_of_a_name_stays_wherever_a_line_ends(cut: int, again: str) -> None:
    text = quoted(f"550-5.1.1 <{JANE[:cut]}\n{again}{JANE[cut:]}> unknown", JANE)
    assert text == "550-5.1.1 <[address]> unknown"


def test_of_several_names_all_go_and_none_is_cut_in_two() -> None:
    words = "x" * (LONGEST - 12) + " box77 countess77"
    assert quoted(words, JANE, "box77", "countess77@mail.example").endswith("x [address]")
    assert quoted(words, "box77").endswith("x [address]")
    assert quoted("y" * (LONGEST + 1)) == "y" * LONGEST


@given(words=st.text(), about=st.sampled_from(["", JANE, "@", "a@b"]))
def test_whatever_a_server_says_is_one_short_line(words: str, about: str) -> None:
    text = quoted(words, about)
    assert len(text) <= LONGEST
    assert text.isprintable() or not text.isascii()
    assert "\n" not in text


@pytest.mark.parametrize(
    ("reader", "reply"),
    [
        ("jane.doe@example.org", b"550 5.7.1 See https://x.example/?rcpt=jane.doe%40example.org"),
        ("kathleen.o'brien@example.org", b"550 5.1.1 <kathleen.o'brien@example.org>: unknown"),
        ("jane.doe@example.org", b"550-5.1.1 Unknown: <jane.doe@\r\n550 5.1.1 example.org>"),
        ("jane.doe@example.org", b"450 4.2.1 mailbox of jane.doe is busy"),
    ],
)
def test_nothing_of_a_refused_readers_address_lies_in_the_database(
    app: Flask, session: Session, reader: str, reply: bytes
) -> None:
    put_letter(session, reader)
    with RawServer({"RCPT": reply + b"\r\n"}, {}) as server:
        mail_goes_to(app, server.port)
        look(app)
    (row,) = rows(session)
    assert "[address]" in (row.reply_text or "")
    names = [
        word
        for word in (b"jane", b"kathleen", b"brien")
        for it in raw_values(session).values()
        if word in it
    ]
    assert names == []


@pytest.mark.parametrize(
    ("recipients", "said"),
    [
        ("Final-Recipient: rfc822; box77@inner.example", "mailbox jane.doe is no more"),
        (
            "Original-Recipient: rfc822; jane.doe@example.org\nFinal-Recipient: rfc822; countess77",
            "user countess77 unknown",
        ),
        (
            "Final-Recipient: rfc822; jane.doe@example.org\nX-Actual-Recipient: rfc822; c77@x.y",
            "c77 has gone",
        ),
    ],
)
def test_nothing_of_whoever_a_report_names_lies_in_the_database(
    make_app: Callable[..., Flask], recipients: str, said: str
) -> None:
    app = make_app(MAIL_BOUNCE_ADDRESS="bounces@example.com")
    with app.app_context():
        session = db.session()
        (copy,) = accepted(app, session, 1, "jane.doe@example.org")
        report = returned_mail.status_report(path_of(copy), "5.1.1", f"550 5.1.1 {said}").decode()
        named = f"Final-Recipient: rfc822; {returned_mail.READER}\r\n"
        other = f"Original-Recipient: rfc822;{returned_mail.READER}\r\n"
        assert take(session, report.replace(other, "").replace(named, f"{recipients}\r\n").encode())
        (bounce,) = kept(session)
        assert "[address]" in bounce.reply_text
        whole = b"".join(raw_values(session).values())
        assert [name for name in (b"jane", b"countess", b"c77") if name in whole] == []
