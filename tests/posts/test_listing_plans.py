"""No list sorts, scans or asks more with many articles than with few."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.posts import paging
from hrsite.posts.models import Post
from tests.factories import make_post, make_tag
from tests.statements import noted_statements

SIZE = paging.PAGE_SIZE
pytestmark = pytest.mark.parametrize("database", ["sqlite"])


def addresses_of(posts: list[Post]) -> list[str]:
    """The first page, one from the middle by either way, and the last one, of every list."""
    month = f"/posts/{clock.local(clock.now()):%Y/%m}"
    ways = ("", f"?before={posts[SIZE].id}", f"?after={posts[-1].id}", f"?before={posts[-2].id}")
    lists = [f"{place}{way}" for place in ("/posts/", "/topics/sleep", month) for way in ways]
    # Topics first: they are found once, and kept for the pages that follow.
    return ["/topics/", "/", f"/posts/{posts[0].slug}", *lists]


def fill(session: Session, count: int) -> list[Post]:
    now = clock.now()
    tags = [make_tag(session, name) for name in ("Sleep", "Talk")]
    posts = [
        Post(title=f"{n}", slug=f"post-{n}", summary="", body_html="<p>x</p>", tags=tags,
             created_at=now, updated_at=now, published_at=now - timedelta(seconds=n))
        for n in range(count)
    ]  # fmt: skip
    session.add_all(posts)
    session.commit()
    return posts


def test_each_list_is_read_in_the_order_of_an_index(session: Session, client: FlaskClient) -> None:
    # A few rows, and SQLite told nothing of how many: it plans as it would for a hundred thousand.
    for address in addresses_of(fill(session, SIZE * 3)):
        with noted_statements() as said:
            assert client.get(address).status_code == 200, address
        asked = [one for one in said if "posts" in one.sql or "post_tags" in one.sql]
        assert asked, address
        for statement in asked:
            # The topics of one article are put in order: a few names.
            is_of_one = "WHERE posts.slug = ?" in statement.sql
            steps = [step for step in statement.plan() if not is_of_one or "SCAN" in step]
            bad = [
                step
                for step in steps
                if "TEMP B-TREE" in step or step.startswith(("SCAN posts", "SCAN post_tags"))
            ]
            assert bad == [], (address, statement.sql, steps)


def test_a_page_asks_as_often_with_many_articles_as_with_few(
    session: Session, client: FlaskClient
) -> None:
    posts = fill(session, SIZE * 3)
    asked: dict[str, list[int]] = {}
    for _ in range(2):
        client.get("/privacy")  # The first request after a change looks what holds now.
        client.application.extensions["front_door"].forget()
        for address in addresses_of(posts):
            with noted_statements() as said:
                assert client.get(address).status_code == 200
            asked.setdefault(address, []).append(len(said))
        for _ in range(SIZE):
            make_post(session, tags=list(posts[0].tags))

    assert {address: counts for address, counts in asked.items() if len(set(counts)) > 1} == {}
    assert max(counts[0] for counts in asked.values()) <= 12
