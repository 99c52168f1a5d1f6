"""What a reader does in a browser and a mail program, in words that tests can say."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hrsite.outbox.folder import OpenLetter

STAMP = re.compile(r'name="stamp"\s+value="([^"]+)"')
ROOT = "http://localhost"
# What is drawn in a link, which may spell any word. A slug of this length has no capital letter.
_DRAWN = re.compile(r"(?<=/)(?=[\w-]*[A-Z])[\w-]{22}(?![\w-])")

Letters = Callable[[], list[OpenLetter]]


def sign_up(
    client: FlaskClient, address: str, topics: Iterable[str] = ("articles",), **changes: str
) -> TestResponse:
    """Open the form, fill it in and press the button."""
    stamp = STAMP.search(client.get("/signup").text)
    assert stamp, "the signup form has no stamp"
    fields = {"address": address, "topics": list(topics), "stamp": stamp[1], "website": ""}
    return client.post("/signup", data=fields | changes)


def without_tokens(text: str) -> str:
    """What somebody wrote of a text, for a test that looks for words in it."""
    return _DRAWN.sub("", text)


def ask_for_link(client: FlaskClient, address: str) -> TestResponse:
    """Ask for one's own settings link."""
    stamp = STAMP.search(client.get("/signup/link").text)
    assert stamp, "the form for a link has no stamp"
    return client.post("/signup/link", data={"address": address, "stamp": stamp[1], "website": ""})


@dataclass
class MailProgram:
    """One person's mail program: shows her letters, and follows their links."""

    client: FlaskClient
    letters: Letters
    address: str

    def inbox(self) -> list[OpenLetter]:
        """Her letters, oldest first."""
        return [letter for letter in self.letters() if letter.letter.to == self.address]

    def subjects(self) -> list[str]:
        """What her letters are called; of the welcome letter test_welcoming.py tells."""
        subjects = [letter.letter.subject for letter in self.inbox()]
        return [subject for subject in subjects if subject != "Welcome"]

    def path(self, kind: str, which: int = -1) -> str:
        """The path of a link in one of her letters: "confirm", "settings" or "unsubscribe"."""
        for _, url in self.inbox()[which].links:
            if url.startswith(f"{ROOT}/{kind}/"):
                return url.removeprefix(ROOT)
        raise AssertionError(f"no {kind} link in {self.inbox()[which].text}")

    def confirm(self) -> TestResponse:
        """Open the newest letter's link and press the button there."""
        path = self.path("confirm")
        assert self.client.get(path).status_code == 200
        return self.client.post(path)

    def header(self, name: str, which: int = -1) -> str:
        """One header of a letter."""
        return dict(self.inbox()[which].headers)[name]

    def press_unsubscribe(self) -> TestResponse:
        """The mail program's own button: RFC 8058's POST to the header's address."""
        assert self.header("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
        url = self.header("List-Unsubscribe").strip("<>")
        return self.client.post(url.removeprefix(ROOT), data={"List-Unsubscribe": "One-Click"})
