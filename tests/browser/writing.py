"""The writing form in a browser: its text, its buttons, and what is saved by them."""

import re
from base64 import b64encode
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from hrsite.demo.filling import SignIn
from tests.browser.live import LiveSite
from tests.browser.pages import Noted, sign_in, watched_page

TELL_VIOLATIONS = """addEventListener("securitypolicyviolation", (event) =>
  console.error(`Policy: ${event.violatedDirective} ${event.sourceFile}`))"""
# As a browser does it when she pastes or lets go of something above the text.
HAND_OVER = """async (area, { kind, html, text, file }) => {
  const data = new DataTransfer();
  if (html) data.setData("text/html", html);
  if (text) data.setData("text/plain", text);
  if (file) {
    const bytes = Uint8Array.from(atob(file.content), (one) => one.charCodeAt(0));
    data.items.add(new File([bytes], file.name, { type: file.type }));
  }
  const { left, top } = area.getBoundingClientRect();
  const common = { bubbles: true, cancelable: true, clientX: left + 20, clientY: top + 20 };
  area.dispatchEvent(kind === "paste"
    ? new ClipboardEvent("paste", { clipboardData: data, ...common })
    : new DragEvent("drop", { dataTransfer: data, ...common }));
}"""


@pytest.fixture(scope="module")
def desk(
    browser: Browser, demo_site: LiveSite, demo_sign_in: tuple[object, SignIn]
) -> Iterator[tuple[Page, Noted]]:
    """A signed-in page; nothing it did may breach the policy or reach another host."""
    with watched_page(browser, demo_site.url) as (page, noted):
        page.context.add_init_script(TELL_VIOLATIONS)
        sign_in(page, demo_site.url, demo_sign_in[1].email, demo_sign_in[1].password)
        yield page, noted


@pytest.fixture
def page(desk: tuple[Page, Noted], demo_site: LiveSite) -> Iterator[Page]:
    """A new article, open; a refused picture is the only thing the console may mention."""
    page, noted = desk
    noted.console.clear()
    page.goto(f"{demo_site.url}/desk/posts/new")
    page.get_by_label("Title", exact=True).fill("From the editor")
    yield page
    told = [line for line in noted.console if "Failed to load resource" not in line]
    assert told == []
    assert noted.foreign_requests == []


@pytest.fixture
def without_script(browser: Browser, desk: tuple[Page, Noted]) -> Iterator[Page]:
    """The same desk in a browser that runs no script."""
    state = desk[0].context.storage_state()
    context = browser.new_context(storage_state=state, java_script_enabled=False)
    yield context.new_page()
    context.close()


def words(page: Page) -> Locator:
    """The text, in the editor or in the box."""
    return page.get_by_label("Words", exact=True)


def press(page: Page, name: str) -> None:
    """A button by its whole name."""
    page.get_by_role("button", name=name, exact=True).click()


def save(page: Page) -> str:
    """Save; the address of the article, once its editor is there again."""
    page.get_by_role("button", name=re.compile("Save draft|Update")).last.click()
    expect(page.get_by_text("Saved. Only you can see it.")).to_be_visible()
    page.wait_for_load_state()
    return page.url


def markdown_of(without_script: Page, address: str) -> str:
    """What stands in the box when nothing else does."""
    without_script.goto(address)
    return words(without_script).input_value().replace("\r\n", "\n")


def hand_over(
    page: Page,
    kind: str = "paste",
    *,
    html: str = "",
    text: str = "",
    file: tuple[str, str, bytes] | None = None,
) -> None:
    """Paste something into the text, or drop it there; a file is a name, a type and bytes."""
    sent = file and {"name": file[0], "type": file[1], "content": b64encode(file[2]).decode()}
    words(page).evaluate(HAND_OVER, {"kind": kind, "html": html, "text": text, "file": sent})
