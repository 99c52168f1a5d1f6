"""What search engines read: every public address, no other one, and nothing secret."""

from datetime import timedelta
from urllib.parse import urlsplit
from xml.etree import ElementTree as Xml

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.extensions import db
from hrsite.posts import mapping
from tests.factories import make_notice, make_page, make_post, make_tag

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def listed(client: FlaskClient, path: str = "/sitemap.xml") -> dict[str, str | None]:
    """Every page the sitemap leads to, with its lastmod; parts are followed."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    assert answer.content_type == "application/xml; charset=utf-8"
    root = Xml.fromstring(answer.data)  # noqa: S314 - our own
    found: dict[str, str | None] = {}
    for one in root:
        address = one.findtext(f"{SITEMAP}loc") or ""
        assert address.startswith("http://localhost/"), address
        if root.tag == f"{SITEMAP}sitemapindex":
            found |= listed(client, urlsplit(address).path)
        else:
            found[urlsplit(address).path] = one.findtext(f"{SITEMAP}lastmod")
    return found


def test_the_sitemap_lists_what_readers_can_open_and_nothing_else(
    client: FlaskClient, session: Session
) -> None:
    sleep, hidden = make_tag(session, "Sleep"), make_tag(session, "Hidden")
    make_post(session, slug="kept", tags=[sleep])
    make_post(session, slug="draft", published_at=None, tags=[hidden])
    make_post(session, slug="ahead", published_at=clock.now() + timedelta(hours=1))
    make_notice(session, slug="group")
    make_notice(session, slug="not-yet", published_at=None)
    make_page(session)

    pages = listed(client)

    assert set(pages) == {
        "/", "/posts/", "/topics/", "/topics/sleep", "/notices/", "/notices/group", "/about",
        "/privacy", "/privacy/receipt", "/follow", "/posts/kept",
    }  # fmt: skip
    for path in pages:
        assert client.get(path).status_code == 200, path


def test_it_says_when_an_article_last_changed(client: FlaskClient, session: Session) -> None:
    now = clock.now()
    long_ago = now - timedelta(days=60)
    make_post(session, slug="new", updated_at=long_ago, published_at=now)
    make_post(session, slug="mended", updated_at=now - timedelta(days=1), published_at=long_ago)
    pages = listed(client)
    assert pages["/posts/new"] == now.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert pages["/posts/mended"] == (now - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_many_articles_come_in_parts_and_cost_no_query_each(
    client: FlaskClient, session: Session
) -> None:
    size = mapping.PART_SIZE
    for number in (1, 2, size, size + 1, 3 * size):
        make_post(session, id=number, slug=f"number-{number}")
    make_post(session, id=4 * size + 1, slug="draft", published_at=None)
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))

    assert [part.number for part in mapping.parts(session, clock.now())] == [1, 2, 3]
    assert {path for path in listed(client) if path.startswith("/posts/n")} == {
        f"/posts/number-{number}" for number in (1, 2, size, size + 1, 3 * size)
    }
    client.application.extensions["front_door"].forget()
    asked.clear()
    client.get("/sitemap-articles-1.xml")
    assert len([statement for statement in asked if statement.startswith("SELECT")]) == 1
    for number in ("4", "5", "0", "9" * 30):
        assert client.get(f"/sitemap-articles-{number}.xml").status_code == 404


@pytest.mark.parametrize("database", ["sqlite"])
def test_robots_are_shown_the_sitemap_and_told_no_secret(client: FlaskClient) -> None:
    answer = client.get("/robots.txt")
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.text.splitlines() == [
        "User-agent: *", "Disallow:", "", "Sitemap: http://localhost/sitemap.xml",
    ]  # fmt: skip
