"""A page that is not there: a proper answer, and a way on that tells nothing of what is hidden."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.extensions import db
from tests.factories import make_post, make_tag
from tests.statements import noted_statements

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"])


def test_it_offers_what_was_meant_the_topics_and_the_newest(
    client: FlaskClient, session: Session
) -> None:
    make_post(session, slug="carrying-naloxone", title="Carrying naloxone without fuss")
    make_post(session, title="Sleep comes back", tags=[make_tag(session, "Sleep")])

    answer = client.get("/posts/carrying-naloxne")

    assert answer.status_code == 404
    meant = answer.text.split("Did you mean one of these?")[1].split("</section>")[0]
    assert 'href="/posts/carrying-naloxone">Carrying naloxone without fuss' in meant
    assert "Sleep comes back" not in meant
    for words in ('href="/topics/sleep"', "Sleep comes back", 'content="noindex"'):
        assert words in answer.text
    assert "Did you mean" not in client.get("/wp-login.php").text


def test_it_guesses_no_draft_and_nothing_of_tomorrow(client: FlaskClient, session: Session) -> None:
    make_post(session, slug="carrying-naloxone", title="Not yet said", published_at=None)
    ahead = clock.now() + timedelta(hours=1)
    make_post(session, slug="carrying-naloxone-2", title="Not yet said", published_at=ahead)
    # A withdrawn article is not there, like one that never was: 410 would tell them apart.
    for path in ("/posts/carrying-naloxone", "/posts/carrying-naloxone-2", "/posts/carrying"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "Not yet said" not in answer.text


@ON_SQLITE
@pytest.mark.parametrize(
    "path",
    [
        "/x", "/" + "a" * 10_000, "/%00", "/%ff%fe", "/%F0%9F%8C%B1", "/posts/" + "%CC%81" * 500,
        "/posts/%E2%80%AEgro", "/posts/a/b/c", "/topics/no", "/notices/no", "/.env", "/{{7*7}}",
        "/posts/%3Cscript%3Ealert(1)%3C/script%3E", "/n/0", "/sitemap-articles-0.xml",
    ],
)  # fmt: skip
def test_any_path_gets_a_proper_page(client: FlaskClient, session: Session, path: str) -> None:
    make_post(session)
    for method in ("GET", "HEAD"):
        answer = client.open(path, method=method)
        assert answer.status_code == 404
        assert "<script>alert" not in answer.text
    assert client.post(path).status_code in (404, 405)


@ON_SQLITE
def test_it_costs_the_same_with_few_articles_and_with_many(
    client: FlaskClient, session: Session
) -> None:
    def questions() -> int:
        with noted_statements() as asked:
            client.get("/posts/no-such-article-here")
        return len(asked)

    tag = make_tag(session)
    make_post(session, tags=[tag])
    few = questions()
    for _ in range(30):
        make_post(session, tags=[tag])
    assert questions() == few


@ON_SQLITE
def test_without_a_database_it_is_a_bare_page_and_no_fault(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        db.engine.dispose()
    for name in tmp_path.glob("hrsite.db*"):
        name.unlink()
    shutil.rmtree(tmp_path / "hrsite.db", ignore_errors=True)
    answer = app.test_client().get("/nothing/here")
    assert answer.status_code == 404
    assert "There is no page here" in answer.text
