"""Without a mail server, letters wait in a folder, and the desk can open them."""

from __future__ import annotations

import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from hrsite.outbox import folder
from hrsite.outbox.folder import NoSuchLetter
from hrsite.outbox.transport import FolderConnection, open_connection
from hrsite.outbox.wire import as_bytes
from tests.outbox.letter_samples import NOON, make_app, make_letter


def test_without_a_mail_server_letters_go_into_the_folder(tmp_path: Path) -> None:
    app = make_app(None, tmp_path / "mail")
    with open_connection(app) as connection:
        assert isinstance(connection, FolderConnection)
        answers = [connection.hand_over(make_letter(subject=word)) for word in ("one", "two")]
    assert [(answer.kind, answer.text) for answer in answers] == [
        ("accepted", "written to the folder")
    ] * 2
    assert sorted(one.subject for one in folder.letters(tmp_path / "mail")) == ["one", "two"]


def test_only_the_sites_own_account_can_read_the_letters(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        name = folder.write(tmp_path / "mail", b"To: a@b.org\r\n\r\n", NOON)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "mail").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "mail" / name).stat().st_mode) == 0o600


def test_a_folder_that_cannot_be_written_means_later(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file stands where the folder should be")
    with open_connection(make_app(None, tmp_path / "mail")) as connection:
        answer = connection.hand_over(make_letter())
    assert (answer.kind, answer.code) == ("deferred", None)
    assert "could not be written" in answer.text


def test_a_look_at_the_folder_tells_whether_letters_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file stands where the folder should be")
    with open_connection(make_app(None, tmp_path / "file")) as connection:
        assert connection.check() is not None
    with open_connection(make_app(None, tmp_path / "mail")) as connection:
        assert connection.check() is None
    assert folder.letters(tmp_path / "mail") == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_a_full_disk_leaves_no_half_letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The disk is full for real: the letter's file is opened on the device that always is.
    def open_full(path: object, flags: int, mode: int = 0o777) -> int:
        os.close(really_open(path, flags, mode))  # type: ignore[arg-type]
        return really_open("/dev/full", os.O_WRONLY)

    really_open = os.open
    monkeypatch.setattr("hrsite.outbox.folder.os.open", open_full)
    with open_connection(make_app(None, tmp_path / "mail")) as connection:
        answer = connection.hand_over(make_letter())
    assert answer.kind == "deferred"
    assert "No space left" in answer.text
    assert list((tmp_path / "mail").iterdir()) == []


def test_the_newest_letter_comes_first(tmp_path: Path) -> None:
    for minutes in (5, 0, 10):
        moment = NOON + timedelta(minutes=minutes)
        folder.write(tmp_path, as_bytes(make_letter(subject=str(minutes), date=moment)), moment)
    found = folder.letters(tmp_path)
    assert [one.subject for one in found] == ["10", "5", "0"]
    assert found[0].date == NOON + timedelta(minutes=10)
    assert [one.subject for one in folder.letters(tmp_path, limit=1)] == ["10"]


def test_a_folder_that_is_not_there_holds_no_letters(tmp_path: Path) -> None:
    assert folder.letters(tmp_path / "nowhere") == []


def test_other_files_in_the_folder_are_not_letters(tmp_path: Path) -> None:
    for name in ("notes.txt", ".20261123T120000.000000Z-0123456789abcdef.eml.part", "x.eml"):
        (tmp_path / name).write_text("x")
    assert folder.letters(tmp_path) == []


def test_a_letter_can_be_followed_to_the_last_click(tmp_path: Path) -> None:
    text = (
        "Hello Jö.\n\n"
        "Please confirm:\nhttps://example.org/confirm/abc\n\n"
        "Stop these letters: https://example.org/u/xyz.\n"
        "See <https://example.org/a> or [https://example.org/b]\n"
    )
    letter = make_letter(
        text=text,
        sender=("Coach, Inc.", "coach@example.org"),
        subject="Schöne Grüße " * 8,
        headers=(("List-Unsubscribe", "<https://example.org/u/xyz>"),),
    )
    name = folder.write(tmp_path, as_bytes(letter), NOON)
    opened = folder.read(tmp_path, name)
    assert opened.letter.to == "reader@example.net"
    assert opened.letter.sender == '"Coach, Inc." <coach@example.org>'
    assert opened.letter.subject.strip() == ("Schöne Grüße " * 8).strip()
    assert opened.text == text
    assert opened.html is not None
    assert opened.html.strip() == "<p>Hello.</p>"
    assert ("List-Unsubscribe", "<https://example.org/u/xyz>") in opened.headers
    assert opened.links == (
        ("Please confirm", "https://example.org/confirm/abc"),
        ("Stop these letters", "https://example.org/u/xyz"),
        ("See", "https://example.org/a"),
        ("or", "https://example.org/b"),
    )


def test_a_letter_of_plain_text_has_no_html(tmp_path: Path) -> None:
    name = folder.write(tmp_path, as_bytes(make_letter(html=None)), NOON)
    assert folder.read(tmp_path, name).html is None


@pytest.mark.parametrize(
    "name",
    [
        "",
        "..",
        "../secret.key",
        "/etc/passwd",
        "x.eml",
        "20261123T120000.000000Z-0123456789abcdef.eml",
        "20261123T120000.000000Z-0123456789abcdef.eml\n",
        "../20261123T120000.000000Z-0123456789abcdef.eml",
        "٢٠261123T120000.000000Z-0123456789abcdef.eml",
        "\x00",
    ],
)
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    outside = tmp_path / "20261123T120000.000000Z-0123456789abcdef.eml"
    outside.write_text("Subject: not yours\n\n")
    (tmp_path / "mail").mkdir()
    with pytest.raises(NoSuchLetter):
        folder.read(tmp_path / "mail", name)


def test_a_damaged_letter_is_shown_as_far_as_it_goes(tmp_path: Path) -> None:
    name = folder.write(tmp_path, b"\xff\xfe\x00 no header\r\nDate: someday\r\n\xff", NOON)
    opened = folder.read(tmp_path, name)
    assert opened.letter.date is None
    assert folder.letters(tmp_path)[0].name == name
