"""The bench still runs and sees what it is there to see; how fast is for `make bench-mail`."""

import inspect
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite.newsletter import subscribing
from hrsite.newsletter.models import Subscriber, Topic
from tests.bench import letter, mail, profile_mail, seeding, taking
from tests.bench.options import Cell, Options, Way, from_environment

SMALL = Options(
    cells=(Cell(2, 1), Cell(2, 0)),
    worker_cells=(Cell(2, 0),),
    ways=(Way(1), Way(4, chunking=True)),
    seconds=0.0,
    rounds=1,
    readers_most=40,
    distinct=40,
    letter_octets=3_000,
    # Speed and memory are looked at on SQLite always, so this is enough to run all.
    databases=("postgresql",),
    smtp_source="none",
    is_pinned=False,
)


def test_every_part_runs_and_every_letter_arrives(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    faults = mail.run(Options(**vars(SMALL) | {"folder": tmp_path}))
    said = capsys.readouterr().out
    assert faults == []
    assert "smtp-source: not wanted" in said
    for row in ("Flask-Mail", "hrsite, 4 in flight, BDAT", "2 x 1 ms"):
        assert row in said
    for part in ("40 readers on postgresql", "40 readers: ", "2 x hrsite, 1000 in flight, BDAT"):
        assert part in said
    assert list(tmp_path.iterdir()) == []


def test_what_is_handed_on_empty_was_not_asked_for() -> None:
    names = ("QUICK", "CELLS", "IN_FLIGHT", "SECONDS", "ROUNDS", "READERS_MOST", "DISTINCT")
    names += ("MEMORY_SECONDS", "PARTS", "DATABASES", "SMTP_SOURCE")
    assert from_environment(dict.fromkeys(names, "")) == from_environment({})


def test_readers_beyond_the_distinct_ones_are_copies_with_a_key_of_their_own(
    session: Session,
) -> None:
    seeding.seed(session, distinct=3, readers=8)
    readers = session.scalars(select(Subscriber)).all()
    assert len(readers) == len({reader.address_key for reader in readers}) == 8
    assert len({reader.address for reader in readers}) == 3
    assert all(subscribing.chosen_topics(reader) == [Topic.ARTICLES] for reader in readers)


def test_a_letter_with_another_readers_link_is_seen() -> None:
    ours = f"To: ada@example.org\r\n\r\n{letter.SITE}/unsubscribe/abc\r\n"
    samples = [("RCPT TO:<ada@example.org>\r\n", ours), ("RCPT TO:<bea@example.org>\r\n", ours)]
    assert taking.wrong_letters(samples[:1]) == []
    assert taking.wrong_letters(samples) == [
        "the letter for bea@example.org is for somebody else",
        "the letter for bea@example.org holds links ['abc']",
    ]


def test_the_profile_names_the_function_that_was_at_work() -> None:
    sampler = profile_mail.Sampler()
    for _ in range(3):
        sampler.tick(0, inspect.currentframe())
    told = sampler.told(letters=3, seconds=3e-6)
    here = "test_the_profile_names_the_function_that_was_at_work"
    assert told.count("1.0  tests/bench/test_bench_runs.py:") >= 2
    assert here in told


def test_a_quick_run_measures_less() -> None:
    quick, whole = from_environment({"QUICK": "1"}), from_environment({})
    assert quick.rounds < whole.rounds
    assert quick.readers_most < whole.readers_most == 1_000_000
    chosen = from_environment({"CELLS": "1x0 50x20", "IN_FLIGHT": "16", "READERS_MOST": "500"})
    assert chosen.cells == (Cell(1, 0), Cell(50, 20))
    assert chosen.ways == (Way(16), Way(16, chunking=True))
    assert chosen.scales == (500,)
