"""Letters handed to a real mail server: what arrives, and what the ledger is told."""

from __future__ import annotations

from pathlib import Path

import flask_mail
import pytest

from hrsite.outbox.transport import BadHeader, NotAccepted, SafeMail, open_connection
from tests.outbox.letter_samples import hand_over, make_app, make_letter
from tests.outbox.smtp_server import RawServer, mail_server


def test_a_letter_arrives_and_the_servers_words_are_kept() -> None:
    with mail_server() as inbox, open_connection(make_app(inbox.port)) as connection:
        answer = connection.hand_over(make_letter(recipient="b@faß.de"))
    assert (answer.kind, answer.stage, answer.code) == ("accepted", "reply", 250)
    assert (answer.status, answer.text) == ("2.0.0", "2.0.0 kept")
    (envelope,) = inbox.envelopes
    assert envelope.mail_from == "coach@example.org"
    assert envelope.rcpt_tos == ["b@xn--fa-hia.de"]
    assert isinstance(envelope.content, bytes)
    assert b"Message-ID: <one.letter@example.org>\r\n" in envelope.content


def test_many_letters_share_one_connection() -> None:
    with mail_server() as inbox:
        with open_connection(make_app(inbox.port)) as connection:
            kinds = {connection.hand_over(make_letter()).kind for _ in range(20)}
        assert inbox.connections == 1
    assert kinds == {"accepted"}
    assert len(inbox.envelopes) == 20


def test_nothing_is_opened_before_the_first_letter() -> None:
    with mail_server() as inbox:
        with open_connection(make_app(inbox.port)):
            pass
        assert inbox.connections == 0


def test_a_look_at_the_server_sends_nothing_and_keeps_the_line() -> None:
    with mail_server() as inbox:
        with open_connection(make_app(inbox.port)) as connection:
            assert connection.check() is None
            assert inbox.envelopes == []
            assert connection.hand_over(make_letter()).kind == "accepted"
        assert inbox.connections == 1


def test_a_look_at_a_server_that_does_not_want_us_tells_why() -> None:
    blocking = RawServer({"BANNER": b"554 5.7.1 you are blocked\r\n"})
    with blocking as server, open_connection(make_app(server.port)) as connection:
        trouble = connection.check()
    assert trouble is not None
    assert (trouble.stage, trouble.text) == ("banner", "5.7.1 you are blocked")


def test_lines_that_begin_with_a_dot_arrive_as_they_were() -> None:
    octets = b"Subject: x\r\n\r\n.\r\n..two\r\n.one\r\nend\r\n"
    with mail_server() as inbox, open_connection(make_app(inbox.port)) as connection:
        answer = connection.hand_over_octets("a@example.org", "b@example.org", octets)
    assert answer.kind == "accepted"
    assert inbox.envelopes[0].content == octets


@pytest.mark.parametrize("octets", [b"a\nb\r\n", b"a\rb\r\n", b"a\n\r\n", b"a\r\n.\n"])
def test_a_letter_cannot_hide_another_behind_a_bare_line_end(octets: bytes) -> None:
    with (
        mail_server() as inbox,
        open_connection(make_app(inbox.port)) as connection,
        pytest.raises(BadHeader),
    ):
        connection.hand_over_octets("a@example.org", "b@example.org", octets)


@pytest.mark.parametrize("address", ["a@b.org>\r\nRCPT TO:<c@d.org", "a@b.org\n", "a@b.org> X=1"])
def test_no_command_can_be_slipped_into_an_address(address: str) -> None:
    with RawServer() as server, open_connection(make_app(server.port)) as connection:
        refused = connection.hand_over_octets("a@example.org", address, b"x\r\n")
        with pytest.raises(BadHeader):
            connection.hand_over_octets(address, "a@example.org", b"x\r\n")
    assert (refused.kind, refused.code) == ("refused", None)
    assert server.commands == []


def test_bounces_go_to_the_return_path() -> None:
    with RawServer() as server, open_connection(make_app(server.port)) as connection:
        connection.hand_over(make_letter(return_path="back+1@example.org"))
        connection.hand_over(make_letter(return_path=""))
    froms = [line for line in server.commands if line.startswith(b"MAIL")]
    assert froms == [b"MAIL FROM:<back+1@example.org>", b"MAIL FROM:<>"]


def test_we_introduce_ourselves_by_our_domain_not_by_the_machines_name() -> None:
    with RawServer() as server:
        for domain in ("example.org", "localhost"):
            with open_connection(make_app(server.port, MAIL_DOMAIN=domain)) as connection:
                connection.hand_over(make_letter())
    assert [line for line in server.commands if line.startswith(b"ehlo")] == [
        b"ehlo example.org",
        b"ehlo [127.0.0.1]",
    ]


def test_mail_rcpt_and_data_go_in_one_write_where_the_server_offers_it() -> None:
    ehlo = b"250-mail.example.org\r\n250-SIZE 1000000\r\n250 PIPELINING\r\n"
    with RawServer({"EHLO": ehlo}) as server:
        answers = hand_over(server.port, *[make_letter()] * 3)
    assert [answer.kind for answer in answers] == ["accepted"] * 3
    together = [octets for octets in server.writes if octets.startswith(b"MAIL")]
    assert len(together) == 3
    for octets in together:
        mail, rcpt, data = octets.splitlines()
        assert mail.startswith(b"MAIL FROM:<coach@example.org> SIZE=")
        assert (rcpt, data) == (b"RCPT TO:<reader@example.net>", b"DATA")


@pytest.mark.parametrize("data", [b"354 go on\r\n", b"503 5.5.1 no recipient\r\n"])
def test_a_refusal_among_commands_sent_together_is_the_one_we_hear(data: bytes) -> None:
    ehlo = b"250-mail.example.org\r\n250 PIPELINING\r\n"
    refusing = {"EHLO": ehlo, "RCPT": b"550 5.1.1 nobody here\r\n", "DATA": data}
    with RawServer(refusing) as server:
        answers = hand_over(server.port, *[make_letter()] * 2)
    for answer in answers:
        assert (answer.kind, answer.stage, answer.status) == ("refused", "rcpt", "5.1.1")
        assert answer.suppress
    assert server.letters == []
    if data.startswith(b"354"):
        # It waits for a letter: a command would be taken for words of it.
        assert not [octets for octets in server.writes if octets.startswith((b"RSET", b"QUIT"))]


def test_a_server_from_before_ehlo_still_gets_the_letter() -> None:
    with RawServer({"EHLO": b"502 5.5.1 what\r\n"}) as server:
        (answer,) = hand_over(server.port, make_letter(subject="é", text="é"))
    assert answer.kind == "accepted"
    assert server.letters[0].isascii()
    assert b"SMTPUTF8" not in b"".join(server.commands)
    assert b"BODY=" not in b"".join(server.commands)


def test_an_address_plain_smtp_cannot_carry_is_refused_kindly() -> None:
    with mail_server() as inbox, open_connection(make_app(inbox.port)) as connection:
        answer = connection.hand_over(make_letter(recipient="jö@example.org"))
    assert (answer.kind, answer.code, answer.suppress) == ("refused", None, False)
    assert "please use that one" in answer.text
    assert inbox.envelopes == []


def test_the_servers_words_are_bounded_and_made_harmless() -> None:
    words = (
        b"550-5.1.1 no\x1b[31m such\x00\r\n550 5.1.1 "
        + b"\xff\xe2\x80\xae"
        + b" xx" * 300
        + b"\r\n"
    )
    with RawServer({"RCPT": words}) as server:
        (answer,) = hand_over(server.port)
    assert answer.text.startswith("5.1.1 no [31m such 5.1.1 \ufffd x")
    assert 490 < len(answer.text) <= 500
    assert answer.text.isprintable()


def test_flask_mails_own_way_in_goes_out_safely(tmp_path: Path) -> None:
    with mail_server() as inbox:
        app = make_app(inbox.port, tmp_path, MAIL_DEFAULT_SENDER=("Coach, Inc.", "c@example.org"))
        app.testing = True  # Stock Flask-Mail would now send nothing, and say nothing.
        mail = SafeMail(app)
        with app.app_context(), mail.record_messages() as outbox:
            mail.send(flask_mail.Message("Hello", ["a@faß.de"], "Hi", bcc=["b@example.org"]))
            app.extensions["mail"].send(flask_mail.Message("Hello", ["c@example.org"], "Hi"))
    assert len(outbox) == 2
    tos = sorted(one for envelope in inbox.envelopes for one in envelope.rcpt_tos)
    assert tos == ["a@xn--fa-hia.de", "b@example.org", "c@example.org"]
    for envelope in inbox.envelopes:
        assert isinstance(envelope.content, bytes)
        assert b"b@example.org" not in envelope.content
        assert b'From: "Coach, Inc." <c@example.org>\r\n' in envelope.content
        assert b"@example.org>\r\nMIME-Version" in envelope.content


def test_flask_mails_send_says_when_a_message_was_not_accepted() -> None:
    with RawServer({"RCPT": b"550 5.1.1 nobody\r\n"}) as server:
        app = make_app(server.port)
        mail = SafeMail(app)
        with app.app_context(), pytest.raises(NotAccepted, match="5.1.1 nobody") as caught:
            mail.send(flask_mail.Message("Hi", ["a@b.org"], "Hi", sender="c@example.org"))
    assert caught.value.answer.suppress


def test_flask_mails_way_in_uses_the_folder_too(tmp_path: Path) -> None:
    app = make_app(None, tmp_path)
    mail = SafeMail()
    mail.init_app(app)
    with app.app_context():
        mail.send(flask_mail.Message("Hi", ["a@b.org"], "Hi", sender="c@example.org"))
    assert len(list(tmp_path.glob("*.eml"))) == 1


def test_an_error_in_our_own_code_does_not_send_half_a_letter() -> None:
    def deliver(port: int) -> None:
        with open_connection(make_app(port)) as connection:
            connection.hand_over(make_letter())
            raise ZeroDivisionError

    with RawServer() as server, pytest.raises(ZeroDivisionError):
        deliver(server.port)
    assert b"QUIT" not in server.commands
