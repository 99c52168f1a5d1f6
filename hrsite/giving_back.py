"""Has the C library give memory back that is free, where it would keep it for later."""

import ctypes
from contextlib import suppress

# Of glibc's <malloc.h>. See mallopt(3).
TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8
# Larger pieces go back at once. Set, it stays so; else the first piece of some megabytes (a page
# being compressed) moves it up, and from then on each thread keeps as much.
LARGE_OCTETS = 512 * 1024
# So much may lie free at the end: enough for the next page to find it there.
FREE_OCTETS = 1024 * 1024


def give_back_early() -> None:
    """Keep one pool for all threads, and little in it. Call it before there are threads.

    Of its own accord glibc gives each thread a pool, and what one thread has freed is no use to
    the others. They seldom want memory at the same moment, for Python lets one at a time run.
    """
    with suppress(AttributeError):  # Other systems' libraries have no such function.
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(ARENA_MAX, 1)
        mallopt(MMAP_THRESHOLD, LARGE_OCTETS)
        mallopt(TRIM_THRESHOLD, FREE_OCTETS)
