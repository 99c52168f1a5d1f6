"""One size of site: hrsite and nginx in turn, round by round, with the same bytes."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tests.bench.web.load import Load, Read
from tests.bench.web.nginx import Both, InFront, Nginx, both
from tests.bench.web.options import Options
from tests.bench.web.programs import Programs
from tests.bench.web.running import Server
from tests.bench.web.sites import Site

# These may be kept ready; what people search for is kept nowhere.
READY_PAGES = ("post", "home", "archive", "topic")
# nginx before hrsite, with its pages as files. It has them plain and by gzip alone.
IN_FRONT, FORMS_IN_FRONT = "in front", ("plain", "gzip", "304")
# A page that is new after each of so many measurements is no ready page.
MOST_TRIES = 3


@dataclass
class Row:
    """One page in one form, on each server, in every round."""

    page: str
    form: str
    octets: int
    ours: list[Read] = field(default_factory=list)
    nginx: list[Read] = field(default_factory=list)
    held: list[Read] = field(default_factory=list)

    def ratio(self, theirs: list[Read]) -> float:
        """Our answers for each of theirs, the median of the rounds."""
        return statistics.median(
            our.a_second / their.a_second for our, their in zip(self.ours, theirs, strict=True)
        )


@dataclass
class Measured:
    """All there is to tell of one size."""

    count: int
    ready: list[Row] = field(default_factory=list)
    in_front: list[Row] = field(default_factory=list)
    anew: list[Row] = field(default_factory=list)
    cold_seconds: list[float] = field(default_factory=list)
    idle_memory: list[int] = field(default_factory=list)
    loaded_memory: list[int] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Bench:
    """What a run has at hand."""

    options: Options
    programs: Programs
    folder: Path
    log: Path
    cores: tuple[int | None, int | None]

    @property
    def load(self) -> Load:
        """wrk, on the core that is not the server's."""
        options = self.options
        return Load(self.programs.wrk, options.connections, options.seconds, self.cores[1])


def measure(bench: Bench, site: Site) -> Measured:
    """Ask a site for every page."""
    found, count = Measured(site.count), site.count
    for _ in range(bench.options.rounds - 1):  # And once more below.
        with site.server(bench.cores[0]) as server:
            found.cold_seconds.append(server.first_page_seconds)
    with ExitStack() as stack:
        programs, folder = bench.programs, bench.folder / f"nginx-{count}"
        nginx = stack.enter_context(both(programs.nginx, folder, bench.cores[0], bench.log))
        with site.server(bench.cores[0]) as ours:
            found.cold_seconds.append(ours.first_page_seconds)
            found.idle_memory = ours.memory()
            for page in filter(READY_PAGES.__contains__, bench.options.pages):
                forms = bench.options.forms if page == READY_PAGES[0] else bench.options.forms[:1]
                found.ready += _ready(bench, site.path(page), page, forms, (ours, nginx), found)
            found.loaded_memory = ours.memory()
        if READY_PAGES[0] in bench.options.pages:
            found.in_front = _in_front(bench, site, nginx, found)
        with site.server(bench.cores[0], READY_MEGABYTES="0") as ours:
            for page in bench.options.pages:
                found.anew.append(_anew(bench, site, ours, nginx, page, found.faults))
    return found


def _in_front(bench: Bench, site: Site, nginx: Both, found: Measured) -> list[Row]:
    """nginx before hrsite, as `hrsite nginx` sets it up, beside nginx with nothing behind it."""
    path, core = site.path(READY_PAGES[0]), bench.cores[0]
    forms = tuple(form for form in FORMS_IN_FRONT if form in bench.options.forms)
    files, folder = (bench.folder / f"{name}-{site.count}" for name in ("files", "front"))
    with ExitStack() as stack:
        behind = stack.enter_context(site.server(core, READY_FILES=str(files)))
        front = InFront(bench.programs.nginx, folder, core, bench.log, site.block(behind))
        stack.enter_context(front)
        if front.get(path).headers["ETag"] == front.get(path).headers["ETag"]:
            found.faults.append(f"{IN_FRONT}: the page is not answered from a file")
        return _ready(bench, path, IN_FRONT, forms, (front, nginx), found)


def _ready(
    bench: Bench,
    path: str,
    page: str,
    forms: tuple[str, ...],
    servers: tuple[Server, Both],
    found: Measured,
) -> list[Row]:
    """A page in some forms, as ours answers it, and as nginx does with the same bytes."""
    return [_in_one_form(bench, path, page, form, servers, found.faults) for form in forms]


def _in_one_form(
    bench: Bench,
    path: str,
    page: str,
    form: str,
    servers: tuple[Server, Both],
    faults: list[str],
) -> Row:
    """Once more, if the page was made anew meanwhile: nginx would have gone on with the old one.

    That happens each quarter of an hour.
    """
    (ours, nginx), load = servers, bench.load
    for _ in range(MOST_TRIES):
        asked = _asked(path, page, form, ours, nginx, faults)
        row = Row(page, form, asked.octets)
        _fill(
            bench.options.rounds, row, faults,
            partial(load.on, ours, path, **asked.headers),
            partial(load.on, path=asked.there, **asked.their_headers), nginx,
        )  # fmt: skip
        if ours.get(path, Accept_Encoding="identity").headers["ETag"] == asked.tag:
            return row
    faults.append(f"{page}, {form}: the page does not stay the same")
    return row


class Asked(NamedTuple):
    """With which headers each server is asked for a page, and where nginx has it."""

    octets: int
    tag: str
    headers: dict[str, str]
    their_headers: dict[str, str]
    there: str


def _asked(path: str, page: str, form: str, ours: Server, nginx: Both, faults: list[str]) -> Asked:
    """Give nginx the page as ours has it now."""
    name = f"{page.replace(' ', '-')}.html"
    plain, gzip, brotli = (
        ours.get(path, Accept_Encoding=coding) for coding in ("identity", "gzip", "br")
    )
    nginx.put(name, plain.body, gzip.body, brotli.body)
    tag, their_tag = plain.headers["ETag"], nginx.disk.get(f"/{name}").headers["ETag"]
    small, smaller = {"Accept_Encoding": "gzip"}, {"Accept_Encoding": "br"}
    known, known_there = {"If_None_Match": tag}, {"If_None_Match": their_tag}
    asked = {
        "plain": Asked(len(plain.body), tag, {}, {}, f"/{name}"),
        "gzip": Asked(len(gzip.body), tag, small, small, f"/{name}"),
        "brotli": Asked(len(brotli.body), tag, smaller, smaller, f"/br/{name}"),
        "304": Asked(0, tag, known, known_there, f"/{name}"),
    }[form]
    theirs = nginx.disk.get(asked.there, **asked.their_headers)
    if ours.get(path, **asked.headers).body != theirs.body:
        faults.append(f"{page}, {form}: the servers do not answer with the same bytes")
    return asked


def _anew(bench: Bench, site: Site, ours: Server, nginx: Both, page: str, faults: list[str]) -> Row:
    path, name = site.path(page), f"{page}-anew.html"
    body = ours.get(path).body
    nginx.put(name, body, b"", b"")
    row = Row(page, "anew", len(body))
    load = bench.load
    _fill(
        bench.options.rounds, row, faults,
        partial(load.on, ours, path), partial(load.on, path=f"/{name}"), nginx,
    )  # fmt: skip
    return row


def _fill(
    rounds: int,
    row: Row,
    faults: list[str],
    ours: Callable[[], Read],
    theirs: Callable[[Nginx], Read],
    nginx: Both,
) -> None:
    asked: list[tuple[str, Callable[[], Read], list[Read]]] = [
        ("hrsite", ours, row.ours),
        ("nginx", lambda: theirs(nginx.disk), row.nginx),
        ("nginx, held", lambda: theirs(nginx.held), row.held),
    ]
    for number in range(rounds):
        # Each is the first one in a third of the rounds.
        first = number % len(asked)
        for who, ask, reads in asked[first:] + asked[:first]:
            reads.append(told := ask())
            if told.fault:
                faults.append(f"{row.page}, {row.form}, {who}: {told.fault}")
