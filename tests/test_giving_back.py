"""Memory that is free goes back to the machine, also after a large piece has come and gone."""

import ctypes
import subprocess
import sys

import pytest

from hrsite.config import PROJECT

HAS_MALLOPT = hasattr(ctypes.CDLL(None), "mallopt")
# In pages of memory. A piece of 4 MB that has come and gone teaches glibc to keep pieces of that
# size. The second one then stays for good, for something small lies behind it.
KEEPS = """
from hrsite.giving_back import give_back_early
if {early}:
    give_back_early()
def held():
    with open("/proc/self/statm") as told:
        return int(told.read().split()[1])
bytearray(4 << 20)
large = bytearray(b"1") * (4 << 20)
behind = [bytearray(20_000) for _ in range(20)]
most = held()
del large
print(most - held() > 512)
"""


@pytest.mark.skipif(not HAS_MALLOPT, reason="this C library cannot be told")
def test_a_large_piece_that_is_free_is_given_back() -> None:
    assert is_given_back(early=True)
    assert not is_given_back(early=False)


def is_given_back(*, early: bool) -> bool:
    """Does a fresh process hold less once it has let go of a large piece?"""
    code = KEEPS.format(early=early)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    return done.stdout.strip() == "True"
