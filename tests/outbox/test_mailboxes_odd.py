"""Mailboxes that behave oddly: one bad message holds up no other, and words say what is wrong."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import looking
from hrsite.outbox import mailboxes
from hrsite.outbox.mailboxes import Unreadable
from tests.outbox.imap_server import Postbox, imap_server
from tests.outbox.test_mailboxes import (
    app,
    authority,
    bounce_count,
    imap_is,
    maildir,
    names,
    reports,
    words_of,
)

__all__ = ["app", "authority", "reports"]  # Fixtures.

Work = Callable[[], None]


@pytest.mark.parametrize("verdict", ["NO [SERVERBUG] damaged", "BAD Command Error. 12"])
def test_a_message_that_the_server_cannot_hand_out_holds_up_no_other(
    app: Flask, session: Session, work: Work, reports: list[bytes], authority: Path,
    clock: Traveller, verdict: str,
) -> None:  # fmt: skip
    damaged = Postbox([b"damaged", *reports], verdicts={"UID FETCH 1": verdict})
    with imap_server(authority, damaged) as box:
        imap_is(app, box, authority)
        work()
        assert bounce_count(session) == 2
        assert box.seen == {2, 3}


class EachGlanceTakesFourSeconds(SimpleNamespace):
    """Python's `time`, for a mail server that takes its time over each message."""

    late = 1000.0

    def monotonic(self) -> float:
        """How late it is."""
        self.late += 4.0
        return self.late


def test_letters_do_not_wait_until_a_slow_mailbox_is_read_to_its_end(
    app: Flask, session: Session, work: Work, reports: list[bytes], authority: Path,
    clock: Traveller, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    with imap_server(authority, Postbox([b"spam", *reports])) as box:
        imap_is(app, box, authority)
        monkeypatch.setattr(looking, "time", EachGlanceTakesFourSeconds())
        work()
        assert box.seen == {1, 2}
        clock.shift(timedelta(minutes=1))
        work()
        assert box.seen == {1, 2, 3}
    assert bounce_count(session) == 2


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"verdicts": {"SELECT": "OK [READ-ONLY] done"}}, "lets us mark nothing as read"),
        ({"verdicts": {"SELECT": "BAD what"}}, "has no folder"),
        ({"hangs_up_at": "LOGIN"}, "cannot be read (it hung up)"),
        ({"hangs_up_at": "SELECT"}, "cannot be read (it hung up)"),
    ],
)
def test_the_password_is_blamed_for_nothing_else(
    app: Flask, authority: Path, changes: dict[str, Any], words: str
) -> None:
    with imap_server(authority, Postbox([], **changes)) as box:
        imap_is(app, box, authority)
        assert words in words_of(app, "returned mail (imap)")[1]


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("name", "password"),
    [("returned mail", "letmein"), ("HOST\\bounces", "letmein"), ('a"b', "let me"), ("b", "Öffne")],
)
def test_every_name_and_password_can_be_said(
    app: Flask, authority: Path, name: str, password: str
) -> None:
    with imap_server(authority, Postbox([], password=password)) as box:
        imap_is(app, box, authority, BOUNCE_IMAP_USERNAME=name, BOUNCE_IMAP_PASSWORD=password)
        assert words_of(app, "returned mail (imap)") == ("good", "can be read")
        assert f"AUTHENTICATE PLAIN \0{name}\0{password}" in box.commands


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_file_that_cannot_be_read_holds_up_no_other_and_is_told(
    app: Flask, tmp_path: Path
) -> None:
    folder = maildir(app, tmp_path / "bounces", b"one", b"two", b"three")
    reading = mailboxes.Maildir(folder).unread()
    first, _ = next(reading)
    spoilt = folder / "new" / names(folder / "new")[1]
    spoilt.unlink()
    spoilt.mkdir()
    last, _ = next(reading)
    assert (first, last) == ("1780408800.0.host", "1780408800.2.host")
    with pytest.raises(Unreadable, match="directory"):
        next(reading)


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_file_with_the_longest_of_names_is_read_once(app: Flask, tmp_path: Path) -> None:
    folder = maildir(app, tmp_path / "bounces")
    (folder / "new" / ("1" * 255)).write_bytes(b"one")
    (folder / "new" / "2").write_bytes(b"two")
    box = mailboxes.Maildir(folder)
    for mark, _ in box.unread():
        box.mark_read(mark)
    assert names(folder / "new") == []
    assert len(names(folder / "cur")) == 2
