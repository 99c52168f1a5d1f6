"""A reader's walk through all of the site: every link leads somewhere, and nobody is told of it."""

from collections.abc import Callable
from pathlib import Path
from shutil import copyfile
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException

from hrsite import create_app
from hrsite.demo import filling
from hrsite.extensions import db
from hrsite.ready import pagecache
from tests.browser.arranged import arrange
from tests.conftest import settings_for
from tests.crawling import SITE, Page, end_of, is_ours, walk
from tests.test_routes import HOOKS, OWN, PUBLIC

# No page of ours leads to these: they come in a letter, after a button, or from a machine.
NOT_LINKED = OWN | HOOKS
# What nobody presses a link for: asked for by machines, by a form's button, or by mistake.
NO_SUCH = ("/no/such/page", "/posts/carying-naloxone", "/no/such/page?plain=1")
STARTS = (
    "/", "/robots.txt", "/search?q=overdose", "/search?q=withdrawl", "/search?q=zzzz+qqqq",
    "/search?q=overdose&plain=1", "/search?q=zzzz&plain=1", "/signup/asked", "/signup/link/asked",
    "/t/1", "/n/1", "/posts", *NO_SUCH,
)  # fmt: skip
# The number of a file's content, and what is searched for. Pages name their own parameters.
OTHER_PARAMETERS = {"/static/": {"v"}, "/search": {"q", "before", pagecache.TWIN}}


@pytest.fixture(scope="module")
def walked_app(tmp_path_factory: pytest.TempPathFactory, migrated: Callable[[str], str]) -> Flask:
    data: Path = tmp_path_factory.mktemp("walked")
    copyfile(migrated("sqlite"), data / "hrsite.db")
    return create_app(settings_for(data, BASE_URL=SITE))


@pytest.fixture(scope="module")
def pages(walked_app: Flask, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Page]:
    """All that can be reached, of the demo with one article that has everything."""
    with walked_app.app_context():
        filling.fill(db.session(), Path(walked_app.config["DATA_DIR"]))
        db.session.commit()
        arrange(db.session(), Path(walked_app.config["MEDIA_FOLDER"]))
        db.session.remove()
    client = walked_app.test_client()
    found = walk(client, *(f"{SITE}{path}" for path in STARTS))
    with walked_app.app_context():
        db.engine.dispose()
    return found


def rule_of(app: Flask, address: str) -> tuple[str, str]:
    """The rule and the endpoint behind an address."""
    try:
        rule, _ = app.url_map.bind("localhost").match(urlsplit(address).path, return_rule=True)
    except HTTPException:
        return "", ""
    return rule.rule, rule.endpoint


def test_the_walk_comes_to_every_public_page(walked_app: Flask, pages: dict[str, Page]) -> None:
    reached = {rule_of(walked_app, address)[0] for address in pages}
    assert PUBLIC - reached == NOT_LINKED
    twins = [address for address in pages if "plain=1" in address]
    assert len(twins) > 30


def test_every_link_leads_to_a_page(pages: dict[str, Page]) -> None:
    assert {pages[SITE + path].status for path in NO_SUCH} == {404}
    broken = {
        (page.address, address)
        for page in pages.values()
        for address in [page.leads_to, *(link.to for link in page.links if link.method == "GET")]
        if is_ours(address) and end_of(pages, address).status != 200
    }
    assert not {pair for pair in broken if not is_its_own(*pair)}


def is_its_own(address: str, to: str) -> bool:
    """A page that is not there has a twin and places of its own, which are not there either."""
    return to.partition("#")[0].split("?")[0] in {SITE + path.split("?")[0] for path in NO_SUCH}


def test_who_reads_plain_stays_plain(pages: dict[str, Page]) -> None:
    left = {
        (page.address, link.to)
        for page in pages.values()
        for link in page.links
        if "plain=1" in page.address and "plain=1" not in link.to and is_ours(link.to)
        if page.kind == "text/html" and page.status == 200 and link.method == "GET"
        if end_of(pages, link.to).kind == "text/html"
    }
    # One link of each leads out: the twin's.
    assert len(left) == len({address for address, _ in left}) > 30
    for address, to in left:
        assert urlsplit(address).path == urlsplit(to).path


def test_every_form_has_a_door(walked_app: Flask, pages: dict[str, Page]) -> None:
    doors = walked_app.url_map.bind("localhost")
    sent = {link.to for page in pages.values() for link in page.links if link.method == "POST"}
    assert f"{SITE}/signup" in sent
    for address in sent:
        assert is_ours(address)
        assert doors.test(urlsplit(address).path, "POST"), address


def test_every_place_a_link_names_is_on_its_page(pages: dict[str, Page]) -> None:
    lost = {
        (page.address, link.to)
        for page in pages.values()
        for link in page.links
        if "#" in link.to and is_ours(link.to)
        if (place := link.to.partition("#")[2])
        if place not in end_of(pages, link.to).places
    }
    assert not lost
    assert any("#" in link.to for page in pages.values() for link in page.links)


def test_nobody_else_is_asked_for_anything(pages: dict[str, Page]) -> None:
    fetched = {
        (page.address, link.to) for page in pages.values() for link in page.links if link.is_fetched
    }
    assert not {pair for pair in fetched if not is_ours(pair[1])}
    assert any(".woff2" in to for _, to in fetched)


def test_no_answer_sets_a_cookie(pages: dict[str, Page]) -> None:
    assert not [address for address, page in pages.items() if page.sets_cookie]


def test_no_address_carries_a_trace(walked_app: Flask, pages: dict[str, Page]) -> None:
    strays = {
        (address, name)
        for address in pages
        for name, _ in parse_qsl(urlsplit(address).query, keep_blank_values=True)
        if name not in parameters(walked_app, address)
    }
    assert not strays


def parameters(app: Flask, address: str) -> set[str]:
    path = urlsplit(address).path
    for start, names in OTHER_PARAMETERS.items():
        if path.startswith(start):
            return names
    endpoint = rule_of(app, address)[1]
    declared = pagecache.declared_by(app, endpoint) if endpoint else None
    return {name for name, _ in declared.query} if declared else {pagecache.TWIN}
