"""Letters a second of every sender, beside one another: for each cell in turn, round by round."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import product

from tests.bench import senders
from tests.bench.bench import Bench
from tests.bench.options import Cell
from tests.bench.senders import Sender
from tests.bench.smtp_source import SmtpSource
from tests.bench.taking import Taken

# Not the first letters: a connection pool, a statement cache and a clock speed warm up.
FIRST_LETTERS, ENOUGH = 20, 1.5
FEWEST_LETTERS = 20


@dataclass
class Row:
    """What one sender did in one cell, in every round."""

    name: str
    taken: list[Taken] = field(default_factory=list)

    @property
    def a_second(self) -> float:
        """Letters a second, the median."""
        return statistics.median(taken.cost.a_second for taken in self.taken)

    @property
    def cpu_per_thousand(self) -> float:
        """Seconds of processor time for a thousand letters, the median."""
        return statistics.median(taken.cost.cpu_per_thousand for taken in self.taken)

    @property
    def peak_octets(self) -> int:
        """The most memory it ever held."""
        return max(taken.cost.peak_octets for taken in self.taken)

    @property
    def busy(self) -> float:
        """How busy the sink was, the median."""
        return statistics.median(taken.busy for taken in self.taken)

    @property
    def spread(self) -> float:
        """How far the rounds lie apart, as a share of the median."""
        rates = [taken.cost.a_second for taken in self.taken]
        return (max(rates) - min(rates)) / self.a_second if self.a_second else 0.0


def measure(bench: Bench, cell: Cell, source: SmtpSource | None) -> list[Row]:
    """One cell: warm every sender up, then measure them in turn, each round in another order."""
    with _senders(bench, cell, source) as known:
        counts = {sender.name: _warm_up(bench, sender, cell) for sender in known}
        rows = {sender.name: Row(sender.name) for sender in known}
        for number in range(bench.options.rounds):
            for sender in known if number % 2 == 0 else reversed(known):
                rows[sender.name].taken.append(_once(bench, sender, cell, counts[sender.name]))
    for row in rows.values():
        for taken in row.taken:
            bench.note(f"{row.name}, {cell}", taken)
    return list(rows.values())


@contextmanager
def _senders(bench: Bench, cell: Cell, source: SmtpSource | None) -> Iterator[list[Sender]]:
    options, port, core = bench.options, bench.sink.port, bench.sender_core
    found: list[Sender] = []
    with ExitStack() as stack:
        if source:
            order = {"connections": cell.connections, "octets": options.letter_octets}
            found.append(senders.Postfix(source, order | {"port": port, "core": core}))
        found.append(senders.flask_mail(stack, cell, options.letter_octets, port, bench.log, core))
        for way, count in product(options.ways, sorted({1, options.workers})):
            # One letter in the air uses one connection, however many there are.
            is_more_than_used = way.in_flight == 1 and cell.connections > 1
            if not is_more_than_used and cell.connections >= count:
                found.append(senders.hrsite(stack, bench, way, cell.connections, count))
        yield found


def _warm_up(bench: Bench, sender: Sender, cell: Cell) -> int:
    """Longer and longer runs; from the last follows how many letters a measurement takes.

    Of few letters most of the time goes into opening connections, so there are runs until they
    ask for about as many letters as they had.
    """
    tried, wanted = 0, FIRST_LETTERS
    while wanted > ENOUGH * tried:
        tried = wanted
        rate = _once(bench, sender, cell, tried).cost.a_second
        wanted = _bounded(bench, rate * bench.options.seconds)
    return wanted


def _bounded(bench: Bench, letters: float) -> int:
    return int(min(bench.options.distinct, max(FEWEST_LETTERS, letters)))


def _once(bench: Bench, sender: Sender, cell: Cell, letters: int) -> Taken:
    sender.prepare(letters)
    return bench.sink.take(
        lambda: sender.hand_over(letters),
        latency_ms=cell.latency_ms,
        chunking=sender.chunking,
        distinct=letters,
        own_links=sender.has_own_links,
    )


def limits(bench: Bench) -> dict[str, Taken]:
    """How many letters a second the sink itself can take, whoever they come from."""
    found = {}
    octets, port = bench.options.letter_octets, bench.sink.port
    with bench.child("tests.bench.blaster") as child:
        for name, chunking in (("DATA, pipelined", False), ("BDAT, pipelined", True)):
            letters = 400
            for _ in range(2):  # The first only tells how many the second takes.
                order = {"letters": letters, "connections": 4, "octets": octets, "port": port}
                found[name] = bench.sink.take(
                    lambda: bench.cost_of(child, "blast", chunking=chunking, **order)  # noqa: B023
                )
                letters = max(400, int(found[name].cost.a_second * bench.options.seconds))
            bench.note(f"the raw blaster, {name}", found[name])
    return found
