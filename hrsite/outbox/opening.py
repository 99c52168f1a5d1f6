"""A connection that is opened in a thread of its own, and can be given up meanwhile."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait

from hrsite.outbox.conversing import Conversation

# Opens a connection, and tells of it before the first word is said there. Raises Stopped.
Open = Callable[[Callable[[Conversation], object]], Conversation]
GIVING_UP_SECONDS = 0.05


class Opening:
    """What becomes of one."""

    def __init__(self, opener: ThreadPoolExecutor, open_host: Open) -> None:
        self._hosts: list[Conversation] = []
        self._future = opener.submit(open_host, self._hosts.append)

    @property
    def is_done(self) -> bool:
        """Is it open, or known that it cannot be?"""
        return self._future.done()

    def result(self) -> Conversation:
        """The connection. Raises Stopped."""
        return self._future.result()

    def _break_off(self) -> None:
        for host in self._hosts:
            host.break_off()

    def _close(self) -> None:
        if not self._future.cancelled() and self._future.exception() is None:
            self._future.result().close()

    @staticmethod
    def give_up(openings: Iterable["Opening"]) -> None:
        """Close them all, also those that the server lets wait."""
        going = {one._future: one for one in openings if not one._future.cancel()}
        waiting = set(going)
        while waiting:
            for future in waiting:
                going[future]._break_off()
            waiting = wait(waiting, GIVING_UP_SECONDS).not_done
        for one in going.values():
            one._close()
