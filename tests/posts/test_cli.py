"""The search index can be written anew, and catches up by itself."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.posts import searching
from hrsite.posts.cli import catch_up, posts
from tests.conftest import AppMaker
from tests.factories import make_post


def test_what_the_index_has_not_is_written_down(app: Flask, session: Session) -> None:
    for number in range(3):
        make_post(session, title=f"Lantern {number}")
    make_post(session, title="Lantern draft", published_at=None)
    session.execute(text("DELETE FROM search_entries WHERE post_id > 1"))
    session.commit()
    assert searching.search(session, "lantern", clock.now()).total == 1

    assert catch_up() == 2
    assert catch_up() == 0

    assert searching.search(session, "lantern", clock.now()).total == 3


def test_all_of_it_is_written_anew(app: Flask, session: Session) -> None:
    make_post(session, title="Lantern", published_at=clock.now() - timedelta(days=3))
    session.rollback()

    said = app.test_cli_runner().invoke(posts, ["reindex"])

    assert (said.exit_code, said.output) == (0, "Written anew: 1 articles.\n")
    assert searching.search(session, "lanterns", clock.now()).total == 1


def test_another_language_cuts_other_endings(make_app: AppMaker) -> None:
    from hrsite.extensions import db

    with make_app().app_context():
        make_post(db.session(), title="Nous parlerons")
        db.session.rollback()
    with make_app(SITE_LANGUAGE="fr").app_context():
        assert catch_up() == 1
        assert searching.search(db.session(), "parler", clock.now()).total == 1
        db.session.rollback()
