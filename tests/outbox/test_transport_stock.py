"""Controls: stock Flask-Mail 0.10 fails where ours does not. When one passes, ours can go."""

from __future__ import annotations

import email.policy
import smtplib
import socket
from collections.abc import Iterator
from contextlib import suppress
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import flask_mail
import pytest

from tests.outbox.certificates import make_certificates, server_shield
from tests.outbox.letter_samples import make_app
from tests.outbox.smtp_server import DROP, RawServer, mail_server

LINK = "<https://" + "h" * 70 + ".example.org/u/abcdefghijklmnopqrstuv>"


@pytest.fixture
def stock() -> Iterator[flask_mail.Mail]:
    """Stock Flask-Mail within an application; no server is needed to write a message."""
    app = make_app(25)
    with app.app_context():
        yield flask_mail.Mail(app)


def send(port: int, **settings: Any) -> None:
    """Send by stock Flask-Mail."""
    app = make_app(port, **settings)
    mail = flask_mail.Mail(app)
    with app.app_context():
        mail.send(written())


def written(**changes: Any) -> flask_mail.Message:
    fields: dict[str, Any] = {
        "subject": "A new note",
        "recipients": ["reader@example.net"],
        "body": "Hello.",
        "sender": "coach@example.org",
    }
    return flask_mail.Message(**fields | changes)


def parsed(message: flask_mail.Message) -> EmailMessage:
    return BytesParser(policy=email.policy.default).parsebytes(message.as_bytes())


@pytest.mark.parametrize("expired", [False, True])
def test_stock_flask_mail_tells_its_password_to_anybody(tmp_path: Path, expired: bool) -> None:
    make_certificates(tmp_path, "mail.example.net", expired)
    with mail_server(server_shield(tmp_path)) as inbox:
        inbox.password = b"sesame"
        send(inbox.port, MAIL_USE_TLS=True, MAIL_USERNAME="jordan", MAIL_PASSWORD="sesame")
    assert inbox.logins == [(b"jordan", b"sesame")]


def test_stock_flask_mail_waits_for_a_silent_server_without_end() -> None:
    with mail_server() as inbox:
        app = make_app(inbox.port)
        mail = flask_mail.Mail(app)
        with app.app_context(), mail.connect() as connection:
            assert isinstance(connection.host, smtplib.SMTP)
            assert isinstance(connection.host.sock, socket.socket)
            assert connection.host.sock.gettimeout() is None


def test_stock_flask_mail_calls_an_accepted_letter_a_failure() -> None:
    with RawServer({"QUIT": DROP}) as server, pytest.raises(smtplib.SMTPServerDisconnected):
        send(server.port)
    assert len(server.letters) == 1


def test_stock_flask_mail_hides_421_behind_another_fault() -> None:
    closing = RawServer({"RCPT": b"421 4.3.2 closing\r\n"})
    with closing as server, pytest.raises(smtplib.SMTPServerDisconnected) as caught:
        send(server.port)
    assert "421" not in str(caught.value)


def test_stock_flask_mail_spoils_a_long_list_unsubscribe(stock: flask_mail.Mail) -> None:
    octets = written(extra_headers={"List-Unsubscribe": LINK}).as_bytes()
    assert f"List-Unsubscribe: {LINK}\r\n".encode() not in octets


def test_stock_flask_mail_lets_a_header_be_slipped_in(stock: flask_mail.Mail) -> None:
    message = written(extra_headers={"X-Note": "x\nBcc: thief@example.net"})
    assert not message.has_bad_headers()
    # A Python with the mend for CVE-2024-6923 refuses in Flask-Mail's place, after all its checks.
    with suppress(MessageError):
        assert parsed(message)["Bcc"] == "thief@example.net"


def test_stock_flask_mail_loses_an_address_behind_a_comma(stock: flask_mail.Mail) -> None:
    message = written(sender=("Coach, Inc.", "coach@example.org"))
    assert b"coach@example.org" not in message.as_bytes()


def test_stock_flask_mail_writes_to_a_strangers_domain(stock: flask_mail.Mail) -> None:
    assert parsed(written(recipients=["b@faß.de"]))["To"] == "b@fass.de"


def test_stock_flask_mail_sends_lines_no_server_need_take(stock: flask_mail.Mail) -> None:
    octets = written(body="x" * 5000).as_bytes()
    assert max(map(len, octets.split(b"\n"))) >= 5000


def test_stock_flask_mail_makes_each_attempt_a_new_message(stock: flask_mail.Mail) -> None:
    first, second = parsed(written())["Message-ID"], parsed(written())["Message-ID"]
    assert first != second
    assert first.endswith(f"@{socket.getfqdn()}>")


def test_stock_flask_mail_wraps_a_plain_letter_as_if_it_had_files(stock: flask_mail.Mail) -> None:
    message = written(html="<p>Hello.</p>")
    assert parsed(message).get_content_type() == "multipart/mixed"
