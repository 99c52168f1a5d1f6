"""Letters over several connections at once, in one thread: whoever is ready goes on."""

from __future__ import annotations

import math
import selectors
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self

from hrsite.outbox.answering import answer_from, answer_to
from hrsite.outbox.conversing import Conversation, Stopped
from hrsite.outbox.lanes import Lane
from hrsite.outbox.opening import Open, Opening
from hrsite.outbox.parcels import Ended, Parcel
from hrsite.outbox.retrying import Answer

# The letter's token, and how it ended.
Done = tuple[Any, Answer]
# How long to look away while connections are being opened.
OPENING_SECONDS = 0.02
# So many connections are opened at the same time: each waits for several answers of the server.
MOST_OPENERS = 32
# So many letters are put together before they are written: of more, the first are no longer
# in the processor's cache. On fifty connections without delay that makes an eighth of the time.
MOST_AT_ONCE = 16
NEVER = math.inf


class Carrier:
    """Carries letters to one mail server over at most so many connections.

    `open_host` opens one and may take its time; it raises Stopped.
    """

    def __init__(self, open_host: Open, most_lanes: int = 1) -> None:
        self._open_host = open_host
        self._most_lanes = most_lanes
        self._lanes: list[Lane] = []
        self._waiting: deque[Parcel] = deque()
        self._done: list[Done] = []
        # Connections that can take a letter, and those with something to write.
        self._free: deque[Lane] = deque()
        self._eager: list[Lane] = []
        # Why no connection could be opened before there was a letter; the next one's answer.
        self._trouble: Answer | None = None
        # Until the server shows that it does not know what it offers.
        self._may_chunk = True
        # Nobody's time is over before.
        self._look_at = NEVER
        self._selector = selectors.DefaultSelector()
        self._opener = ThreadPoolExecutor(MOST_OPENERS, "opening") if most_lanes > 1 else None
        self._opening: list[Opening] = []

    def __enter__(self) -> Self:
        """Nothing is opened before the first letter."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        trouble: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """QUIT everywhere, unless something went wrong: then just hang up."""
        self.close(politely=kind is None)

    @property
    def has_waiting(self) -> bool:
        """Is there a letter that no connection has taken up yet?"""
        return bool(self._waiting)

    @property
    def capacity(self) -> int:
        """How many letters connections take up at once, and some more, for which more are opened.

        The server may let those wait. So there are no more of them than connections that are open:
        they double in the time that it takes to open one.
        """
        there = len(self._lanes)
        is_open = sum(lane.exchange.capacity for lane in self._lanes)
        return is_open + min(self._most_lanes - there, max(1, there))

    @property
    def is_ready(self) -> bool:
        """Would a letter be under way at once, or known not to be?"""
        return bool(self._lanes) or self._trouble is not None

    def make_ready(self) -> None:
        """Open a connection, however long that takes, before anybody's letter is on its way."""
        self._trouble = self.check()

    def offer(self, parcel: Parcel) -> None:
        """Take a letter; `poll` tells in time how it ended."""
        self._waiting.append(parcel)

    def take_back(self) -> list[Any]:
        """The letters no server has heard of, by their tokens: nothing becomes of them here."""
        tokens = [parcel.token for parcel in self._waiting]
        self._waiting.clear()
        return tokens

    def poll(self, seconds: float) -> list[Done]:
        """Go on with all that is under way, waiting at most so long; the letters that ended."""
        self._open_more()
        self._begin_more()
        if not self._done:
            self._wait(seconds)
            self._begin_more()
        done, self._done = self._done, []
        return done

    def check(self) -> Answer | None:
        """Open a connection, if there is none, and keep it: what stands in the way, or None."""
        if not self._lanes:
            try:
                self._add(self._open_here())
            except Stopped as trouble:
                return answer_from(trouble)
        return None

    def close(self, politely: bool = True) -> None:
        """Hang up everywhere."""
        # A server may let a connection wait for minutes: we do not.
        Opening.give_up(self._opening)
        if self._opener is not None:
            self._opener.shutdown(wait=True)
        # All at once: the answers then come together, however far the server is.
        for lane in self._lanes if politely else ():
            lane.say_goodbye()
        for lane in list(self._lanes):
            self._remove(lane)
        self._selector.close()

    def _open_more(self) -> None:
        """Open as many connections as there are letters for, the first ones first."""
        if self._trouble is not None and self._waiting:
            self._done.append((self._waiting.popleft().token, self._trouble))
            self._trouble = None
            return
        if not self._opening and (not self._waiting or len(self._lanes) >= self._most_lanes):
            return
        for opening in [one for one in self._opening if one.is_done]:
            self._opening.remove(opening)
            self._opened(opening.result)
        wanted = min(self._most_lanes, len(self._waiting) + self._busy_count())
        if self._opener is None:
            if wanted > len(self._lanes) and self._waiting:
                self._opened(self._open_here)
            return
        for _ in range(wanted - len(self._lanes) - len(self._opening)):
            self._opening.append(Opening(self._opener, self._open_host))

    def _open_here(self) -> Conversation:
        return self._open_host(lambda _: None)

    def _opened(self, result: Callable[[], Conversation]) -> None:
        try:
            self._add(result())
        except Stopped as trouble:
            if self._lanes:
                # It takes no more connections than these: that is no letter's fault.
                self._most_lanes = len(self._lanes)
            elif self._waiting:
                self._done.append((self._waiting.popleft().token, answer_from(trouble)))

    def _add(self, host: Conversation) -> None:
        lane = Lane(host, may_chunk=self._may_chunk)
        if lane.exchange.is_over:
            lane.close()
            raise Stopped("mail", "The mail server spoke out of turn.", fault="dropped")
        self._lanes.append(lane)
        self._selector.register(lane.sock, selectors.EVENT_READ, lane)
        self._list(lane)
        self._look_at = min(self._look_at, time.monotonic() + lane.shortest_wait)

    def _remove(self, lane: Lane) -> None:
        lane.is_gone = True
        self._lanes.remove(lane)
        self._selector.unregister(lane.sock)
        lane.close()

    def _begin_more(self) -> None:
        """Give the connections their next letters, idle ones first; write all there is to write."""
        self._hand_out()
        while self._eager:
            some, self._eager = self._eager, []
            for lane in some:
                lane.is_eager = False
                if not lane.is_gone:
                    self._push(lane)
            self._hand_out()

    def _hand_out(self) -> None:
        begun_count = 0
        while self._waiting and self._free and begun_count < MOST_AT_ONCE:
            lane = self._free.popleft()
            lane.is_listed = False
            if not lane.is_gone and lane.exchange.may_begin:
                lane.begin(self._waiting.popleft())
                begun_count += 1
                self._make_eager(lane)
                self._list(lane)

    def _list(self, lane: Lane) -> None:
        if lane.is_listed or not lane.exchange.may_begin:
            return
        lane.is_listed = True
        if lane.is_busy:
            self._free.append(lane)
        else:
            self._free.appendleft(lane)

    def _make_eager(self, lane: Lane) -> None:
        if not lane.is_eager:
            lane.is_eager = True
            self._eager.append(lane)

    def _wait(self, seconds: float) -> None:
        if self._lanes:
            seconds = max(0.0, min(seconds, self._look_at - time.monotonic()))
        if self._opening:
            seconds = min(seconds, OPENING_SECONDS)
        for key, events in self._selector.select(seconds):
            lane = key.data
            if events & selectors.EVENT_WRITE:
                self._push(lane)
            if events & selectors.EVENT_READ and not lane.is_gone:
                self._take(lane, lane.pull())
        self._give_up_late_ones()

    def _push(self, lane: Lane) -> None:
        ended = lane.push()
        if ended or lane.exchange.is_over:
            self._take(lane, ended)
        if not lane.is_gone and lane.wants_to_write != lane.is_blocked:
            lane.is_blocked = not lane.is_blocked
            events = selectors.EVENT_READ | (lane.is_blocked and selectors.EVENT_WRITE)
            self._selector.modify(lane.sock, events, lane)

    def _give_up_late_ones(self) -> None:
        """Looked at only when one may be late: there are many, and nearly always none is."""
        now = time.monotonic()
        if not self._lanes or now < self._look_at:
            return
        for lane in [one for one in self._lanes if (one.deadline or now + 1) <= now]:
            self._take(lane, lane.give_up())
        # What begins from now on cannot be late before.
        soon = [now + lane.shortest_wait for lane in self._lanes]
        deadlines = [lane.deadline for lane in self._lanes if lane.deadline is not None]
        self._look_at = min(soon + deadlines, default=NEVER)

    def _take(self, lane: Lane, ended: list[Ended]) -> None:
        """Write down how letters ended; a letter nobody has heard of waits for another lane."""
        self._may_chunk = self._may_chunk and not lane.exchange.cannot_chunk
        for end in reversed(ended):
            if end.was_begun:
                about = end.parcel.recipient.decode("ascii")
                answer = answer_to(end.stage, end.code, end.text, end.fault, about)
                self._done.append((end.parcel.token, answer))
            else:
                self._waiting.appendleft(end.parcel)
        if lane.is_gone:
            return
        if lane.exchange.is_over:
            self._remove(lane)
        else:
            self._list(lane)
            if lane.wants_to_write and not lane.is_blocked:
                self._make_eager(lane)

    def _busy_count(self) -> int:
        return sum(lane.is_busy for lane in self._lanes)
