"""What readers are told of privacy, asking, choosing and leaving: to be read at nine to eleven."""

import re
from html.parser import HTMLParser

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite import tokens
from hrsite.hints.hint import Place
from hrsite.hints.reading import reading_age
from hrsite.newsletter.letters import PERSONAL_LETTERS
from hrsite.outbox.compose import compose
from tests import factories

pytestmark = pytest.mark.parametrize("database", ["sqlite"])
OLDEST = 11
LONG = ("/privacy", "/privacy/receipt", "/staying-private")
_BLOCKS = {"p", "li", "h1", "h2", "h3", "br", "legend", "label", "button", "main"}


class Main(HTMLParser):
    """The words of a page's main part, a line for each block."""

    def __init__(self) -> None:
        super().__init__()
        self.lines, self.is_inside = [""], False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A new block is a new line."""
        self.is_inside = self.is_inside or tag == "main"
        if tag in _BLOCKS:
            self.lines.append("")

    def handle_endtag(self, tag: str) -> None:
        """After the main part come the feet."""
        self.is_inside = self.is_inside and tag != "main"
        if tag in _BLOCKS:
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        """Words."""
        if self.is_inside:
            self.lines[-1] += data


def lines_of(page: str) -> list[str]:
    parser = Main()
    parser.feed(page)
    return [line for raw in parser.lines if (line := " ".join(raw.split()))]


def age(lines: list[str]) -> int:
    prose, blocks = "", []
    for line in lines:
        blocks.append(Place(len(prose), len(prose) + len(line)))
        prose += line + "\n"
    found = reading_age(prose, blocks)
    assert found is not None, "too few words to say"
    return found


@pytest.mark.parametrize("path", LONG)
def test_a_page_about_privacy_can_be_read_by_a_child(client: FlaskClient, path: str) -> None:
    assert age(lines_of(client.get(path).text)) <= OLDEST


def test_the_pages_of_asking_choosing_and_leaving_can_be_read_by_a_child(
    client: FlaskClient, session: Session
) -> None:
    person = factories.make_subscriber(session)
    links = person.links
    factories.make_address_change(
        session, person, "b@example.org", *(tokens.fingerprint(one * 22) for one in "ms")
    )
    settings = f"/settings/{links['settings']}"
    paths = [
        "/signup", "/signup/asked", "/signup/link", "/signup/link/asked",
        f"/confirm/{links['confirm']}", settings, f"{settings}/address", f"{settings}/erase",
        f"/unsubscribe/{links['unsubscribe']}", f"/move/{'m' * 22}", f"/stay/{'s' * 22}",
    ]  # fmt: skip
    said = [line for path in paths for line in lines_of(client.get(path).text)]
    said += lines_of(client.post(f"{settings}/address", data={"address": "c@example.org"}).text)
    said += lines_of(client.post(f"/confirm/{links['confirm']}").text)
    said += lines_of(client.post(f"{settings}/close").text)
    said += lines_of(client.post(f"{settings}/close").text)
    said += lines_of(client.post(f"{settings}/erase").text)
    said += lines_of(client.post(f"/unsubscribe/{links['unsubscribe']}", data={"button": "1"}).text)
    assert len(" ".join(said).split()) > 700
    assert age(said) <= OLDEST


def test_the_letters_anybody_can_set_off_can_be_read_by_a_child(app: Flask) -> None:
    said = []
    with app.test_request_context():
        for name in PERSONAL_LETTERS:
            text = compose(name).text
            words = re.sub(r"\S*://\S*", "", text)
            said += [" ".join(part.split()) for part in words.split("\n\n") if part.strip()]
    assert age(said) <= OLDEST


@pytest.mark.usefixtures("database")
def test_a_hard_text_is_noticed() -> None:
    hard = (
        "Notwithstanding the aforementioned considerations, participants acknowledge unequivocally"
        " that confidentiality obligations remain applicable throughout the administration. "
    )
    assert age([hard] * 8) > OLDEST
