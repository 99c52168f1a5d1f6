"""On the server's own console: how each Issue goes, a bar to watch one by, and who was erased."""

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from hrsite import clock, furniture
from hrsite.extensions import db, only_reads
from hrsite.newsletter import erasing, leaving_again, summarising
from hrsite.newsletter import issues as issues_job
from hrsite.newsletter.models import Issue
from hrsite.outbox import instance, presence, progress

NOBODY = "Nobody who was erased is here."
LISTED = 20
EVERY_SECONDS = 1.0
# Where no bar can be drawn, a line goes into somebody's log: now and then is enough.
LOOKS_BETWEEN_LINES = 30
STOPPED, INTERRUPTED = 1, 130
# No row has such a number, and no database can be asked for it.
BEYOND = 2**31


class Seen(NamedTuple):
    """One look at an Issue: how far it is, in words, and whether there is more to come."""

    settled: int
    created: int
    said: str
    phase: progress.Phase


@click.group(cls=AppGroup, invoke_without_command=True)
@click.pass_context
@with_appcontext
def issues(context: click.Context) -> None:
    """List the newest Issues; `watch` follows one until everybody has a result."""
    if context.invoked_subcommand is not None:
        return
    with _only_reading():
        shown = issues_job.latest(db.session(), LISTED)
        summaries = summarising.summarise(db.session(), shown, clock.now())
        for issue in shown:
            when = furniture.moment(issue.created_at)
            click.echo(f"{issue.id:>4}  {issue.title}\n      {when}. {summaries[issue.id].line}.")
        if not shown:
            click.echo("No Issue has gone out yet.")


@issues.command()
@click.argument("number", metavar="[ID]", required=False, type=int)
def watch(number: int | None) -> None:
    """Follow one Issue, or the newest, until it is done.

    Ends with 0 when everybody has a result, and with 1 when it has stopped or is not there.
    """
    with _only_reading():
        issue_id = number or next((one.id for one in issues_job.latest(db.session(), 1)), 0)
        issue = db.session.get(Issue, issue_id) if abs(issue_id) < BEYOND else None
        title = issue.title if issue else ""
    if issue is None:
        click.echo("There is no such Issue. `hrsite issues` lists them.", err=True)
        sys.exit(STOPPED)
    try:
        with _patient_with_ctrl_c() as wait:
            looks = follow(lambda: _look(issue_id), wait)
            last = _draw(title, looks) if sys.stdout.isatty() else _print_lines(title, looks)
    except KeyboardInterrupt:
        # It goes on without anybody watching.
        click.echo()
        sys.exit(INTERRUPTED)
    click.echo(last.said)
    sys.exit(STOPPED if last.phase == "paused" else 0)


def follow(look: Callable[[], Seen], wait: Callable[[], None]) -> Iterator[Seen]:
    """Look until there is nothing more to see; the last look is the result."""
    while True:
        seen = look()
        yield seen
        if seen.phase in ("done", "paused"):
            return
        wait()


def _look(issue_id: int) -> Seen:
    """How far it is now; nothing stays open between two looks, so no lock is held."""
    with _only_reading():
        now, message = clock.now(), db.session.get_one(Issue, issue_id).message
        seen = progress.progress_of(message, now)
        said = progress.sentence(seen, f"on {furniture.moment(message.starts_at)}")
        if seen.phase == "paused":
            said = f"Stopped: {message.pause_reason or 'it was paused.'} {said}"
        elif seen.phase != "done":
            trouble = presence.look(db.session(), now).trouble(now)
            held = instance.held_words(db.session(), now)
            said = " ".join(filter(None, (trouble, held, said)))
        return Seen(seen.numbers.settled, seen.numbers.created, said, seen.phase)


def _draw(title: str, looks: Iterator[Seen]) -> Seen:
    """A bar that grows in place."""
    seen = next(looks)
    with click.progressbar(
        length=max(seen.created, 1), label=title, show_pos=True, item_show_func=lambda said: said
    ) as bar:
        bar.update(seen.settled, seen.said)
        for seen in looks:
            bar.length = max(seen.created, 1)
            bar.update(seen.settled - bar.pos, seen.said)
    return seen


def _print_lines(title: str, looks: Iterator[Seen]) -> Seen:
    """Plain lines: the first, one now and then. The last is for the caller to print."""
    seen = next(looks)
    for number, later in enumerate(looks):
        if number % LOOKS_BETWEEN_LINES == 0:
            click.echo(f"{title}: {seen.said}")
        seen = later
    return seen


@contextmanager
def _patient_with_ctrl_c() -> Iterator[Callable[[], None]]:
    """Ctrl-C ends the watching between two looks.

    Python raises it at any moment, and now and then in a place that swallows it.
    """
    pressed: list[int] = []

    def wait() -> None:
        time.sleep(EVERY_SECONDS)
        if pressed:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, lambda number, frame: pressed.append(number))
    try:
        yield wait
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _only_reading() -> Iterator[None]:
    """Take no write lock, for the worker needs it; and see fresh numbers the next time."""
    token = only_reads.set(True)
    try:
        yield
    finally:
        db.session.rollback()
        only_reads.reset(token)


erased = AppGroup("erased", help="Who was erased, after a backup was put back.")


@erased.command()
@with_appcontext
def replay() -> None:
    """Erase again whoever came back with a backup. Every start does this by itself."""
    count = erase_again()
    click.echo(f"Erased again: {furniture.count(count, 'person', 'people')}." if count else NOBODY)


def erase_again() -> int:
    """Erase again whoever came back with a backup; how many these were."""
    folder, session = current_app.config["DATA_DIR"], db.session()
    count = erasing.replay(session, folder, clock.now(), session.commit)
    session.rollback()
    return count


def leave_again() -> int:
    """Let whoever left after a backup was made leave again; how many times that was."""
    session = db.session()
    count = leaving_again.replay(session, current_app.config["DATA_DIR"], session.commit)
    session.rollback()
    return count


def look_again() -> int:
    """Let letters look again as their readers chose after a backup was made; for how many."""
    session = db.session()
    count = leaving_again.replay_looks(session, current_app.config["DATA_DIR"], session.commit)
    session.rollback()
    return count
