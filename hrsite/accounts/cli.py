"""`hrsite owner`: let the owner in, from the server's own console."""

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from hrsite import clock
from hrsite.accounts import setting_up
from hrsite.extensions import db
from hrsite.furniture import absolute, moment

owner = AppGroup("owner", help="Let the owner in when nothing else does.")


@owner.command()
def reset() -> None:
    """Print a one-time code: with it the owner chooses a name, an address and a password anew."""
    _print_code("Whoever has this code can take over the desk. Give it to the owner alone.")


def announce_code_if_needed(app: Flask) -> None:
    """At the first starts, until there is an owner: print a fresh code. Older ones stop working."""
    with app.app_context():
        if setting_up.needs_owner(db.session()):
            _print_code("This site is new: it has no owner yet.")


def _print_code(first_line: str) -> None:
    now = clock.now()
    code = setting_up.make_code(db.session(), now)
    db.session.commit()
    path = current_app.url_map.bind("").build("accounts.set_up")
    click.echo(f"{first_line}\n")
    click.echo(f"    Open       {absolute(path)}")
    click.echo(f"    Type code  {code}\n")
    click.echo(f"It works once, until {moment(now + setting_up.LASTS)}.")
