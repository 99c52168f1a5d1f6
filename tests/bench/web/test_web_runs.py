"""bench-web still runs and sees what it is there to see; how fast is for `make bench-web`."""

from pathlib import Path

import pytest

from tests.bench.processes import Broken
from tests.bench.web import __main__ as web
from tests.bench.web import load, programs
from tests.bench.web.options import Options, from_environment

SAID = """Running 3s test @ http://127.0.0.1:8000/
  Latency Distribution
     50%  622.00us
     99%    1.47ms
  153284 requests in 3.10s, 1.25GB read
Requests/sec:  49446.45
"""


def test_every_part_runs_and_both_servers_answer_with_the_same_bytes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = Options(
        sizes=(12, 13),
        pages=("post", "search"),
        forms=("plain", "304"),
        seconds=1.0,
        rounds=1,
        connections=2,
        is_pinned=False,
        may_bring=False,
        folder=tmp_path,
    )
    try:
        faults = web.run(small)
    except programs.Missing as trouble:
        pytest.skip(str(trouble))
    said = capsys.readouterr().out
    assert faults == []
    rows = (
        "12 articles",
        "13 articles, against 12",
        "post, plain",
        "post, 304",
    )
    for row in (*rows, "in front, plain", "in front, 304", "post, anew", "search, anew"):
        assert row in said
    assert "From `hrsite serve` to the first page" in said
    assert list(tmp_path.iterdir()) == []


def test_a_program_that_is_missing_is_named_with_a_way_to_bring_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(programs.WHERE, "no-such-server", "usr/sbin/no-such-server")
    monkeypatch.setenv("BRING", "0")
    assert web.main() != 0
    said = capsys.readouterr().out
    assert "apt install nginx wrk" in said


def test_the_numbers_of_wrk_are_understood() -> None:
    assert load.read(SAID) == (49446.45, 1.47, "")
    late = SAID.replace("1.47ms", "2.05s ") + "  Non-2xx or 3xx responses: 7\n"
    assert load.read(late) == (49446.45, 2050.0, "Non-2xx or 3xx responses: 7")
    with pytest.raises(Broken, match="unable to connect"):
        load.read("unable to connect to 127.0.0.1:1 Connection refused")


def test_a_quick_run_measures_less() -> None:
    quick, whole = from_environment({"QUICK": "1"}), from_environment({})
    assert (quick.rounds, quick.sizes) == (1, (100, 10_000))
    assert (whole.rounds, whole.sizes) == (3, (100, 10_000, 100_000))
    assert from_environment({"POSTS": "5 6", "PAGES": "post"}).sizes == (5, 6)
