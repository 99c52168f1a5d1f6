"""Which pages there are to look at, and a browser that notes what a page should never do."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Request

from tests.browser.states import PATHS

PUBLIC = tuple(PATHS.values())
DESK = (
    "/desk/",
    "/desk/posts/",
    "/desk/posts/new",
    "/desk/posts/synonyms",
    "/desk/posts/1",
    "/desk/posts/1/revisions",
    "/desk/posts/1/publish",
    "/desk/posts/1/preview",
    "/desk/posts/1/preview?as=letter-phone",
    "/desk/posts/1/preview?as=text",
    "/desk/notices/",
    "/desk/notices/new",
    "/desk/notices/2/readers",
    "/desk/notices/2",
    "/desk/notices/2/move",
    "/desk/notices/2/cancel",
    "/desk/notices/2/revisions",
    "/desk/notices/3",
    "/desk/notices/3/move",
    "/desk/notices/3/cancel",
    "/desk/notices/5",
    "/desk/subscribers",
    "/desk/subscribers/add",
    "/desk/subscribers/file",
    "/desk/subscribers/lists",
    "/desk/subscribers/waiting",
    *(f"/desk/subscribers/lists/{number}" for number in range(1, 4)),
    "/desk/issues",
    *(f"/desk/issues/{number}" for number in range(1, 6)),
    "/desk/issues/1/people/refused",
    "/desk/issues/1/people/expired",
    "/desk/issues/5/people/refused",
    "/desk/welcome",
    "/desk/letters/",
    "/desk/pictures/",
    "/desk/pictures/1",
    "/desk/pictures/1/delete",
    "/desk/health",
    "/desk/bin/",
    "/desk/pages/",
    "/desk/pages/new",
    "/desk/pages/about",
    "/desk/pages/about/revisions",
    "/desk/posts/start-here",
    "/desk/settings",
    "/desk/settings/help",
    "/desk/settings/help/new?kind=poison",
    "/desk/settings/help/1",
    "/desk/redirects/",
    "/desk/redirects/many",
    "/desk/account",
)


@dataclass
class Noted:
    """What happened while pages were looked at."""

    foreign_requests: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)


@contextmanager
def watched_page(browser: Browser, url: str, **options: Any) -> Iterator[tuple[Page, Noted]]:
    """A page in a fresh browser context; every request to another host is noted."""
    context, noted = browser.new_context(**options), Noted()
    page = context.new_page()

    def note_request(request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(url).netloc:
            noted.foreign_requests.append(request.url)

    page.on("request", note_request)
    # Chromium writes each breach of the content security policy here, and each missing file.
    page.on("console", lambda message: noted.console.append(message.text))
    try:
        yield page, noted
    finally:
        context.close()


def sign_in(page: Page, url: str, email: str, password: str) -> None:
    """Open the desk."""
    page.goto(f"{url}/desk/sign-in")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{url}/desk/")
