"""A page made anew on a small site and on a large one, in turn: what more articles cost."""

from __future__ import annotations

import statistics

from tests.bench.processes import Broken
from tests.bench.web.measuring import Bench
from tests.bench.web.running import Server
from tests.bench.web.sites import Site

# A machine's pace changes within a minute by more than what is looked for here.
TURNS = 3


def growth(bench: Bench, small: Site, large: Site) -> dict[str, float]:
    """How many times as long each page takes on the large site: the median of all turns.

    Raises Broken when an answer is none of the page.
    """
    core, anew = bench.cores[0], {"READY_MEGABYTES": "0"}

    def seconds(server: Server, site: Site, page: str) -> float:
        told = bench.load.on(server, site.path(page))
        if told.fault:
            raise Broken(f"{page}, {site.count} articles: {told.fault}")
        return 1 / told.a_second

    with small.server(core, **anew) as few, large.server(core, **anew) as many:
        return {
            page: statistics.median(
                seconds(many, large, page) / seconds(few, small, page)
                for _ in range(TURNS * bench.options.rounds)
            )
            for page in bench.options.pages
        }
