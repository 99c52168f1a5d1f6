"""A mail server that fails at each stage: what is then known about the letter."""

from __future__ import annotations

import socket
import sys
from typing import Any

import pytest

from hrsite.outbox.retrying import Answer
from tests.outbox.letter_samples import hand_over, make_letter
from tests.outbox.smtp_server import (
    DRIP,
    DROP,
    ENDLESS,
    NO_LINE_END,
    SILENT,
    Action,
    RawServer,
    Script,
    mail_server,
)

SHORT: dict[str, Any] = {"MAIL_TIMEOUT": 0.5, "MAIL_REPLY_TIMEOUT": 0.5}
STAGES = ["BANNER", "EHLO", "MAIL", "RCPT", "DATA"]
PIPELINING: Script = {"EHLO": b"250-mail.example.org\r\n250 PIPELINING\r\n"}
GARBAGE: list[Action] = [b"SSH-2.0-OpenSSH\r\n", b"\xff\xfe\x00\r\n", b"\r\n", ENDLESS, NO_LINE_END]


def by_script(*scripts: Script, letters: int = 1) -> tuple[list[Answer], RawServer]:
    """Hand letters to a server with these scripts; with short limits only if it keeps silent."""
    keeps_silent = any(action in (SILENT, DRIP) for script in scripts for action in script.values())
    with RawServer(*scripts) as server:
        answers = hand_over(
            server.port, *[make_letter()] * letters, **(SHORT if keeps_silent else {})
        )
    return answers, server


@pytest.mark.parametrize("extra", [{}, PIPELINING], ids=["one by one", "together"])
@pytest.mark.parametrize("action", [SILENT, DROP, DRIP, *GARBAGE])
@pytest.mark.parametrize("stage", STAGES)
def test_a_fault_before_the_final_dot_means_later(
    stage: str, action: Action, extra: Script
) -> None:
    (answer,), server = by_script({**extra, stage: action})
    assert (answer.kind, answer.stage) == ("deferred", stage.lower())
    assert (answer.code, answer.suppress) == (None, False)
    assert answer.text
    assert server.letters == []


@pytest.mark.parametrize("action", [SILENT, DROP, DRIP, *GARBAGE, b"354 what\r\n"])
def test_a_fault_after_the_final_dot_means_nobody_knows(action: Action) -> None:
    (answer,), server = by_script({"DOT": action})
    assert (answer.kind, answer.stage) == ("uncertain", "reply")
    assert len(server.letters) == 1


def test_a_line_that_breaks_in_the_middle_of_a_letter_means_later() -> None:
    with RawServer({"BODY": DROP}) as server:
        (answer,) = hand_over(server.port, make_letter(text="x" * 20_000_000, html=None))
    assert (answer.kind, answer.stage) == ("deferred", "body")
    assert server.letters == []


def test_a_server_that_stops_reading_means_later() -> None:
    class Deaf(RawServer):
        def wait_while_silent(self, talk: socket.socket) -> None:
            self._closing.wait(10)

    with Deaf({"BODY": SILENT}) as server:
        (answer,) = hand_over(server.port, make_letter(text="x" * 20_000_000, html=None), **SHORT)
        assert (answer.kind, answer.stage) == ("deferred", "body")
        assert server.letters == []


def test_a_server_that_answers_before_the_end_is_not_believed() -> None:
    (answer,), server = by_script({"DATA": b"354 go on\r\n250 2.0.0 kept\r\n"})
    assert (answer.kind, answer.stage) == ("deferred", "body")
    assert server.letters == []


def test_an_answer_nobody_asked_for_does_not_count_for_the_next_letter() -> None:
    twice: Script = {"DOT": b"250 2.0.0 kept\r\n250 2.0.0 kept\r\n"}
    answers, server = by_script(twice, {"RCPT": b"550 5.1.1 nobody\r\n"}, letters=2)
    assert [answer.kind for answer in answers] == ["accepted", "refused"]
    assert server.connections == 2


@pytest.mark.parametrize("extra", [{}, PIPELINING], ids=["one by one", "together"])
@pytest.mark.parametrize("stage", ["BANNER", "EHLO", "MAIL", "RCPT", "DATA"])
def test_421_survives_at_every_stage(stage: str, extra: Script) -> None:
    (answer,), _ = by_script({**extra, stage: b"421 4.3.2 closing\r\n"})
    assert (answer.kind, answer.stage) == ("deferred", stage.lower())
    assert (answer.code, answer.status, answer.text) == (421, "4.3.2", "4.3.2 closing")


def test_421_after_the_final_dot_is_a_definite_no() -> None:
    answers, server = by_script({"DOT": b"421 4.3.2 closing\r\n"}, {}, letters=2)
    assert [(answer.kind, answer.code) for answer in answers] == [
        ("deferred", 421),
        ("accepted", 250),
    ]
    assert server.connections == 2


@pytest.mark.parametrize(
    ("stage", "reply", "kind"),
    [
        ("RCPT", b"450 4.7.1 come back\r\n", "deferred"),
        ("RCPT", b"550 5.1.1 nobody\r\n", "refused"),
        ("RCPT", b"552 5.2.2 full\r\n", "deferred"),
        ("RCPT", b"550 5.7.1 not from you\r\n", "policy"),
        ("MAIL", b"530 5.7.0 log in first\r\n", "setting"),
        ("MAIL", b"552 5.3.4 too large\r\n", "too_large"),
        ("DATA", b"451 not now\r\n", "deferred"),
        ("DOT", b"550 5.1.1 nobody\r\n", "refused"),
        ("DOT", b"554 5.7.1 looks bad\r\n", "policy"),
    ],
)
def test_a_refusal_is_told_and_the_next_letter_still_goes(
    stage: str, reply: bytes, kind: str
) -> None:
    with RawServer({stage: reply}) as server:
        answers = hand_over(server.port, *[make_letter()] * 2)
    assert [answer.kind for answer in answers] == [kind, kind]
    assert server.connections == 1
    assert server.commands.count(b"RSET") == (0 if stage == "DOT" else 2)


def test_a_refused_address_and_a_full_one_are_told_apart() -> None:
    (gone,), _ = by_script({"RCPT": b"550 5.1.1 nobody\r\n"})
    (full,), _ = by_script({"RCPT": b"452 4.2.2 full\r\n"})
    assert (gone.suppress, gone.soft_bounce) == (True, False)
    assert (full.suppress, full.soft_bounce) == (False, True)


@pytest.mark.parametrize("action", [SILENT, DROP, ENDLESS, b"500 no\r\n", b"421 bye\r\n"])
def test_a_fault_in_rset_does_not_stop_the_next_letter(action: Action) -> None:
    refusing: Script = {"RCPT": b"550 5.1.1 nobody\r\n", "RSET": action}
    answers, server = by_script(refusing, {}, letters=2)
    assert [answer.kind for answer in answers] == ["refused", "accepted"]
    assert server.connections == 2


@pytest.mark.parametrize("action", [SILENT, DROP, DRIP, ENDLESS, b"500 no\r\n", b"\r\n"])
def test_a_fault_in_quit_changes_nothing(action: Action) -> None:
    (answer,), server = by_script({"QUIT": action})
    assert answer.kind == "accepted"
    assert len(server.letters) == 1


# The farewell in one write with the reply: the next letter would else overtake it now and then.
@pytest.mark.parametrize("script", [{"AFTER": DROP}, {"DOT": b"250 ok\r\n421 4.4.2 idle\r\n"}])
def test_a_connection_closed_while_idle_costs_no_letter(script: Script) -> None:
    answers, server = by_script(script, {}, letters=2)
    assert [answer.kind for answer in answers] == ["accepted", "accepted"]
    assert len(server.letters) == 2
    assert server.connections == 2


def test_a_server_that_hangs_up_on_every_mail_is_not_asked_for_ever() -> None:
    answers, server = by_script({"AFTER": DROP}, {"MAIL": DROP}, letters=2)
    assert [answer.kind for answer in answers] == ["accepted", "deferred"]
    assert server.connections == 2


def test_after_a_broken_line_the_next_letter_opens_a_new_one() -> None:
    answers, server = by_script({"DOT": DROP}, {}, letters=2)
    assert [answer.kind for answer in answers] == ["uncertain", "accepted"]
    assert server.connections == 2


def test_a_letter_in_the_air_is_never_repeated_by_itself() -> None:
    (answer,), server = by_script({"DOT": DROP}, {})
    assert answer.kind == "uncertain"
    assert len(server.letters) == server.connections == 1


def test_no_server_at_the_door_means_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    (answer,) = hand_over(port)
    assert (answer.kind, answer.stage, answer.code) == ("deferred", "connect", None)
    assert "refused" in answer.text


@pytest.mark.skipif(sys.platform != "linux", reason="other systems answer when the queue is full")
def test_a_door_that_never_opens_means_later() -> None:
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for waiting in (first, second):  # They fill the queue, so the third knocks in vain.
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        (answer,) = hand_over(listener.getsockname()[1], **SHORT)
    assert (answer.kind, answer.stage) == ("deferred", "connect")
    assert "in time" in answer.text


@pytest.mark.parametrize("name", ["mail..example", "x" * 64 + ".example", "a b"])
def test_a_server_name_that_cannot_be_is_a_setting(name: str) -> None:
    (answer,) = hand_over(25, MAIL_SERVER=name)
    assert (answer.kind, answer.stage) == ("setting", "connect")


@pytest.mark.parametrize("banner", [b"554 5.7.1 you are blocked\r\n", b"521 no mail here\r\n"])
def test_a_server_that_does_not_want_us_is_a_setting(banner: bytes) -> None:
    (answer,), _ = by_script({"BANNER": banner})
    assert (answer.kind, answer.stage) == ("setting", "banner")


def test_a_letter_larger_than_the_server_takes_is_told_as_too_large() -> None:
    with mail_server(data_size_limit=2000) as inbox:
        letters = make_letter(text="x\n" * 2000), make_letter(html=None)
        large, small = hand_over(inbox.port, *letters)
    assert (large.kind, large.stage, large.code) == ("too_large", "mail", 552)
    assert small.kind == "accepted"
