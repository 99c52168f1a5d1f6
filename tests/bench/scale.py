"""What many readers cost: memory, writing the list down, and what a second worker brings."""

from __future__ import annotations

import statistics
from contextlib import ExitStack
from dataclasses import dataclass

import psycopg

from tests import databases
from tests.bench import senders
from tests.bench.bench import Bench
from tests.bench.options import Cell
from tests.bench.processes import Child
from tests.bench.senders import hrsite_child
from tests.bench.taking import Taking

MEMORY_CONNECTIONS = 10
# Rounds that only warm up, and tell how many letters a measurement takes.
WARM_ROUNDS, FIRST_LETTERS = 2, 50


@dataclass(frozen=True)
class Memory:
    """What a worker held at most: after writing the list down, and after handing letters over."""

    readers: int
    written_octets: int
    peak_octets: int
    letters: int
    a_second: float


@dataclass(frozen=True)
class Expansion:
    """Writing a list of readers down."""

    database: str
    readers: int
    seconds: float
    longest_transaction: float
    peak_octets: int


@dataclass(frozen=True)
class Workers:
    """Letters a second of one worker and of two."""

    database: str
    cell: Cell
    one: float
    two: float


def memory(bench: Bench) -> list[Memory]:
    """A fresh worker for each number of readers writes its list down and hands it over."""
    found = []
    options, way = bench.options, bench.options.ways[-1]
    for readers in options.scales:
        settings = bench.sites.fresh("sqlite", max(readers, options.distinct))
        with _worker(bench, settings, bench.sink, MEMORY_CONNECTIONS) as child:
            written = child.ask(do="write_down", readers=readers, octets=options.letter_octets)
            order = {"letters": readers, "most_seconds": options.memory_seconds}
            taken = bench.sink.take(
                lambda: bench.cost_of(child, "hand_over", **order),  # noqa: B023
                chunking=way.chunking,
            )
        bench.note(f"memory at {readers}", taken)
        cost = taken.cost
        found.append(
            Memory(readers, written["peak_octets"], cost.peak_octets, cost.letters, cost.a_second)
        )
        bench.sites.drop(settings)
    return found


def expansion(bench: Bench) -> list[Expansion]:
    """Write the whole list down, on each database; the median of the rounds."""
    found = []
    readers = bench.options.readers_most
    for database in bench.options.databases:
        answers = []
        for _ in range(bench.options.rounds):
            settings = bench.sites.fresh(database, readers)
            with _worker(bench, settings, bench.sink, 1) as child:
                order = {"readers": readers, "octets": bench.options.letter_octets}
                answers.append(child.ask(do="write_down", everybody=True, **order))
            bench.sites.drop(settings)
            if answers[-1]["letters"] != readers:
                bench.faults.append(f"{answers[-1]['letters']} of {readers} were written down")
        middle = sorted(answers, key=lambda answer: answer["seconds"])[len(answers) // 2]
        longest = max(answer["longest_transaction"] for answer in answers)
        found.append(
            Expansion(database, readers, middle["seconds"], longest, middle["peak_octets"])
        )
    return found


def workers(bench: Bench) -> list[Workers]:
    """Two workers on one database against one; nobody is bound to a core."""
    with ExitStack() as stack:
        sink = stack.enter_context(Taking(bench.log, None))
        return [
            _one_and_two(bench, sink, database, cell)
            for database in bench.options.databases
            for cell in bench.options.worker_cells
        ]


def _one_and_two(bench: Bench, sink: Taking, database: str, cell: Cell) -> Workers:
    options, rates = bench.options, {1: [0.0], 2: [0.0]}
    settings = bench.sites.fresh(database, options.distinct)
    with ExitStack() as stack:
        stack.callback(bench.sites.drop, settings)
        way = (options.ways[-1], cell.connections, sink.port, bench.log, None)
        both = [stack.enter_context(hrsite_child(settings, *way)) for _ in range(2)]
        letters = min(options.distinct, FIRST_LETTERS)
        for number in range(WARM_ROUNDS + options.rounds):
            for count in (1, 2):
                rate = _together(bench, sink, both[:count], cell, letters)
                if number >= WARM_ROUNDS:
                    rates[count].append(rate)
            if number < WARM_ROUNDS:
                letters = int(min(options.distinct, max(FIRST_LETTERS, rate * options.seconds)))
    one, two = (statistics.median(rates[count][1:]) for count in (1, 2))
    return Workers(database, cell, one, two)


def _together(bench: Bench, sink: Taking, several: list[Child], cell: Cell, letters: int) -> float:
    """Letters a second of some workers that begin at the same moment."""
    way = bench.options.ways[-1]
    sender = senders.Hrsite(several, bench.options.letter_octets, str(way), way.chunking)
    sender.prepare(letters)
    taken = sink.take(
        lambda: sender.hand_over(letters), cell.latency_ms, way.chunking, distinct=letters
    )
    bench.note(f"{len(several)} workers, {cell}", taken)
    return taken.cost.a_second


def _worker(bench: Bench, settings: dict[str, str], sink: Taking, connections: int) -> Child:
    way = bench.options.ways[-1]
    return senders.hrsite_child(settings, way, connections, sink.port, bench.log, bench.sender_core)


def make_postgresql_careful() -> None:
    """The tests' PostgreSQL does without fsync; a ledger must not, so here it does it all."""
    url = databases.postgresql_url().replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = on")
        connection.execute("SELECT pg_reload_conf()")
