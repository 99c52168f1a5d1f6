"""The senders that are measured beside one another, each with the same face."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from hrsite import side_by_side
from tests.bench.bench import Bench
from tests.bench.options import Cell, Way
from tests.bench.processes import Child, Cost
from tests.bench.sites import SENDER
from tests.bench.smtp_source import SmtpSource

# Nothing may take longer: letters that are left over show as a fault.
MOST_SECONDS = 120.0


class Sender(Protocol):
    """One way to hand letters over."""

    name: str
    chunking: bool
    has_own_links: bool

    def prepare(self, letters: int) -> None:
        """Do what is not measured."""
        ...

    def hand_over(self, letters: int) -> Cost:
        """Do what is."""
        ...


@dataclass
class Hrsite:
    """hrsite's workers, one or several: a ledger in their database, letters due in it."""

    workers: Sequence[Child]
    octets: int
    name: str
    chunking: bool = False
    has_own_links: bool = True

    def prepare(self, letters: int) -> None:
        """Write down a letter and its readers."""
        self.workers[0].ask(do="write_down", readers=letters, octets=self.octets)

    def hand_over(self, letters: int) -> Cost:
        """Let the workers find them, all beginning at the same moment."""
        for worker in self.workers:
            worker.say(do="hand_over", letters=letters, most_seconds=MOST_SECONDS)
        costs = [Cost(**worker.hear()) for worker in self.workers]
        return Cost(
            letters=sum(cost.letters for cost in costs),
            seconds=max(cost.seconds for cost in costs),
            cpu_seconds=sum(cost.cpu_seconds for cost in costs),
            peak_octets=max(cost.peak_octets for cost in costs),
        )


@dataclass
class Postfix:
    """Postfix's smtp-source."""

    source: SmtpSource
    order: dict[str, Any]
    name: str = "smtp-source"
    chunking: bool = False
    has_own_links: bool = False

    def prepare(self, letters: int) -> None:
        """Nothing: it has no ledger."""

    def hand_over(self, letters: int) -> Cost:
        """Run the program to its end."""
        return self.source.hand_over(letters, **self.order)


@dataclass
class FlaskMail:
    """Stock Flask-Mail in threads."""

    child: Child
    order: dict[str, Any]
    name: str = "Flask-Mail"
    chunking: bool = False
    has_own_links: bool = True

    def prepare(self, letters: int) -> None:
        """Nothing: it has no ledger."""

    def hand_over(self, letters: int) -> Cost:
        """Let its threads run."""
        return Cost(**self.child.ask(do="hand_over", letters=letters, **self.order))


def flask_mail(
    stack: ExitStack, cell: Cell, octets: int, port: int, log: Path, core: int | None
) -> FlaskMail:
    """Flask-Mail in a process of its own."""
    child = stack.enter_context(Child("tests.bench.flask_mail_sender", log, {}, core))
    order = {"connections": cell.connections, "octets": octets, "port": port}
    return FlaskMail(child, order)


def hrsite(stack: ExitStack, bench: Bench, way: Way, connections: int, count: int) -> Hrsite:
    """So many workers of a site of their own, who share the connections out among them."""
    options = bench.options
    settings = bench.sites.fresh("sqlite", options.distinct)
    stack.callback(bench.sites.drop, settings)
    more = way, connections // count, bench.sink.port, bench.log, bench.sender_core
    workers = [stack.enter_context(hrsite_child(settings, *more)) for _ in range(count)]
    name = f"{way}" if count == 1 else f"{count} x {way}"
    return Hrsite(workers, options.letter_octets, name, way.chunking)


def hrsite_child(
    settings: dict[str, str], way: Way, connections: int, port: int, log: Path, core: int | None
) -> Child:
    """A worker of a site, set to hand over in this way."""
    more = {
        "MAIL_PORT": str(port),
        "MAIL_IN_FLIGHT": str(way.in_flight),
        "MAIL_CONNECTIONS": str(connections),
    }
    # As `hrsite worker` starts it.
    return Child(SENDER, log, settings | more, core, side_by_side.WORKER[:1])
