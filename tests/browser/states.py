"""Every page and state a reader can meet, as the site answers it: for browsers and checkers."""

import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copyfile

from flask import abort, render_template
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from hrsite import clock, create_app, furniture, tokens
from hrsite.extensions import db
from hrsite.newsletter import trying
from hrsite.newsletter.models import SubscriptionState
from tests.browser.arranged import UNLISTED, moving_to, reader, send
from tests.conftest import settings_for
from tests.journeys.doors import STAMP

NOBODYS = "A" * 22
# The states whose pages come by a plain GET at an address of their own.
PATHS = {
    "home": "/",
    "articles": "/posts/",
    "topics": "/topics/",
    "a topic": "/topics/starting-out",
    "an article, drawn": "/posts/one-honest-question",
    "an article with everything": "/posts/with-everything",
    "the shortest article": "/posts/shortest",
    "an article with a content note": "/posts/the-first-minutes-of-an-overdose",
    "an article past its date": "/posts/spring-hours-and-a-warning",
    "an article in another language": "/posts/le-dire-a-une-seule-personne",
    "an article by email only": f"/r/{UNLISTED}",
    "search, empty": "/search",
    "search, found": "/search?q=overdose",
    "search, another word meant": "/search?q=withdrawl",
    "search, nothing found": "/search?q=zzzz+qqqq",
    "search, a very long question": "/search?q=" + "ab" * 600,
    "notices": "/notices/",
    "a notice": "/notices/notice-2",
    "a notice of a series": "/notices/notice-3",
    "a notice that is cancelled": "/notices/notice-5",
    "a notice that is past": "/notices/spring-group-ended",
    "a coach's page": "/about",
    "what to expect": "/what-to-expect",
    "how to book": "/call",
    "privacy": "/privacy",
    "what we keep": "/privacy/receipt",
    "staying private": "/staying-private",
    "follow": "/follow",
    "signup": "/signup",
    "signup, asked": "/signup/asked",
    "a lost link": "/signup/link",
    "a lost link, asked": "/signup/link/asked",
    "no such page": "/no/such/page",
    "no such article": "/posts/carying-naloxone",
    "confirm, nobody's link": f"/confirm/{NOBODYS}",
    "settings, nobody's link": f"/settings/{NOBODYS}",
    "unsubscribe, nobody's link": f"/unsubscribe/{NOBODYS}",
    "unsubscribe, a test's link": f"/unsubscribe/{trying.TEST_LINK}",
    "home, text only": "/?plain=1",
    "an article with everything, text only": "/posts/with-everything?plain=1",
    "search, text only": "/search?q=overdose&plain=1",
    "signup, text only": "/signup?plain=1",
    "notices, text only": "/notices/?plain=1",
    "a notice of a series, text only": "/notices/notice-3?plain=1",
    "no such page, text only": "/no/such/page?plain=1",
}
# Every status has the same two pages: one with the menu, and a bare one from 500 on.
FAULTS = (400, 410, 429, 500)


@dataclass(frozen=True)
class Answer:
    """What came back. `path` is where a browser finds it; empty when only a deed brings it."""

    status: int
    html: str
    policy: str
    path: str = ""


def answers(data: Path, empty_database: str) -> dict[str, Answer]:
    """All of them: of the filled site in `data`, and of one that has nothing yet."""
    app = create_app(settings_for(data))
    app.add_url_rule("/fault/<int:code>", "fault", lambda code: abort(code))
    app.add_url_rule("/locked", "locked", _locked)
    app.add_url_rule("/put-by", "put_by", _put_by)
    client = app.test_client()
    found = {name: _got(client, path) for name, path in PATHS.items()}
    found["a month"] = _got(client, _month(client))
    found |= {f"fault {code}": _bare(client, f"/fault/{code}") for code in FAULTS}
    found["fault 503, the database is locked"] = _bare(client, "/locked")
    found["unsubscribed, put by"] = _bare(client, "/put-by")
    with app.app_context():
        found |= _signing_up(client)
        found |= _own_pages(client)
        db.engine.dispose()
    return found | _of_an_empty_site(data.parent, empty_database)


def _got(client: FlaskClient, path: str) -> Answer:
    return replace(_bare(client, path), path=path)


def _bare(client: FlaskClient, path: str) -> Answer:
    return _answer(client.get(path))


def _answer(answer: TestResponse) -> Answer:
    policy = answer.headers["Content-Security-Policy"]
    return Answer(answer.status_code, answer.text, policy)


def _month(client: FlaskClient) -> str:
    """The month of the oldest article: it has its own page whatever day it is."""
    return re.findall(r'href="(/posts/[0-9]{4}/[0-9]{2})"', client.get("/posts/").text)[-1]


def _locked() -> str:
    locked = sqlite3.OperationalError("database is locked")
    locked.sqlite_errorcode = sqlite3.SQLITE_BUSY
    raise OperationalError("", {}, locked)


def _put_by() -> str:
    return render_template("newsletter/put_by.html", site=furniture.last_known())


def _signing_up(client: FlaskClient) -> dict[str, Answer]:
    """The two public forms with something wrong in them."""
    stamp = STAMP.search(client.get("/signup").text)
    assert stamp
    fine, stale = stamp[1], tokens.stamp(clock.now().replace(year=2020))
    wrong = {
        "signup, no address": ("/signup", "jordan at example", fine),
        "signup, open too long": ("/signup", "jordan@example.org", stale),
        "a lost link, no address": ("/signup/link", "jordan at example", fine),
        "a lost link, open too long": ("/signup/link", "jordan@example.org", stale),
    }
    unticked = send(client, "/signup", address="jordan@example.org", stamp=fine, website="")
    return {"signup, nothing ticked": _answer(unticked)} | {
        name: _answer(send(client, path, address=typed, topics="notices", stamp=mark, website=""))
        for name, (path, typed, mark) in wrong.items()
    }


def _own_pages(client: FlaskClient) -> dict[str, Answer]:
    """What each reader's own links show, before and after the button."""
    session = db.session()
    new = reader(session, SubscriptionState.UNCONFIRMED).links
    old = reader(session).links
    settings, leave = f"/settings/{old['settings']}", f"/unsubscribe/{old['unsubscribe']}"
    move, stay = (
        f"/{what}/{token}"
        for what, token in zip(("move", "stay"), moving_to(session, "new@example.net"), strict=True)
    )
    confirm = f"/confirm/{new['confirm']}"
    # A link to choices is another one as soon as letters go to another address.
    closing, erasing = (f"/settings/{reader(session).links['settings']}" for _ in range(2))
    db.session.remove()
    deeds: dict[str, Callable[[], TestResponse]] = {
        "confirm": lambda: client.get(confirm),
        "confirm, text only": lambda: client.get(f"{confirm}?plain=1"),
        "confirmed": lambda: send(client, confirm),
        "confirmed again": lambda: send(client, confirm),
        "settings": lambda: client.get(settings),
        "settings, saved": lambda: send(client, settings, topics="notices", cadence="weekly"),
        "settings, paused": lambda: send(client, settings, pause="1"),
        "settings, going on": lambda: send(client, settings, go_on="1"),
        "settings, discreet": lambda: send(client, settings, discreet="on"),
        "settings, text only": lambda: client.get(f"{settings}?plain=1"),
        "settings, all stopped": lambda: send(client, settings, stop="1"),
        "settings, chosen again": lambda: send(client, settings, topics="articles"),
        "settings, what we hold": lambda: client.get(f"{settings}/kept"),
        "settings, erase me": lambda: client.get(f"{settings}/erase"),
        "another address": lambda: client.get(f"{settings}/address"),
        "another address, no address": lambda: send(client, f"{settings}/address", address="me"),
        "another address, asked": lambda: send(
            client, f"{settings}/address", address="other@example.net"
        ),
        "move": lambda: client.get(move),
        "moved": lambda: send(client, move),
        "it was not me": lambda: client.get(stay),
        "it was not me, put back": lambda: send(client, stay),
        "move, nobody's link": lambda: client.get(f"/move/{NOBODYS}"),
        "unsubscribe": lambda: client.get(leave),
        "unsubscribe, text only": lambda: client.get(f"{leave}?plain=1"),
        "unsubscribed": lambda: send(client, leave, button="1"),
        "unsubscribed, undone": lambda: send(client, f"{leave}/undo"),
        "settings, link closed": lambda: send(client, f"{closing}/close"),
        "settings, closed before": lambda: send(client, f"{closing}/close"),
        "erased": lambda: send(client, f"{erasing}/erase"),
        "erased before": lambda: send(client, f"{erasing}/erase"),
        "unsubscribed, nothing to undo": lambda: send(client, f"/unsubscribe/{NOBODYS}/undo"),
    }
    return {name: _answer(deed()) for name, deed in deeds.items()}


def _of_an_empty_site(folder: Path, database: str) -> dict[str, Answer]:
    data = folder / "empty"
    data.mkdir(exist_ok=True)
    copyfile(database, data / "hrsite.db")
    app = create_app(settings_for(data, EXIT_URL=""))
    client = app.test_client()
    empty = {
        "home": "/",
        "articles": "/posts/",
        "topics": "/topics/",
        "notices": "/notices/",
        "search": "/search?q=overdose",
        "no such page": "/no",
        "set up": "/desk/set-up",
    }
    found = {f"{name}, nothing there yet": _bare(client, path) for name, path in empty.items()}
    with app.app_context():
        db.engine.dispose()
    return found
