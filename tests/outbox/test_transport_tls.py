"""Encryption and login: verified, or nothing is said that must stay private."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hrsite.outbox.connections import MailSettings, ServerCarrier
from hrsite.outbox.exchanging import MOST_CHUNKED
from hrsite.outbox.parcels import parcel_of
from tests.outbox.certificates import make_certificates, server_shield
from tests.outbox.letter_samples import hand_over, make_letter
from tests.outbox.smtp_server import DROP, SILENT, RawServer, Script, mail_server

LOGIN: dict[str, Any] = {"MAIL_USERNAME": "jördan", "MAIL_PASSWORD": "sésame"}
PASSWORD = "sésame".encode()
WITH_TLS: Script = {"EHLO": b"250-mail.example.org\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n"}
SHORT: dict[str, Any] = {"MAIL_TIMEOUT": 0.3, "MAIL_REPLY_TIMEOUT": 0.3}


def by(way: str) -> dict[str, Any]:
    """The settings of one way to encrypt."""
    return {"MAIL_USE_TLS": way == "STARTTLS", "MAIL_USE_SSL": way == "at once"}


@pytest.mark.parametrize("way", ["STARTTLS", "at once"])
def test_a_letter_goes_encrypted_and_logged_in(tmp_path: Path, way: str) -> None:
    authority = make_certificates(tmp_path)
    with mail_server(server_shield(tmp_path), at_once=way == "at once") as inbox:
        inbox.password = PASSWORD
        answers = hand_over(
            inbox.port, *[make_letter()] * 2, MAIL_CA_FILE=str(authority), **by(way), **LOGIN
        )
    assert [answer.kind for answer in answers] == ["accepted", "accepted"]
    assert inbox.logins == [("jördan".encode(), PASSWORD)]


@pytest.mark.parametrize("way", ["STARTTLS", "at once"])
@pytest.mark.parametrize("fault", ["unknown authority", "expired", "wrong name"])
def test_a_certificate_that_proves_nothing_stops_us_before_the_password(
    tmp_path: Path, way: str, fault: str
) -> None:
    name = "mail.example.net" if fault == "wrong name" else "127.0.0.1"
    authority = make_certificates(tmp_path, name, expired=fault == "expired")
    file = "" if fault == "unknown authority" else str(authority)
    with mail_server(server_shield(tmp_path), at_once=way == "at once") as inbox:
        (answer,) = hand_over(inbox.port, MAIL_CA_FILE=file, **by(way), **LOGIN)
    assert (answer.kind, answer.stage, answer.code) == ("setting", "handshake", None)
    assert "certificate" in answer.text
    assert (inbox.logins, inbox.envelopes) == ([], [])


def test_encryption_taken_away_on_the_way_stops_us_before_the_password() -> None:
    stripped: Script = {"EHLO": b"250-mail.example.org\r\n250 AUTH PLAIN LOGIN\r\n"}
    with RawServer(stripped) as server:
        (answer,) = hand_over(server.port, MAIL_USE_TLS=True, **LOGIN)
    assert (answer.kind, answer.stage) == ("setting", "starttls")
    assert [line for line in server.commands if not line.startswith(b"ehlo")] == []


def test_words_slipped_in_before_the_encryption_are_not_heard_after_it() -> None:
    slipped: Script = {**WITH_TLS, "STARTTLS": b"220 go\r\n250 AUTH PLAIN\r\n"}
    with RawServer(slipped) as server:
        (answer,) = hand_over(server.port, MAIL_USE_TLS=True, **LOGIN)
    assert (answer.kind, answer.stage) == ("setting", "starttls")


@pytest.mark.parametrize(
    ("action", "kind", "stage"),
    [
        (b"454 4.7.0 not now\r\n", "deferred", "starttls"),
        (b"501 5.5.4 what\r\n", "setting", "starttls"),
        (b"421 4.3.2 closing\r\n", "deferred", "starttls"),
        (DROP, "deferred", "starttls"),
        (SILENT, "deferred", "starttls"),
        (b"220 go\r\n", "deferred", "handshake"),
    ],
)
def test_encryption_that_does_not_start(action: bytes | str, kind: str, stage: str) -> None:
    # After "220 go" the raw server has no certificate to go on with, and says nothing.
    with RawServer({**WITH_TLS, "STARTTLS": action}) as server:
        (answer,) = hand_over(server.port, MAIL_USE_TLS=True, **SHORT, **LOGIN)
    assert (answer.kind, answer.stage) == (kind, stage)
    assert b"AUTH" not in b"".join(server.commands)


def test_a_server_that_speaks_no_tls_on_a_tls_port_is_a_setting() -> None:
    with RawServer() as server:
        (answer,) = hand_over(server.port, MAIL_USE_SSL=True)
    assert (answer.kind, answer.stage) == ("setting", "handshake")


def test_a_silent_server_on_a_tls_port_means_later() -> None:
    with RawServer({"BANNER": SILENT}) as server:
        (answer,) = hand_over(server.port, MAIL_USE_SSL=True, **SHORT)
    assert (answer.kind, answer.stage) == ("deferred", "handshake")


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_an_authority_file_that_cannot_be_read_is_a_setting(
    tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "ca.pem"
    if content:
        file.write_text(content)
    with RawServer() as server:
        (answer,) = hand_over(server.port, MAIL_USE_TLS=True, MAIL_CA_FILE=str(file))
    assert (answer.kind, answer.stage) == ("setting", "handshake")
    assert "MAIL_CA_FILE" in answer.text
    assert server.connections == 0


def test_a_password_never_goes_over_an_open_line_to_another_machine() -> None:
    (answer,) = hand_over(25, MAIL_SERVER="192.0.2.1", **LOGIN)
    assert (answer.kind, answer.stage, answer.code) == ("setting", "auth", None)
    assert "MAIL_USE_TLS" in answer.text


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_on_this_machine_a_login_without_encryption_is_fine(host: str) -> None:
    with mail_server() as inbox:
        inbox.password = PASSWORD
        assert hand_over(inbox.port, MAIL_SERVER=host, **LOGIN)[0].kind == "accepted"
    assert inbox.logins == [("jördan".encode(), PASSWORD)]


def test_without_a_username_nobody_logs_in() -> None:
    with mail_server() as inbox:
        assert hand_over(inbox.port, MAIL_PASSWORD="x")[0].kind == "accepted"
    assert inbox.logins == []


def test_a_wrong_password_pauses_and_is_not_told_on() -> None:
    with mail_server() as inbox:
        (answer,) = hand_over(inbox.port, **LOGIN)
    assert (answer.kind, answer.stage, answer.code) == ("setting", "auth", 535)
    assert "sésame" not in answer.text


@pytest.mark.parametrize("reply", [b"535 5.7.8 no\r\n", b"534 5.7.9 no\r\n", b"500 what\r\n"])
@pytest.mark.parametrize("offer", [b"PLAIN LOGIN", b"LOGIN"])
def test_a_login_that_fails_is_a_setting(offer: bytes, reply: bytes) -> None:
    ehlo = b"250-mail.example.org\r\n250 AUTH " + offer + b"\r\n"
    with RawServer({"EHLO": ehlo, "AUTH": reply}) as server:
        (answer,) = hand_over(server.port, **LOGIN)
    assert (answer.kind, answer.stage) == ("setting", "auth")
    assert server.letters == []


@pytest.mark.parametrize("offer", [b"250 SIZE 1000\r\n", b"250 AUTH CRAM-MD5 XOAUTH2\r\n"])
def test_a_server_that_offers_no_login_we_know_is_a_setting(offer: bytes) -> None:
    with RawServer({"EHLO": b"250-mail.example.org\r\n" + offer}) as server:
        (answer,) = hand_over(server.port, **LOGIN)
    assert (answer.kind, answer.stage) == ("setting", "auth")


def test_a_login_by_the_older_way_works_too() -> None:
    with mail_server(auth_exclude_mechanism=["PLAIN"]) as inbox:
        inbox.password = PASSWORD
        assert hand_over(inbox.port, **LOGIN)[0].kind == "accepted"
    assert inbox.logins == [("jördan".encode(), PASSWORD)]


def test_a_letter_that_the_server_has_while_others_are_being_written_is_accepted(
    tmp_path: Path,
) -> None:
    """Sent whole, several at once, and more of them than the system takes in one go."""
    authority = make_certificates(tmp_path)
    offers = b"250-mail.example.org\r\n250-PIPELINING\r\n250 CHUNKING\r\n"
    octets = b"Subject: long\r\n\r\n" + b"Twenty octets a line\r\n" * 200_000
    with RawServer({"EHLO": offers}, shield=server_shield(tmp_path), at_once=True) as server:
        settings = {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": server.port, **by("at once")}
        with ServerCarrier(MailSettings({**settings, "MAIL_CA_FILE": authority}), 1) as carrier:
            for number in range(MOST_CHUNKED):
                reader = f"reader{number}@example.org"
                carrier.offer(parcel_of("coach@example.org", reader, octets, number))
            ended = dict[int, str]()
            while len(ended) < MOST_CHUNKED:
                ended |= {number: answer.kind for number, answer in carrier.poll(1.0)}
    assert ended == dict.fromkeys(range(MOST_CHUNKED), "accepted")
    assert [len(letter) for letter in server.letters] == [len(octets)] * MOST_CHUNKED
