"""Where pages lie as files: one place each, inside the folder, and taken back by one name."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hrsite.ready import readyfiles
from hrsite.ready.readyfiles import ReadyFiles

MARK = "0123456789abcdef"
ROOM = 10_000


@pytest.fixture
def files(tmp_path: Path) -> ReadyFiles:
    made = ReadyFiles(tmp_path / "ready", "coach.example", ROOM)
    made.begin()
    return made


def put(files: ReadyFiles, name: str, words: str, file: str = "posts/steps.html") -> Path:
    files.put(name, MARK, file, {"": words.encode()}, "00ff" * 5)
    return files.folder / "current" / "coach.example" / MARK / file


@given(st.text() | st.lists(st.sampled_from([*"/.-_a9%\0\n", "..", "index", ".html"])).map("".join))
@example("/../secret")
@example("/posts/..")
@example("//etc/passwd")
@example("/posts/\0")
@example("/posts/steps\n")
@example("/" + "a" * 5000)
@example("/\xc3\xa4")
@example("")
def test_a_file_lies_in_its_folder_or_nowhere(path: str) -> None:
    file = readyfiles.file_for(path)
    if file is None:
        return
    assert file == path[1:] + ".html"
    assert os.path.normpath(f"/folder/{file}") == f"/folder/{file}"
    assert all(len(part) < 200 for part in file.split("/"))
    assert len(file) < 2000


def test_a_page_and_the_folder_of_its_name_are_two(files: ReadyFiles) -> None:
    paths = ("/", "/posts", "/posts/", "/posts/index", "/posts/2026/06/", "/topics/sleep")
    for path in paths:
        file = readyfiles.file_for(path)
        assert file is not None
        put(files, "1-1000", path, file)
    files.show("1-1000", lambda: True)
    for path in paths:
        place = files.folder / "current" / "coach.example" / MARK / f"{path[1:]}.html"
        assert place.read_text() == path


def test_the_web_server_may_read_whatever_our_own_mask_is(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        files = ReadyFiles(tmp_path / "ready", "coach.example", ROOM)
        files.begin()
        place = put(files, "1-1000", "Words")
        files.show("1-1000", lambda: True)
    finally:
        os.umask(before)
    assert stat.S_IMODE(place.stat().st_mode) == 0o644
    for folder in list(place.resolve().parents)[:5]:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    assert folder == files.folder


def test_two_pages_of_one_size_have_two_times_for_a_server_makes_its_tag_of_them(
    files: ReadyFiles,
) -> None:
    told = set()
    for stamp in ("1a2b3c4d5e6f00000000", "1a2b3c4d5e6000000000"):
        files.put("1-1000", MARK, "x.html", {"": b"same", ".gz": b"size"}, stamp)
        folder = files.folder / "1-1000" / "coach.example" / MARK
        told |= {int((folder / name).stat().st_mtime) for name in ("x.html", "x.html.gz")}
    assert len(told) == 2
    assert all(0 <= one < readyfiles.STAMPS for one in told)


def test_one_name_less_takes_every_page_back(files: ReadyFiles) -> None:
    place = put(files, "1-1000", "Old")
    files.show("1-1000", lambda: True)
    assert place.read_text() == "Old"
    held = readyfiles.hold(str(files.folder))
    assert held
    os.close(held)
    assert not place.exists()
    assert files.has("1-1000", MARK, "posts/steps.html")  # Behind, until it is swept away.


def test_while_somebody_commits_nobody_puts_a_page_in_front(files: ReadyFiles) -> None:
    put(files, "1-1000", "Old")
    held = readyfiles.hold(str(files.folder))
    another = readyfiles.hold(str(files.folder))  # Two may commit at once.
    assert held
    assert another
    files.show("1-1000", lambda: True)
    assert files.current() is None
    os.close(held)
    files.show("1-1000", lambda: True)
    assert files.current() is None
    os.close(another)
    files.show("1-1000", lambda: False)
    assert files.current() is None
    files.show("1-1000", lambda: True)
    assert files.current() == "1-1000"


def test_only_what_is_older_is_taken_back_and_thrown_away(files: ReadyFiles) -> None:
    for name in ("1-1000", "2-1000", "2-2000", "3-1000"):
        put(files, name, name)
        files.show(name, lambda: True)
    files.keep("2-2000", 2)
    assert files.current() == "3-1000"  # Another process was here first.
    files.sweep("2-2000", 2)
    assert sorted(os.listdir(files.folder)) == ["2-2000", "3-1000", "current"]
    files.show("2-1000", lambda: True)
    files.keep("2-2000", 2)
    assert files.current() is None


def test_what_is_not_ours_is_left_alone(files: ReadyFiles) -> None:
    (files.folder / "letters").mkdir()
    (files.folder / "letters" / "1").write_text("Mine")
    files.begin()
    files.sweep()
    assert (files.folder / "letters" / "1").read_text() == "Mine"


def test_there_is_an_end_to_the_room_for_one_generation(files: ReadyFiles) -> None:
    body = {"": b"x" * (ROOM - 1)}
    assert files.put("1-1000", MARK, "a.html", body, "00" * 10)
    assert not files.put("1-1000", MARK, "b.html", body, "00" * 10)
    assert files.put("2-1000", MARK, "b.html", body, "00" * 10)


def test_a_host_that_is_no_name_gets_no_folder(tmp_path: Path) -> None:
    files = ReadyFiles(tmp_path / "ready", "..", ROOM)
    files.begin()
    assert not files.put("1-1000", MARK, "a.html", {"": b"x"}, "00" * 10)
    assert os.listdir(files.folder) == []


def test_what_was_written_by_halves_is_nowhere(
    files: ReadyFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "utime", full)
    with pytest.raises(OSError, match="No space"):
        put(files, "1-1000", "Half")
    assert [path for path in files.folder.rglob("*") if path.is_file()] == []


def test_where_the_plain_page_is_the_packed_one_is_too(files: ReadyFiles) -> None:
    place = put(files, "1-1000", "Words", "other.html").parent
    files.show("1-1000", lambda: True)
    (place / "x.html.gz").mkdir()  # It cannot be written.
    with pytest.raises(OSError, match=r"x\.html\.gz"):
        files.put("1-1000", MARK, "x.html", {"": b"plain", ".gz": b"packed"}, "00" * 10)
    assert not (place / "x.html").exists()


@pytest.mark.parametrize(
    ("kind", "cache", "is_file"),
    [
        ("text/html; charset=utf-8", "private, no-cache", True),
        ("text/html; charset=utf-8", "no-store", False),
        ("application/atom+xml; charset=utf-8", "private, no-cache", False),
        ("text/plain; charset=utf-8", "private, no-cache", False),
    ],
)
def test_only_pages_to_read_that_browsers_may_keep_are_files(
    kind: str, cache: str, is_file: bool
) -> None:
    assert readyfiles.are_usual([("content-type", kind), ("Cache-Control", cache)]) is is_file
