"""The text-only twin: the same words and links, and nothing else."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite.settings import reading
from hrsite.texts import markdown
from tests import factories
from tests.whole_site import Door, furnish

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

LINK = re.compile(r'<(?:a|form)\b[^>]*?\b(?:href|action)="(/[^"]*)"')
PICTURES = re.compile(r"<(img|svg|picture|source|video)\b")
# Only the twin's own sheet says so.
SYSTEM_FONT = "font: 1.125rem/1.6 system-ui"
BODY = (
    "## One\n\nWords, [a link](/posts/another?a=1#part) and [a file](/media/x.webp)."
    "\n\n![Two cups](/media/abcdefghijklmnopqrstuv.webp)"
)


@pytest.fixture
def doors(app: Flask, coach: FlaskClient, session: Session) -> list[Door]:
    furnished = furnish(app, session)
    reading.words(session).portrait = factories.make_picture(session)
    session.commit()
    picture = factories.make_picture(session)
    body = markdown.from_markdown(BODY)
    post = factories.make_post(session, picture=picture, body_html=body, slug="full-of-pictures")
    furnished.of["posts"]["slug"] = post.slug
    # A file has a dot in its name.
    return [
        door
        for door in furnished.doors(app)
        if door.method == "GET" and not door.rule.startswith("/desk") and "." not in door.path
    ]


def words(page: str) -> list[str]:
    """What a person can read, without the link to the other twin."""
    body = re.sub(r"<svg.*?</svg>|<head>.*?</head>", "", page, flags=re.DOTALL)
    body = re.sub(r'<span class="monogram".*?</span>', "", body, flags=re.DOTALL)
    text = unescape(re.sub(r"<[^>]*>", "\n", body))
    return re.sub(r"Text only|With pictures|Picture: [^\n]+", "", text).split()


def test_every_page_has_a_twin_of_the_same_words_without_a_picture(
    client: FlaskClient, doors: list[Door]
) -> None:
    seen = 0
    for door in doors:
        full, twin = client.get(door.path), client.get(f"{door.path}?plain=1")
        assert twin.status_code == full.status_code, door
        if full.mimetype != "text/html" or full.status_code != 200:
            continue
        seen += 1
        assert not PICTURES.search(twin.text), door
        assert SYSTEM_FONT in twin.text
        assert "Fraunces" not in twin.text
        assert words(twin.text) == words(full.text), door
        assert f'"{door.path}"' in unescape(twin.text)  # The way back.
        assert "?plain=1" in full.text  # The way there.
    assert seen > 12


def test_whoever_reads_plain_stays_plain(client: FlaskClient, doors: list[Door]) -> None:
    for door in doors:
        twin = client.get(f"{door.path}?plain=1")
        if twin.mimetype != "text/html":
            continue
        back = door.path
        for address in map(unescape, LINK.findall(twin.text)):
            path = address.partition("#")[0].partition("?")[0]
            is_file = "." in path.rpartition("/")[2] or path == back
            assert is_file or "plain=1" in address, (str(door), address)


def test_links_in_the_words_keep_their_parts(client: FlaskClient, doors: list[Door]) -> None:
    page = client.get("/posts/full-of-pictures?plain=1").text
    assert 'href="/posts/another?a=1&amp;plain=1#part"' in page
    assert 'href="/media/x.webp"' in page
    assert "Picture: Two cups" in page


def test_a_form_leads_to_a_plain_page(client: FlaskClient, session: Session) -> None:
    page = client.get("/signup?plain=1").text
    assert 'action="/signup?plain=1"' in page
    stamp = re.search(r'name="stamp" value="([^"]+)"', page)
    assert stamp
    typed = {"address": "a@example.net", "topics": "articles", "stamp": stamp[1]}
    answer = client.post("/signup?plain=1", data=typed)
    assert answer.location == "/signup/asked?plain=1"
    again = client.post("/signup?plain=1", data={"address": "", "stamp": stamp[1]}).text
    assert SYSTEM_FONT in again


@pytest.mark.parametrize("value", ["", "0", "2", "true", "1 ", "11", "１", "<b>"])
def test_any_other_value_means_the_full_page(
    client: FlaskClient, session: Session, value: str
) -> None:
    factories.make_post(session)
    page = client.get("/posts/", query_string={"plain": value}).text
    assert "Fraunces" in page
    assert "<b>" not in page


def test_only_the_pages_own_parameters_get_into_the_link(
    client: FlaskClient, session: Session
) -> None:
    posts = [factories.make_post(session) for _ in range(14)]
    page = client.get(f"/posts/?before={posts[-1].id}&evil=1&plain=1&before=x").text
    assert "evil" not in page
    assert f'href="/posts/?before={posts[-1].id}"' in page
    full = client.get(f"/posts/?before={posts[-1].id}&evil=1").text
    assert f'href="?before={posts[-1].id}&amp;plain=1"' in full
    assert "evil" not in full


def test_a_missing_page_has_one_too_and_leads_nowhere_else(client: FlaskClient) -> None:
    page = client.get("/no/such/page?plain=1&evil=1").text
    assert 'href="/"' in page
    assert "evil" not in page


def test_feeds_and_the_desk_have_none(coach: FlaskClient, session: Session) -> None:
    factories.make_post(session)
    assert "plain" not in coach.get("/feed.xml?plain=1").text
    assert SYSTEM_FONT not in coach.get("/desk/?plain=1").text
