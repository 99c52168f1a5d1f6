"""How many letters may go now: a token bucket for the mail service, one for each domain. Pure."""

from dataclasses import dataclass, field

from hrsite.outbox.retrying import Answer, is_too_fast

# So many domains are remembered; beyond, all begin afresh.
MOST_DOMAINS = 10_000
# Thirds of a token do not add up to one; nobody waits for the last digit.
NEARLY = 1e-9
# So long nothing goes once the mail service says that letters come too fast: it counts by seconds.
REST_SECONDS = 1.0


@dataclass
class Bucket:
    """Fills by `rate` tokens a second, up to a second's worth, at least one. 0: no limit."""

    rate: float
    tokens: float = 1.0
    filled_at: float | None = None

    def seconds_until_one(self, now: float) -> float:
        """How long until a letter may go; 0.0: now. `now` in seconds of any steady clock."""
        if not self.rate:
            return 0.0
        if self.filled_at is not None:
            grown = max(0.0, now - self.filled_at) * self.rate
            self.tokens = min(max(1.0, self.rate), self.tokens + grown)
        self.filled_at = now
        missing = 1.0 - self.tokens
        return missing / self.rate if missing > NEARLY else 0.0

    def take(self) -> None:
        """A letter goes."""
        if self.rate:
            self.tokens -= 1.0


@dataclass
class Pace:
    """Letters a second: in all, and to one domain. 0: no limit."""

    rate: float
    domain_rate: float
    _all: Bucket = field(init=False)
    _domains: dict[str, Bucket] = field(init=False, default_factory=dict)
    _rests_until: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self._all = Bucket(self.rate)

    @property
    def is_limited(self) -> bool:
        """Is there any limit?"""
        return bool(self.rate or self.domain_rate or self._rests_until)

    def heard(self, answer: Answer, now: float) -> None:
        """Rest, if the mail service asks for it."""
        if is_too_fast(answer):
            self._rests_until = now + REST_SECONDS

    def shared_by(self, worker_count: int, rate: float, domain_rate: float) -> None:
        """Several workers share the limits in equal parts."""
        self.rate = self._all.rate = rate / max(1, worker_count)
        self.domain_rate = domain_rate / max(1, worker_count)
        for bucket in self._domains.values():
            bucket.rate = self.domain_rate

    def seconds_until(self, domain: str, now: float) -> float:
        """How long until a letter to this domain may go; 0.0: now."""
        if self._rests_until > now:
            return self._rests_until - now
        self._rests_until = 0.0
        wait = self._all.seconds_until_one(now)
        if self.domain_rate:
            if domain not in self._domains:
                if len(self._domains) >= MOST_DOMAINS:
                    self._domains.clear()
                self._domains[domain] = Bucket(self.domain_rate)
            wait = max(wait, self._domains[domain].seconds_until_one(now))
        return wait

    def take(self, domain: str) -> None:
        """A letter to this domain goes."""
        self._all.take()
        if domain in self._domains:
            self._domains[domain].take()
