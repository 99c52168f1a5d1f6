"""Keys on disk: made once and whole, and refused when others can read them."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hrsite.keys import UnsafeKeyFile, load_or_make


def test_a_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    key = load_or_make(path)
    assert len(key) == 43
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_or_make(path) == key
    assert [file.name for file in tmp_path.iterdir()] == ["secret.key"]


def test_two_keys_are_different(tmp_path: Path) -> None:
    assert load_or_make(tmp_path / "one") != load_or_make(tmp_path / "two")


def test_many_processes_that_start_together_get_the_same_key(tmp_path: Path) -> None:
    for number in range(20):
        path = tmp_path / f"{number}.key"
        with ThreadPoolExecutor(8) as pool:
            keys = set(pool.map(load_or_make, [path] * 8))
        assert len(keys) == 1
    assert len(list(tmp_path.iterdir())) == 20


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o644, 0o620, 0o666])
def test_a_key_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "secret.key"
    key = load_or_make(path)
    path.chmod(mode)
    with pytest.raises(UnsafeKeyFile, match=f"chmod 600 {path}") as raised:
        load_or_make(path)
    assert key not in str(raised.value)


@pytest.mark.parametrize("octets", [b"", b"short\n", b"\xff" * 64, " é".encode() * 40])
def test_a_broken_key_is_refused_and_left_alone(tmp_path: Path, octets: bytes) -> None:
    path = tmp_path / "secret.key"
    path.write_bytes(octets)
    path.chmod(0o600)
    with pytest.raises(UnsafeKeyFile, match="backup"):
        load_or_make(path)
    assert path.read_bytes() == octets
