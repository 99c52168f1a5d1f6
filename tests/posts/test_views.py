"""Articles as readers see them."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite import clock as site_clock
from tests.factories import make_notice, make_picture, make_post, make_tag

LISTS = ("/", "/posts/", "/topics/", "/topics/sleep", "/feed.xml", "/posts/seen")


def test_a_site_without_articles_says_what_will_stand_there(client: FlaskClient) -> None:
    for address in ("/", "/posts/", "/topics/", "/feed.xml"):
        assert client.get(address).status_code == 200
    assert "first article is being written" in client.get("/").text


def test_drafts_and_scheduled_articles_are_seen_nowhere(
    client: FlaskClient, session: Session
) -> None:
    sleep, secret = make_tag(session, "Sleep"), make_tag(session, "Hidden topic")
    make_post(session, slug="seen", title="A thing to read", tags=[sleep])
    make_post(session, slug="draft", title="Not yet said", published_at=None, tags=[sleep, secret])
    ahead = site_clock.now() + timedelta(hours=1)
    make_post(session, slug="ahead", title="Not yet said", published_at=ahead, tags=[sleep, secret])

    for address in LISTS:
        page = client.get(address)
        assert page.status_code == 200, address
        assert "Not yet said" not in page.text, address
        assert "Hidden topic" not in page.text, address
    for address in ("/posts/draft", "/posts/ahead", "/topics/hidden-topic"):
        assert client.get(address).status_code == 404


@pytest.mark.usefixtures("clock")
def test_a_dot_between_two_facts_never_ends_a_line(client: FlaskClient, session: Session) -> None:
    now = site_clock.now()
    make_post(session, slug="seen", author_name="Jordan", reviewed_at=now, current_until=now)
    past = make_post(session, slug="past", current_until=now - timedelta(days=1))
    for address in ("/posts/seen", "/posts/past", "/", "/posts/"):
        main = client.get(address).text.partition("<main")[2].partition("</main>")[0]
        told = main.replace("&nbsp;", "\u00a0").split("·")[1:]
        assert told, address
        assert all(words.startswith("\u00a0") for words in told), address
    found = client.get(f"/search?q={past.title}").text.replace("&nbsp;", "\u00a0")
    assert "·\u00a0Things may have changed" in found


def test_many_topics_hide_nothing_that_stands_below_them(
    client: FlaskClient, session: Session
) -> None:
    tags = [make_tag(session, f"Topic {letter}") for letter in "ABCDEFGHIJKLM"]
    make_post(session, tags=tags)
    make_post(session, tags=[tags[-1]])
    for address in ("/", "/posts/", "/search?q=zzzz", "/nothing"):
        page = client.get(address).text
        assert re.findall(r'href="/topics/topic-(\w)"', page) == [*"abcdefghijk", "m"], address
        assert '<a href="/topics/"><b>All 13 topics</b></a>' in page
    assert len(re.findall(r'href="/topics/topic-(\w)"', client.get("/topics/").text)) == 13


def test_a_scheduled_article_appears_when_its_time_comes(
    client: FlaskClient, session: Session, clock: time_machine.Traveller
) -> None:
    date = site_clock.now() + timedelta(hours=1)
    make_post(session, slug="evening", title="For this evening", published_at=date)

    clock.shift(timedelta(minutes=59, seconds=59))
    assert client.get("/posts/evening").status_code == 404
    assert "For this evening" not in client.get("/").text
    clock.shift(timedelta(seconds=1))
    assert client.get("/posts/evening").status_code == 200
    assert "For this evening" in client.get("/").text


def test_an_article_shows_its_words_its_topics_and_others_to_read(
    client: FlaskClient, session: Session
) -> None:
    make_post(session, title="The one before")
    make_post(
        session,
        slug="kept",
        title="Small steps, kept",
        summary="Twice beats forever.",
        body_html="<h2>Start</h2><p>One thing.</p>",
        tags=[make_tag(session, "Sleep")],
        picture=make_picture(session),
    )

    page = client.get("/posts/kept").text

    for words in ("Small steps, kept", "Twice beats forever.", "<h2>Start</h2>", "Jordan Hale"):
        assert words in page
    assert 'href="/topics/sleep"' in page
    assert "A table with two cups" in page
    assert "The one before" in page
    assert "See all" in page


def test_the_first_page_shows_nothing_twice(client: FlaskClient, session: Session) -> None:
    older = site_clock.now() - timedelta(days=2)
    make_post(session, title="The one before", published_at=older)
    make_post(session, title="Pinned and newest", pinned_place=1)

    page = client.get("/").text

    assert page.count("Pinned and newest</a>") == 1
    assert page.count("The one before</a>") == 1
    assert "The newest article" not in page
    assert "Also new" in page


def test_a_first_page_with_all_that_can_be_pinned_shows_as_many_others(
    client: FlaskClient, session: Session
) -> None:
    for number in range(20):
        ago, place = timedelta(days=number), number + 1 if number < 3 else None
        at = site_clock.now() - ago
        make_post(session, title=f"Number {number}", published_at=at, pinned_place=place)

    shown = re.findall(r">Number (\d+)</a>", client.get("/").text)

    assert shown == [str(number) for number in range(10)]


def test_a_first_page_whose_only_article_is_pinned_is_not_called_empty(
    client: FlaskClient, session: Session
) -> None:
    make_post(session, title="Pinned and alone", pinned_place=1)

    page = client.get("/").text

    assert page.count("Pinned and alone</a>") == 1
    assert "first article is being written" not in page
    assert "Read the articles" in page


def test_pictures_of_the_first_screen_are_fetched_at_once_and_others_when_scrolled_to(
    client: FlaskClient, session: Session
) -> None:
    for number in range(5):
        make_post(session, slug=f"seen-{number}", picture=make_picture(session))

    assert client.get("/posts/").text.count("<img ") == 5
    assert client.get("/posts/").text.count('loading="lazy"') == 2
    assert client.get("/posts/").text.count('fetchpriority="high"') == 1
    article = client.get("/posts/seen-0").text
    assert article.index('fetchpriority="high"') < article.index('loading="lazy"')


@pytest.mark.parametrize(
    ("width", "height", "is_framed"), [(900, 1350, True), (800, 800, True), (1600, 1200, False)]
)
def test_a_picture_taller_than_a_screen_stands_in_a_frame(
    client: FlaskClient, session: Session, width: int, height: int, is_framed: bool
) -> None:
    make_post(session, slug="tall", picture=make_picture(session, width=width, height=height))
    assert ('<figure class="post-art tall">' in client.get("/posts/tall").text) == is_framed


def test_a_title_in_another_direction_or_of_two_hundred_letters_has_its_own_look(
    client: FlaskClient, session: Session
) -> None:
    make_post(session, slug="safe", title="كيف تبقى آمنا", body_html="<p>ملخص</p>")
    make_post(session, slug="long", title="Long words " * 18)

    article = client.get("/posts/safe").text
    assert '<h1 dir="auto" >كيف' in article
    assert 'class="measure prose" dir="auto"' in article
    assert 'class="long"' not in article
    assert 'class="long"' in client.get("/posts/long").text


def test_thirty_articles_are_read_page_by_page(client: FlaskClient, session: Session) -> None:
    for number in range(30):
        make_post(session, title=f"Article {number:02} of many", slug=f"article-{number}")
    seen: list[str] = []
    page, pages = client.get("/posts/?utm_source=x"), 1

    while True:
        seen += [f"{n:02}" for n in range(30) if f"Article {n:02} of many" in page.text]
        if 'rel="next"' not in page.text:
            break
        address = page.text.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
        page, pages = client.get(address), pages + 1
        assert 'href="/posts/" rel="prev">' in page.text or "after=" in page.text

    assert pages == 3
    assert sorted(seen) == [f"{n:02}" for n in range(30)]


@pytest.mark.parametrize(
    "before",
    ["", "0", "-1", "1.5", "abc", "2147483648", "9" * 400, "१२", "1 OR 1=1", "%00", "999999"],
)
def test_a_page_that_cannot_be_is_not_found(client: FlaskClient, before: str) -> None:
    assert client.get(f"/posts/?before={before}").status_code == 404


@pytest.mark.parametrize("month", ["2026/07", "2026/00", "2026/13", "0000/01", "9999/12", "26/6"])
def test_a_month_without_articles_is_not_found(
    client: FlaskClient, session: Session, clock: time_machine.Traveller, month: str
) -> None:
    make_post(session)
    make_post(session, published_at=site_clock.now() + timedelta(days=40))

    assert client.get("/posts/2026/06").status_code == 200
    page = client.get(f"/posts/{month}")
    assert page.status_code == 404
    assert "Recent posts" in page.text


def test_the_archive_leads_to_every_month(
    client: FlaskClient, session: Session, clock: time_machine.Traveller
) -> None:
    make_post(session, title="From this month")
    make_post(session, title="From long ago", published_at=datetime(2024, 2, 3, tzinfo=UTC))

    assert 'href="/posts/2026/06"' in client.get("/posts/").text
    assert 'href="/posts/2024/02"' in client.get("/posts/").text
    page = client.get("/posts/2024/02").text
    main = page.split("<main")[1].split("</main>")[0]
    assert "February 2024" in main
    assert "From long ago" in main
    assert "From this month" not in main


@pytest.mark.parametrize(
    "slug", ["%00", "%ED%A0%80", "~kept", "Kept", "kept%0a", "../kept", "k" * 5000, "--", "é"]
)
def test_an_address_that_no_article_can_have_is_not_found(
    client: FlaskClient, session: Session, slug: str
) -> None:
    make_post(session, slug="kept")
    for room in ("posts", "topics", "notices"):
        assert client.get(f"/{room}/{slug}").status_code in (404, 405)


def test_a_topic_page_shows_its_own_articles(client: FlaskClient, session: Session) -> None:
    make_post(session, title="About rest", tags=[make_tag(session, "Sleep")])
    make_post(session, title="About words", tags=[make_tag(session, "Talk")])

    main = client.get("/topics/sleep").text.split("<main")[1].split("</main>")[0]

    assert "About rest" in main
    assert "About words" not in main


def test_the_first_page_says_what_is_on(client: FlaskClient, session: Session) -> None:
    make_post(session)
    make_notice(session, title="Group at seven", how_to_join="The secret door")

    page = client.get("/").text

    assert "Group at seven" in page
    assert "The secret door" not in page


def test_what_a_person_typed_is_shown_and_never_run(client: FlaskClient, session: Session) -> None:
    make_post(
        session,
        slug="odd",
        title="{{7*7}} <b>&",
        summary="{% raw %}",
        body_html="<p>{{7*7}}</p><script>alert(1)</script>",
    )

    for address in ("/", "/posts/odd", "/feed.xml"):
        page = client.get(address).text
        assert "{{7*7}}" in page
        assert "<script>alert" not in page
    assert "{{7*7}} &lt;b&gt;&amp;" in client.get("/posts/odd").text


def test_readers_pages_set_no_cookie_and_vary_by_none(
    client: FlaskClient, session: Session
) -> None:
    make_post(session, slug="seen", tags=[make_tag(session, "Sleep")])

    for address in (*LISTS, "/notices/", "/privacy"):
        headers = client.get(address).headers
        assert "Set-Cookie" not in headers, address
        assert "Cookie" not in headers.get("Vary", ""), address


def test_a_bare_link_leads_to_the_article_and_to_nothing_that_is_not_public(
    client: FlaskClient, session: Session
) -> None:
    post, draft = make_post(session), make_post(session, published_at=None)
    answer = client.get(f"/n/{post.id}")
    assert (answer.status_code, answer.location) == (302, f"/posts/{post.slug}")
    for number in (draft.id, 10**6, 2**31, 10**30):
        assert client.get(f"/n/{number}").status_code == 404
