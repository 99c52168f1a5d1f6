"""The whole journey, as strangers would make it: no script, real mail, three articles."""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.smtp import Envelope
from playwright.sync_api import Browser, Page, expect

from tests.browser.live import CODE, LiveSite, live_site
from tests.outbox.smtp_server import Inbox, mail_server
from tests.running_site import until

PASSWORD = "a quiet room with a lamp on"
LEAVER, STAYER = "bea+letters@example.org", "cy@example.org"


@pytest.fixture
def post_office() -> Iterator[Inbox]:
    with mail_server() as inbox:
        yield inbox


@pytest.fixture
def site(tmp_path: Path, post_office: Inbox) -> Iterator[LiveSite]:
    """A new, empty site with a real mail server."""
    with live_site(
        "start",
        tmp_path,
        MAIL_SERVER="127.0.0.1",
        MAIL_PORT=str(post_office.port),
        MAIL_USE_TLS="0",
        MAIL_SENDER="post@example.org",
        MAIL_ISSUE_SENDER="letters@example.org",
        MAIL_REPLY_TO="jordan@example.org",
    ) as site:
        yield site


@pytest.fixture
def desk(browser: Browser, site: LiveSite) -> Iterator[Page]:
    """The coach's phone, with scripts turned off."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()


@pytest.fixture
def reader(browser: Browser) -> Iterator[Page]:
    """A reader's browser, with scripts turned off."""
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    assert context.cookies() == []
    context.close()


def opened(envelope: Envelope) -> EmailMessage:
    assert isinstance(envelope.content, bytes)
    return message_from_bytes(envelope.content, policy=policy.default)


def text_of(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def link_in(letter: EmailMessage, kind: str) -> str:
    found = re.search(rf"http://localhost:\d+/{kind}/[A-Za-z0-9_-]{{22}}", text_of(letter))
    assert found, text_of(letter)
    return found[0]


def set_up(page: Page, site: LiveSite) -> None:
    code = CODE.search(site.wait_for("Type code"))
    assert code
    page.goto(f"{site.url}/desk/set-up")
    page.get_by_label("One-time code").fill(code[1])
    page.get_by_label("Your name").fill("Jordan Hale")
    page.get_by_label("Email address").fill("jordan@example.org")
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Set up my desk").click()


def publish(page: Page, site: LiveSite, title: str, readers: str) -> None:
    """Write, look it over, and publish with email."""
    page.goto(f"{site.url}/desk/posts/new")
    page.get_by_label("Title").fill(title)
    page.get_by_label("Summary").fill("What this is doing for you today.")
    page.get_by_label("Words", exact=True).press_sequentially(
        "## Start here\nWrite down **three** things.\n- one\ntwo"
    )
    page.get_by_role("textbox", name="Topics").fill("Starting out")
    page.get_by_role("button", name="Publish…").click()
    page.get_by_label("email it to readers").check()
    page.get_by_label("Now", exact=True).check()
    page.get_by_role("button", name="Look it over").click()
    expect(page.locator(".sentence").last).to_contain_text(readers)
    page.get_by_role("button", name="Publish and send to").click()
    expect(page.locator("h1")).to_contain_text(re.compile("published|on the site", re.I))


def sign_up_at_the_foot(page: Page, site: LiveSite, title: str, address: str) -> None:
    page.goto(site.url)
    page.get_by_role("link", name=title).first.click()
    expect(page.locator("h1")).to_have_text(title)
    page.get_by_label("Your email address").fill(address)
    page.get_by_role("button", name="Send me the link to confirm").click()
    expect(page.locator("h1")).to_contain_text(re.compile("mail", re.I))


def confirm(page: Page, letter: EmailMessage) -> None:
    page.goto(link_in(letter, "confirm"))
    page.get_by_role("button").click()
    expect(page.locator("h1")).to_contain_text("You are on the list")


def test_the_main_job_from_an_empty_site_to_a_reader_who_left(
    site: LiveSite, desk: Page, reader: Page, post_office: Inbox
) -> None:
    set_up(desk, site)
    sign_in_again_and_out(desk, site)
    publish(desk, site, "The first article", "Nobody can get it by email yet")

    for address in (LEAVER, STAYER):
        sign_up_at_the_foot(reader, site, "The first article", address)
        confirm(reader, opened(post_office.wait_for(1, address)[0]))
        assert opened(post_office.wait_for(2, address)[1])["Subject"] == "Welcome"

    publish(desk, site, "The second article", "2 readers")
    letter = opened(post_office.wait_for(3, LEAVER)[2])
    post_office.wait_for(3, STAYER)
    check_the_letter(letter, site)

    reader.goto(link_in(letter, "unsubscribe"))
    reader.get_by_role("button", name="Stop the letters").click()
    expect(reader.locator("h1")).to_have_text("Nothing more will be sent")

    publish(desk, site, "The third article", "1 reader")
    assert opened(post_office.wait_for(4, STAYER)[3])["Subject"] == "The third article"
    assert len(post_office.wait_for(3, LEAVER)) == 3
    # The letter is there a moment before its acceptance is written down.
    assert until(lambda: "1 of 1 letter was taken" in issues_page(desk, site))


def issues_page(desk: Page, site: LiveSite) -> str:
    desk.goto(f"{site.url}/desk/issues")
    return desk.locator("main").inner_text()


def sign_in_again_and_out(desk: Page, site: LiveSite) -> None:
    """The set-up lets her in, or asks her to sign in; either way the password must work."""
    desk.context.clear_cookies()
    desk.goto(f"{site.url}/desk/")
    desk.get_by_label("Email").fill("Jordan@Example.org")
    desk.get_by_label("Password").fill(PASSWORD)
    desk.get_by_role("button", name="Sign in").click()
    expect(desk.locator("h1")).to_be_visible()
    assert desk.url == f"{site.url}/desk/"


def check_the_letter(letter: EmailMessage, site: LiveSite) -> None:
    """The headers of an issue, as a real server received them."""
    link = link_in(letter, "unsubscribe")
    assert letter["Subject"] == "The second article"
    assert letter["From"] == "Jordan Hale <letters@example.org>"
    assert letter["To"] == LEAVER
    assert letter["Reply-To"] == "jordan@example.org"
    assert letter["List-Unsubscribe"] == f"<{link}>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["List-Id"]
    assert letter["Precedence"] == "bulk"
    assert letter["Content-Language"] == "en"
    assert letter["Date"].endswith("+0000")
    assert letter["Message-ID"].endswith("@example.org>")
    assert not {"Bcc", "X-Mailer", "Sender"} & set(letter.keys())
    assert letter.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]
    assert "Write down" in text_of(letter)
    html = letter.get_body(("html",))
    assert html is not None
    hosts = set(re.findall(r"https?://([^/\"' ]+)", html.get_content())) - {"www.w3.org"}
    assert hosts == {f"localhost:{site.port}"}
