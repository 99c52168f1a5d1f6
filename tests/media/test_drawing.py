"""The card for chats: calm, the right size, small, and silent about the subject."""

from io import BytesIO

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from hrsite.media import drawing
from hrsite.media.drawing import Card, draw
from hrsite.settings import reading
from tests.conftest import AppMaker
from tests.factories import make_post

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"])
LONG = "Steady Ground with a much longer name, kept by Jordan Hale and friends of Toronto " * 3


def opened(octets: bytes) -> Image.Image:
    picture = Image.open(BytesIO(octets))
    picture.load()
    return picture


@pytest.mark.parametrize(
    "name", ["Steady Ground", "S", LONG, "W" * 300, "Покой", "🌱", "\u0301" * 50]
)
def test_whatever_the_site_is_called_its_card_fits_a_chat(name: str) -> None:
    octets = draw(Card(name, 3))
    picture = opened(octets)
    assert (picture.format, picture.size) == ("PNG", (1200, 630))
    assert 3_000 < len(octets) < 100_000


def test_every_drawing_is_small_and_unlike_the_others() -> None:
    drawn = {draw.__wrapped__(Card("Steady Ground", mood)) for mood in range(drawing.MOODS)}
    assert len(drawn) == drawing.MOODS
    assert max(map(len, drawn)) < 40_000


def test_the_same_card_is_always_the_same_bytes() -> None:
    card = Card("Steady Ground", 7)
    assert draw.__wrapped__(card) == draw.__wrapped__(card)


def test_the_name_stands_on_it_in_our_letters() -> None:
    assert draw(Card("Steady Ground", 7)) != draw(Card("Other Ground", 7))
    # Letters that the font lacks would come out as boxes: then the hills say enough.
    assert draw(Card("Покой", 7)) == draw(Card("Мир", 7))


def test_a_title_we_cannot_write_leaves_the_name_of_the_site() -> None:
    nameless = draw(Card("Steady Ground", 7))
    for title in ("🌱🌱🌱", "كيف تبقى آمنا", "Покой"):
        assert draw(Card("Steady Ground", 7, title)) == nameless
    assert draw(Card("Steady Ground", 7, "Rest")) != nameless


@ON_SQLITE
def test_the_card_of_an_article_says_nothing_of_its_subject(
    client: FlaskClient, session: Session
) -> None:
    make_post(session, slug="one", title="The first minutes of an overdose")
    page = client.get("/posts/one").text
    address = page.split('property="og:image" content="http://localhost')[1].split('"')[0]

    answer = client.get(address)

    assert answer.mimetype == "image/png"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    mood = int(address.removeprefix("/media/card-").split("-")[0])
    assert answer.data == draw(Card("Steady Ground", mood))


@ON_SQLITE
def test_a_card_has_a_new_address_when_the_site_has_a_new_name(make_app: AppMaker) -> None:
    first, second = (make_app(SITE_NAME=name).test_client() for name in ("One", "Two"))
    address, other = (
        browser.get("/")
        .text.split('property="og:image" content="http://localhost')[1]
        .split('"')[0]
        for browser in (first, second)
    )
    assert address != other
    # The old address still shows a card, and only for a while.
    assert second.get(address).data == second.get(other).data
    assert second.get(address).headers["Cache-Control"] == "public, max-age=300"


@ON_SQLITE
@pytest.mark.parametrize("name", ["", "0", "99-0123456789ab", "0-xyz", "0-0123456789ab0", "../x"])
def test_nothing_else_is_drawn(client: FlaskClient, name: str) -> None:
    assert client.get(f"/media/card-{name}.png").status_code == 404


@ON_SQLITE
def test_the_coach_may_have_the_title_on_the_card(client: FlaskClient, session: Session) -> None:
    post = make_post(session, slug="one", title="Carrying naloxone")
    words = reading.words(session)
    words.cards_name_articles = True
    session.add(words)
    session.commit()
    page = client.get("/posts/one").text
    address = page.split('property="og:image" content="http://localhost')[1].split('"')[0]

    answer = client.get(address)

    mood = drawing.mood_of(post.title)
    assert answer.data == draw(Card("Steady Ground", mood, "Carrying naloxone"))
    assert "immutable" in answer.headers["Cache-Control"]
    # Of an article that nobody may see there is no card, and after a change of mind a neutral one.
    words.cards_name_articles = False
    session.commit()
    assert client.get(address).data == draw(Card("Steady Ground", mood))
    post.published_at = None
    session.commit()
    assert client.get(address).status_code == 404
    for number in (99, 9_999_999_999):
        assert client.get(f"/media/card-a{number}-0123456789ab.png").status_code == 404
