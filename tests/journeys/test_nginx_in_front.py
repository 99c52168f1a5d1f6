"""nginx in front of the site, set up as `hrsite nginx` says: the same pages, and no old one."""

import gzip
import os
import re
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask
from sqlalchemy import select, update

from hrsite import clock, create_app
from hrsite.extensions import db
from hrsite.posts.models import Post
from tests.bench.web import programs
from tests.bench.web.nginx import InFront
from tests.bench.web.running import Answer, Server
from tests.bench.web.sites import Site
from tests.conftest import settings_for
from tests.running_site import until

# Of each answer anew, or of whoever answers.
EACH_TIME = {"date", "server", "connection", "etag"}
POST = "/posts/article-3"


class Fronted(NamedTuple):
    """A site of two processes, nginx in front of it, and a third process that commits."""

    behind: Server
    front: Server
    files: Path
    another: Flask

    def filed(self, path: str, **headers: str) -> Answer:
        """What nginx answers from a file; the first time it asks hrsite, which then writes one."""
        told: list[Answer] = []
        assert until(lambda: told.append(self.front.get(path, **headers)) or is_filed(told[-1]))
        return told[-1]


def is_filed(answer: Answer) -> bool:
    """nginx makes its tags of two numbers."""
    return re.fullmatch(r'"[0-9a-f]{1,8}-[0-9a-f]+"', answer.headers["ETag"] or "") is not None


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("nginx")
    (folder / "log").touch()
    return Site(folder, 3, folder / "log")


@pytest.fixture(scope="module")
def fronted(site: Site) -> Iterator[Fronted]:
    try:
        nginx = programs.here("nginx")
    except programs.Missing as trouble:
        pytest.skip(str(trouble))
    files = site.data.with_name("files")
    with ExitStack() as stack:
        behind = site.server(None, READY_FILES=str(files), WEB_PROCESSES="2")
        stack.enter_context(behind)
        front = InFront(nginx, site.data.with_name("front"), None, site.log, site.block(behind))
        stack.enter_context(front)
        another = create_app(settings_for(site.data, READY_FILES=str(files)))
        with another.app_context():
            yield Fronted(behind, front, files, another)
            db.session.remove()
            db.engine.dispose()


def headers(answer: Answer) -> set[tuple[str, str]]:
    said = {(name.lower(), value) for name, value in answer.headers.items()}
    return {pair for pair in said if pair[0] not in EACH_TIME}


@pytest.mark.parametrize("path", ["/", "/posts/", POST])
@pytest.mark.parametrize("accepts", ["identity", "gzip"])
def test_nginx_says_of_a_page_what_the_site_says(fronted: Fronted, path: str, accepts: str) -> None:
    answer = fronted.filed(path, Accept_Encoding=accepts)
    # One of the two processes has made it; each has a page of its own, with a time of its own.
    told: list[Answer] = []
    assert until(
        lambda: (
            told.append(fronted.behind.get(path, Accept_Encoding=accepts))
            or told[-1].body == answer.body
        )
    )
    assert headers(answer) == headers(told[-1])
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    words = gzip.decompress(answer.body) if accepts == "gzip" else answer.body
    assert b"</html>" in words


def test_a_browser_that_has_the_page_gets_no_second_copy(fronted: Fronted) -> None:
    for accepts in ("identity", "gzip"):
        tag = fronted.filed(POST, Accept_Encoding=accepts).headers["ETag"]
        again = fronted.front.get(POST, Accept_Encoding=accepts, If_None_Match=tag)
        assert (again.status, again.body) == (304, b"")
        assert again.headers["Cache-Control"] == "private, no-cache"
        assert again.headers["Content-Security-Policy"]


def test_what_is_no_ready_page_goes_to_the_site(fronted: Fronted) -> None:
    fronted.filed(POST)
    fronted.filed("/")
    for path in (f"{POST}?plain=1", "/posts/?before=2", "/search?q=sleep", "/feed.xml", "/signup"):
        answer = fronted.front.get(path)
        assert answer.status == 200
        assert not is_filed(answer)
    for path in (
        "/posts/../nothing",
        "/current/",
        "/.html",
        "/..%2f..%2fsecret.key",
        "/posts/.html",
    ):
        assert fronted.front.get(path).status in (400, 404)
    assert fronted.front.get("/", Host="elsewhere.example").status == 400


def test_a_form_sent_to_the_address_of_a_page_reaches_the_site(fronted: Fronted) -> None:
    fronted.filed("/")
    line = HTTPConnection("127.0.0.1", fronted.front.port, timeout=30)
    line.request("POST", "/", body="a=b", headers={"Host": fronted.front.host})
    answer = line.getresponse()
    assert answer.status == 405
    assert b"</html>" in answer.read()
    assert answer.headers["Content-Security-Policy"]
    line.close()


def test_after_another_process_has_committed_nginx_has_no_old_page(fronted: Fronted) -> None:
    for number in range(20):
        fronted.filed(POST)
        db.session.execute(update(Post).values(title=f"Changed {number} times"))
        db.session.commit()
        words = f"Changed {number} times".encode()
        for _ in range(20):
            # The site's processes notice a moment later; what nginx has is new or nothing.
            answer = fronted.front.get(POST)
            assert words in answer.body or not is_filed(answer)
        assert words in fronted.filed(POST).body


def test_a_date_passes_though_no_request_comes_to_the_site(fronted: Fronted) -> None:
    post = db.session.scalars(select(Post).order_by(Post.id)).first()
    assert post is not None
    date = clock.now() + timedelta(seconds=2)
    post.title, post.published_at = "It is out", date
    db.session.commit()
    # On a slow machine it may be out before we have asked.
    assert b"It is out" not in fronted.filed("/posts/").body or clock.now() >= date
    assert until(lambda: b"It is out" in fronted.front.get("/posts/").body)


def test_a_site_that_was_killed_leaves_nothing_that_the_next_one_believes(site: Site) -> None:
    files = site.data.with_name("left")
    with site.server(None, READY_FILES=str(files)) as server:
        assert until(lambda: server.get(POST) and any(files.glob(f"current/*/*{POST}.html")))
        (left,) = files.glob(f"current/*/*{POST}.html")
        os.killpg(server.process.pid, signal.SIGKILL)
        server.process.wait()
    left.write_text("Left behind")
    with site.server(None, READY_FILES=str(files)) as server:
        assert server.get(POST).status == 200
        (page,) = files.glob(f"current/*/*{POST}.html")
        assert page.read_text() != "Left behind"
    # This one was told to stop.
    assert os.listdir(files) == []
