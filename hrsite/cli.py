"""Commands that belong to no feature: start, serve, worker, migrate, doctor, demo."""

import os
import socket
import sys
from pathlib import Path
from typing import NoReturn

import click
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy.exc import DBAPIError

from hrsite import changing_keys, create_app, doctor, schema, serving
from hrsite.accounts.cli import announce_code_if_needed, owner
from hrsite.config import PROJECT, WrongSettings
from hrsite.demo import filling
from hrsite.extensions import db
from hrsite.newsletter import spooling
from hrsite.newsletter.cli import erase_again, erased, issues, leave_again, look_again
from hrsite.outbox.cli import bounce
from hrsite.posts.cli import catch_up, posts
from hrsite.ready import nginx

MARKS = {"good": "ok     ", "careful": "look   ", "wrong": "WRONG  "}
CANNOT = 6
DEMO_FOLDER = PROJECT / ".demo"


@click.group()
@click.pass_context
def main(context: click.Context) -> None:
    """A site and a newsletter for one coach."""
    # The features' own commands ask Flask's ScriptInfo for the application.
    context.obj = ScriptInfo(create_app=_ready_app)


def _app() -> Flask:
    """The application; or every wrong setting, in words, and exit 2."""
    try:
        return create_app()
    except WrongSettings as trouble:
        click.echo("hrsite cannot start with these settings:", err=True)
        for fault in trouble.faults:
            click.echo(f"  - {fault}", err=True)
        sys.exit(2)


def _ready_app() -> Flask:
    app = _app()
    _bring_up(app)
    return app


def _bring_up(app: Flask, *, looks_at_keys: bool = True) -> None:
    """Bring the database up to the code; or say why not, and exit 3."""
    with app.app_context():
        try:
            if schema.bring_up():
                click.echo("The database is up to date now.")
            catch_up()
            if trouble := (changing_keys.look(app) if looks_at_keys else ""):
                click.echo(trouble, err=True)
                sys.exit(CANNOT)
            if count := erase_again():
                click.echo(f"An older database: erased again {count} who had been erased.")
            if count := leave_again():
                click.echo(f"An older database: {count} who had left have left again.")
            if count := look_again():
                click.echo(f"An older database: {count} get the letters they chose, plain or not.")
        except (schema.OldSqlite, schema.UnwritableDatabase, schema.NewerDatabase) as trouble:
            click.echo(str(trouble), err=True)
            sys.exit(3)
        except DBAPIError as trouble:
            # Away, damaged, not ours to write to, or an address with a word that means nothing.
            said = (str(trouble.orig).strip().splitlines() or ["no reason given"])[0]
            click.echo(f"The database cannot be used ({said}). Nothing was changed.", err=True)
            sys.exit(3)
        except OSError as trouble:
            _give_up(trouble)


def _get_room(app: Flask) -> None:
    """Lay out what must be there even when the disk is full; or say why not, and exit 3."""
    try:
        spooling.make_room(app.config["DATA_DIR"])
    except OSError as trouble:
        # Said once, here: each process of the site would die of it, and be begun anew.
        _give_up(trouble)


def _give_up(trouble: OSError) -> NoReturn:
    place = trouble.filename or "A file in DATA_DIR"
    click.echo(f"{place} cannot be used ({trouble.strerror}). Nothing was changed.", err=True)
    sys.exit(3)


def _listening(app: Flask) -> socket.socket:
    try:
        return serving.listening(app.config["HOST"], app.config["PORT"])
    except serving.PortTaken as trouble:
        click.echo(str(trouble), err=True)
        sys.exit(4)


@main.command()
def start() -> None:
    """Start site and worker together: all that one small machine needs."""
    app = _app()
    with _listening(app) as line:
        _bring_up(app)
        _get_room(app)
        announce_code_if_needed(app)
        click.echo(f"The site is at {app.config['BASE_URL']}. Ctrl-C ends it.")
        serving.run_both(app, line)


@main.command()
def serve() -> None:
    """Start the site alone."""
    app = _app()
    with serving.handed_over() or _listening(app) as line:
        _bring_up(app)
        _get_room(app)
        serving.serve(app, line)


@main.command("worker")
def worker_command() -> None:
    """Start a worker alone: it opens Issues and hands letters over."""
    app = _app()
    _bring_up(app)
    serving.become_worker(app)


@main.command()
def migrate() -> None:
    """Bring the database up to this version of the code."""
    _bring_up(_app())


@main.group()
def keys() -> None:
    """The key that opens readers' addresses."""


@keys.command()
def rotate() -> None:
    """Change the key. Killed in between, it goes on where it was when it is run again."""
    app = _app()
    _bring_up(app, looks_at_keys=False)
    try:
        with app.app_context():
            click.echo(changing_keys.change(app))
    except changing_keys.NotChanged as trouble:
        click.echo(str(trouble), err=True)
        sys.exit(CANNOT)


@main.command("doctor")
def doctor_command() -> None:
    """Say what is set, what is missing, and what does not work. Exits 1 when something is wrong."""
    findings = list(doctor.examine(_app()))
    for finding in findings:
        click.echo(f"{MARKS[finding.level]}{finding.what}: {finding.words}")
    sys.exit(any(finding.level == "wrong" for finding in findings))


@main.command("nginx")
def nginx_command() -> None:
    """Print nginx's server block, with which it answers ready pages from files (READY_FILES)."""
    app = _app()
    try:
        click.echo(nginx.block(app))
    except nginx.CannotTell as trouble:
        click.echo(str(trouble), err=True)
        sys.exit(CANNOT)


@main.command()
@click.option("--port", default=8000, show_default=True, help="Where the site listens.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path, resolve_path=True),
    default=DEMO_FOLDER,
    help="Where the demo keeps its data.",
)
def demo(port: int, folder: Path) -> None:
    """Fill a folder of its own with articles, and start site and worker on it."""
    os.environ |= filling.environment(folder, port)
    app = _app()
    with _listening(app) as line:
        _bring_up(app)
        _get_room(app)
        with app.app_context():
            sign_in = filling.fill(db.session(), Path(app.config["DATA_DIR"]))
            db.session.commit()
        click.echo(filling.welcome(app.config["BASE_URL"], sign_in))
        serving.run_both(app, line)


main.add_command(owner)
main.add_command(bounce)
main.add_command(issues)
main.add_command(erased)
main.add_command(posts)

if __name__ == "__main__":
    main()
