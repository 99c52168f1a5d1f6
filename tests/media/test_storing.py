"""A picture is kept whole or not at all, under a name nobody can guess."""

import errno
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite.media.models import Picture
from hrsite.media.storing import (
    AltTextMissing,
    AltTextTooLong,
    PictureNotKept,
    PictureTooLarge,
    path_of,
    store,
    url_path,
)
from tests.conftest import A_TUESDAY
from tests.media.picture_samples import as_bytes, halves

NAME = "a-b_CDEFGHIJKLMNOPQRST"


def keep(
    session: Session, folder: Path, upload: bytes | BytesIO | None = None, **changes: object
) -> Picture:
    choices = {"alt": "Two hands", "is_decorative": False} | changes
    content = as_bytes(halves()) if upload is None else upload
    return store(session, content, folder=folder, now=A_TUESDAY, **choices)  # type: ignore[arg-type]


def test_a_picture_is_kept_in_two_sizes_and_noted(session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "media"
    keep(session, folder, alt="  Two\nhands\x00 ")
    session.flush()
    picture = session.scalars(select(Picture)).one()
    full, small = path_of(folder, picture.name), path_of(folder, picture.name, "small")
    assert (picture.width, picture.height) == (80, 40)
    assert picture.alt == "Two hands"
    assert picture.created_at == A_TUESDAY
    assert picture.byte_count == full.stat().st_size
    assert sorted(folder.iterdir()) == sorted([full, small])


def test_only_the_site_itself_can_read_the_folder_and_its_files(
    session: Session, tmp_path: Path
) -> None:
    folder = tmp_path / "media"
    picture = keep(session, folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert path_of(folder, picture.name).stat().st_mode & 0o777 == 0o600


def test_the_same_picture_twice_has_two_names(session: Session, tmp_path: Path) -> None:
    assert keep(session, tmp_path).name != keep(session, tmp_path).name


def test_a_file_from_a_form_is_taken_like_bytes(session: Session, tmp_path: Path) -> None:
    assert keep(session, tmp_path, BytesIO(as_bytes(halves(), "PNG"))).width == 80


def test_a_picture_needs_words_or_to_be_decoration(session: Session, tmp_path: Path) -> None:
    with pytest.raises(AltTextMissing, match="mark it as decoration"):
        keep(session, tmp_path, alt=" \u00a0 ")
    assert keep(session, tmp_path, alt="left over", is_decorative=True).alt == ""
    with pytest.raises(AltTextTooLong, match="501 characters"):
        keep(session, tmp_path, alt="a" * 501)


def test_a_file_of_too_many_bytes_is_not_read_to_its_end(session: Session, tmp_path: Path) -> None:
    endless = BytesIO(b"\xff" * 5_000_000)
    with pytest.raises(PictureTooLarge, match="larger than 1 MB"):
        keep(session, tmp_path, endless, most_bytes=1024 * 1024)
    assert endless.tell() == 1024 * 1024 + 1
    with pytest.raises(PictureTooLarge, match="larger than 10 MB"):
        keep(session, tmp_path, b"\xff" * (10 * 1024 * 1024 + 1))
    assert not list(tmp_path.glob("*.webp"))


@contextmanager
def room_for(byte_count: int) -> Iterator[None]:
    """Let no file of this process grow beyond so many bytes, as a full disk would not."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (byte_count, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("room", [0, 100, 1_500])
def test_a_full_disk_leaves_no_half_picture(session: Session, tmp_path: Path, room: int) -> None:
    folder = tmp_path / "media"
    upload = as_bytes(halves(2000, 1000).effect_spread(400), "PNG")
    with room_for(room), pytest.raises(PictureNotKept, match="What you wrote is safe") as refused:
        keep(session, folder, upload)
    assert isinstance(refused.value.__cause__, OSError)
    assert refused.value.__cause__.errno == errno.EFBIG
    assert list(folder.iterdir()) == []
    assert not session.new


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_when_the_second_size_does_not_fit_the_first_goes_too(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The disk fills up between the two: the second is written to the device that is always full.
    opened = os.open

    def open_on_a_full_disk(path: Path, flags: int, mode: int = 0o777) -> int:
        is_second = str(path).endswith("-small.part")
        return opened("/dev/full", os.O_WRONLY) if is_second else opened(path, flags, mode)

    monkeypatch.setattr(os, "open", open_on_a_full_disk)
    with pytest.raises(PictureNotKept) as refused:
        keep(session, tmp_path)
    assert isinstance(refused.value.__cause__, OSError)
    assert refused.value.__cause__.errno == errno.ENOSPC
    assert not [*tmp_path.glob("*.webp"), *tmp_path.glob("*.part")]


def test_a_folder_that_cannot_be_made_is_said_kindly(session: Session, tmp_path: Path) -> None:
    (tmp_path / "media").write_text("in the way")
    with pytest.raises(PictureNotKept):
        keep(session, tmp_path / "media")


def test_addresses_and_paths_speak_of_the_same_file(tmp_path: Path) -> None:
    assert url_path(NAME) == f"/media/{NAME}.webp"
    assert url_path(NAME, "small") == f"/media/{NAME}-small.webp"
    assert path_of(tmp_path, NAME, "small") == tmp_path / f"{NAME}-small.webp"


@pytest.mark.parametrize("name", ["", "../../etc/passwd", NAME + "x", NAME[:-1] + ".", NAME + "\n"])
def test_no_other_name_leads_to_a_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="name of a picture"):
        path_of(tmp_path, name)
