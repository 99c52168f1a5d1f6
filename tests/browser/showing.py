"""Opens a page or a state of the site in a browser, under the policy it came with."""

from playwright.sync_api import Page, Route

from tests.browser.live import LiveSite
from tests.browser.states import Answer


def open_answer(page: Page, site: LiveSite, answer: Answer) -> None:
    """Go to a page, or to what a deed brought, shown at an address of its own."""

    def fulfil(route: Route) -> None:
        headers = {"Content-Type": "text/html", "Content-Security-Policy": answer.policy}
        route.fulfill(status=answer.status, headers=headers, body=answer.html)

    address = site.url + (answer.path or "/brought")
    if not answer.path:
        page.route(address, fulfil)
    came = page.goto(address)
    if not answer.path:
        page.unroute(address)
    assert came is not None
    assert came.status == answer.status, answer.path
