"""Videos and sound on other sites: cards that ask nobody, made of links that stand alone."""

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from sqlalchemy.orm import Session

from hrsite.media.elsewhere import Elsewhere, with_cards
from hrsite.texts.markup import clean, from_markdown, to_markdown, to_text
from tests.factories import make_post
from tests.markup_samples import documents


def cards(html: str) -> list[Elsewhere]:
    found: list[Elsewhere] = []

    def card(it: Elsewhere) -> str:
        found.append(it)
        return ""

    with_cards(clean(html), card)
    return found


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://www.youtube.com/watch?v=a&t=1", "youtube.com"),
        ("https://youtu.be/a", "youtu.be"),
        ("https://m.youtube.com/watch?v=a", "youtube.com"),
        ("https://vimeo.com/1", "vimeo.com"),
        ("https://open.spotify.com/episode/1", "spotify.com"),
    ],
)
def test_a_lone_link_to_a_video_is_a_card(address: str, host: str) -> None:
    html = from_markdown(f"Before.\n\n[Packing & *a* kit]({address})\n\nAfter.")

    assert cards(html) == [Elsewhere("Packing & a kit", address, host)]


@pytest.mark.parametrize(
    "text",
    [
        "[A kit](https://example.org/watch)",
        "[A kit](https://youtube.com.example.org/watch)",
        "[A kit](https://example.org/@youtube.com)",
        "See [a kit](https://youtu.be/a)",
        "[A](https://youtu.be/a)[B](https://youtu.be/b)",
        "- [A kit](https://youtu.be/a)",
        "[A kit](/youtube.com)",
    ],
)
def test_any_other_link_stays_a_link(text: str) -> None:
    assert cards(from_markdown(text)) == []


@given(documents)
def test_no_text_is_changed_that_has_no_card(document: str) -> None:
    html = clean(document)

    assert with_cards(html, lambda it: "CARD") == html


def test_the_card_is_a_plain_link_with_a_pattern_of_ours(
    client: FlaskClient, session: Session
) -> None:
    html = from_markdown("[Packing a <kit>](https://youtu.be/a?b=1&c=2)")
    post = make_post(session, body_html=html)
    session.commit()

    page = client.get(f"/posts/{post.slug}").text

    assert '<a href="https://youtu.be/a?b=1&amp;c=2" rel="noopener noreferrer">Packing a' in page
    assert "&lt;kit&gt;" in page
    assert "Nothing comes from there until you press." in page
    for asks in ("<iframe", "<script src=http", "ytimg", 'src="https://'):
        assert asks not in page
    assert 'class="elsewhere"' not in client.get(f"/posts/{post.slug}?plain=1").text
    assert to_text(html) == "Packing a <kit> (https://youtu.be/a?b=1&c=2)\n"
    assert to_markdown(html) == "[Packing a \\<kit>](https://youtu.be/a?b=1&c=2)"
