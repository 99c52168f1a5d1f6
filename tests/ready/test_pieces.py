"""Pieces that pages share: asked for once, as new as the pages, each where it belongs."""

import re

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.posts.models import Post
from hrsite.ready import pagecache
from tests import factories
from tests.conftest import AppMaker
from tests.ready.test_frontdoor import behind_our_back
from tests.statements import noted_statements

CARD = '<a href="/posts/p{0}">Number {0}</a>'
MARKED = re.compile(r'<a href="([^"]+)"\s+aria-current="page"')


@pytest.fixture
def posts(session: Session, clock: time_machine.Traveller) -> list[Post]:
    made = [factories.make_post(session, slug=f"p{n}", title=f"Number {n}") for n in range(1, 7)]
    factories.make_page(session, slug="about", title="About me", is_in_menu=True)
    factories.make_page(session, slug="prices", title="Prices", is_in_menu=True)
    factories.make_notice(session, title="No group this week")
    return made


@pytest.fixture
def reader(make_app: AppMaker, posts: list[Post]) -> FlaskClient:
    """Of a site that keeps no page: each is made anew, and shares what it can."""
    return make_app(READY_MEGABYTES=0).test_client()


def test_the_second_page_asks_for_nothing_that_the_first_one_asked(reader: FlaskClient) -> None:
    reader.get("/posts/p1")
    reader.get("/search?q=something")
    for path in ("/posts/p2", "/search?q=number"):
        with noted_statements() as said:
            assert reader.get(path).status_code == 200
        tables = {table for one in said for table in re.findall(r"FROM (\w+)", one.sql)}
        assert "posts" in tables
        assert not tables & {"pages", "session_notices", "site_words", "help_lines"}


def test_each_page_marks_itself_in_the_menu_and_no_other(reader: FlaskClient) -> None:
    for _ in range(2):
        for path in ("/posts/", "/about", "/prices", "/notices/"):
            assert MARKED.findall(reader.get(path).text) == [path]
        for path in ("/posts/p1", "/nothing-there", "/"):
            assert MARKED.findall(reader.get(path).text) == []


def test_pages_and_their_twins_share_nothing_that_differs(
    reader: FlaskClient, session: Session, posts: list[Post]
) -> None:
    sleep = factories.make_tag(session, name="Sleep")
    posts[0].tags.append(sleep)
    session.commit()
    for _ in range(2):
        assert "plain=1" not in _without_twin(reader.get("/posts/p1").text)
        twin = reader.get("/posts/p1?plain=1").text
        assert "<svg" not in twin
        for place in ("/about", "/topics/sleep", "/posts/p6", "/signup"):
            assert f'"{place}?plain=1"' in twin


def test_an_article_is_not_among_its_own_recent_posts(reader: FlaskClient) -> None:
    for _ in range(2):
        for number in (6, 5, 1):
            recent = reader.get(f"/posts/p{number}").text.partition('id="recent"')[2]
            linked = re.findall(r'href="/posts/p(\d)"', recent)
            assert linked == [n for n in "65432" if n != str(number)][:4]


def test_a_card_is_made_once_for_all_the_lists_it_is_in(
    reader: FlaskClient, session: Session, posts: list[Post]
) -> None:
    tag = factories.make_tag(session, name="Sleep")
    for post in posts:
        post.tags.append(tag)
    session.commit()
    first = reader.get("/posts/").text
    with noted_statements() as said:
        second = reader.get("/topics/sleep").text
    assert not [one.sql for one in said if "posts.title" in one.sql]
    for number in range(1, 7):
        assert CARD.format(number) in first
        assert CARD.format(number) in second


def test_a_picture_is_fetched_at_once_on_the_first_screen_alone(
    reader: FlaskClient, session: Session, posts: list[Post]
) -> None:
    posts[-1].picture = posts[-2].picture = factories.make_picture(session)
    session.commit()
    for _ in range(2):
        for path, loading in (("/posts/", "fetchpriority"), ("/posts/p1", 'loading="lazy"')):
            card = re.split("<article|</article>", reader.get(path).text)
            tag = next(words for words in card if 'href="/posts/p6"' in words and "<img" in words)
            assert loading in tag
            assert ('loading="lazy"' in tag) == (path != "/posts/")


def test_of_a_hundred_thousand_cards_some_are_kept_and_all_are_shown(app: Flask) -> None:
    asked: list[int] = []

    def double(numbers: list[int]) -> dict[int, int]:
        asked.extend(numbers)
        return {number: number * 2 for number in numbers if number >= 0}

    most = pagecache.MOST_OF_A_KIND
    with app.test_request_context("/"), pagecache.sharing({}):
        for start in (0, 0, most, most):
            names = range(start, start + most)
            shown = pagecache.shared_each("doubles", [-1, *names], double)
            assert shown == [name * 2 for name in names]
    once, twice = range(most), range(most, 2 * most)
    assert sorted(asked) == sorted([*once, *twice, *twice, -1, -1, -1, -1])


@pytest.mark.parametrize(
    ("statement", "old", "new"),
    [
        ("UPDATE pages SET title = 'Costs' WHERE slug = 'prices'", ">Prices</a>", ">Costs</a>"),
        ("UPDATE session_notices SET title = 'Moved'", "No group this week", "Moved"),
        ("UPDATE posts SET title = 'Newer' WHERE slug = 'p6'", "Number 6", "Newer"),
    ],
)
def test_what_another_process_changed_is_new_on_every_page(
    reader: FlaskClient,
    app: Flask,
    clock: time_machine.Traveller,
    statement: str,
    old: str,
    new: str,
) -> None:
    assert old in reader.get("/posts/p1").text
    behind_our_back(app, statement)
    clock.shift(0.2)
    for path in ("/posts/p1", "/posts/p2", "/posts/p1?plain=1"):
        page = reader.get(path).text
        assert new in page
        assert old not in page


def test_what_a_date_ends_is_gone_from_every_page(
    reader: FlaskClient, session: Session, clock: time_machine.Traveller
) -> None:
    now = our_clock.now()
    ends_at = now.replace(hour=now.hour + 1)
    factories.make_notice(session, title="Tonight", starts_at=now, ends_at=ends_at)
    assert "Tonight" in reader.get("/posts/p1").text
    clock.move_to(ends_at)
    assert "Tonight" not in reader.get("/posts/p2").text


def test_the_desk_is_told_each_time(app: Flask) -> None:
    found: list[int] = []
    with app.test_request_context("/desk/"):
        for _ in range(2):
            pagecache.shared("anything", lambda: found.append(1))
    assert len(found) == 2


def _without_twin(html: str) -> str:
    """A page without the link to its text-only twin."""
    return html.replace('href="?plain=1"', "")
