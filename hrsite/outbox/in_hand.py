"""The copies that one worker has claimed, and which of them the pace allows to go now."""

from collections import deque
from collections.abc import Callable
from datetime import datetime

from flask import current_app
from sqlalchemy.orm import Session

from hrsite.outbox import claiming, presence, turns
from hrsite.outbox.claiming import Claimed
from hrsite.outbox.pacing import Pace
from hrsite.outbox.retrying import Answer

# So many copies are claimed in one transaction; a row costs a hundredth of what it costs alone.
MOST_CLAIMED = 500
# What a slow pace can use up of a claim long before its lease ends.
CLAIM_SECONDS = 60.0


class InHand:
    """Claimed copies, none of them with a permit so far."""

    def __init__(self, session: Session, owner: str) -> None:
        self._session, self._owner = session, owner
        self._pace: Pace = current_app.extensions.setdefault("pace", Pace(0, 0))
        self._claimed: deque[Claimed] = deque()
        self._is_nothing_due = False

    @property
    def is_empty(self) -> bool:
        """Is nothing claimed just now?"""
        return not self._claimed

    @property
    def is_done(self) -> bool:
        """Is nothing claimed, and nothing due that could be?"""
        return self._is_nothing_due and self.is_empty

    def is_short(self, room: int) -> bool:
        """Is there room for more than is claimed, and perhaps more due?"""
        return len(self._claimed) < room and not self._is_nothing_due

    def look_again(self) -> None:
        """Something has become due since."""
        self._is_nothing_due = False

    def kept(self) -> Callable[[], None]:
        """What brings all back as it is now, when the transaction comes to nothing."""
        before = self._claimed.copy(), self._is_nothing_due

        def put_back() -> None:
            self._claimed, self._is_nothing_due = before[0].copy(), before[1]

        return put_back

    def claim_more(self, now: datetime) -> None:
        """Claim what is due. Then commit."""
        config, count = current_app.config, MOST_CLAIMED
        paces = config["MAIL_PACE"], config["MAIL_DOMAIN_PACE"]
        living = presence.living_count(self._session, now) if any(paces) else 1
        self._pace.shared_by(living, *paces)
        # Of few, so that what is asked for meanwhile does not wait behind all of these.
        for rate in filter(None, (self._pace.rate, self._pace.domain_rate)):
            count = max(1, min(count, int(rate * CLAIM_SECONDS)))
        claimed = claiming.claim(self._session, self._owner, now, count)
        self._is_nothing_due = len(claimed) < count
        self._claimed.extend(claimed)

    def take(
        self, room: int, moment: float, domain_of: Callable[[Claimed], str]
    ) -> tuple[list[Claimed], float]:
        """As many copies as there is room for and the pace allows; and the wait.

        `moment` is now in seconds of a steady clock.
        """
        if not self._pace.is_limited:
            return [self._claimed.popleft() for _ in range(min(room, len(self._claimed)))], 0.0
        wanted: list[Claimed] = []
        passed_by: list[Claimed] = []
        wait = 0.0
        while self._claimed and len(wanted) < room:
            one = self._claimed.popleft()
            domain = domain_of(one)
            if wait_here := self._pace.seconds_until(domain, moment):
                wait = min(wait, wait_here) if wait else wait_here
                passed_by.append(one)
            else:
                self._pace.take(domain)
                wanted.append(one)
        self._claimed.extendleft(reversed(passed_by))
        return wanted, wait

    def heard(self, answer: Answer, moment: float) -> None:
        """Go on more slowly, if the mail service asks for it."""
        self._pace.heard(answer, moment)

    def let_go(self, now: datetime) -> None:
        """What was claimed and not handed over is due again at once."""
        turns.hold_copies(self._session, [one.id for one in self._claimed])
        claiming.release(self._session, self._claimed, now)
