"""`hrsite posts`: what a keeper does with articles on the server's own console."""

import click
from flask.cli import AppGroup, with_appcontext

from hrsite.extensions import db
from hrsite.posts import indexing, keeping


@click.group(cls=AppGroup)
def posts() -> None:
    """Articles: write the search index anew."""


@posts.command()
@with_appcontext
def reindex() -> None:
    """Write the search index anew, and count articles anew. Readers can search meanwhile."""
    session = db.session()
    indexing.forget_all(session)
    keeping.recount(session)
    session.commit()
    click.echo(f"Written anew: {catch_up()} articles.")


def catch_up() -> int:
    """Write down every article that the index has not, or has otherwise. How many these were."""
    session, count, last = db.session(), 0, 0
    while some := indexing.out_of_date(session, last):
        indexing.write(session.connection(), some)
        session.commit()
        count, last = count + len(some), some[-1]
    session.rollback()
    return count
