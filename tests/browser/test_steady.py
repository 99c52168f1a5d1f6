"""Nothing jumps while a page comes, however late its fonts and pictures are."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser.live import LiveSite
from tests.browser.pages import watched_page

PATHS = (
    "/", "/posts/", "/posts/with-everything", "/posts/checking-your-drugs", "/topics/",
    "/topics/starting-out", "/search?q=overdose", "/search?q=zzzz", "/notices/",
    "/notices/notice-3", "/about",
    "/follow", "/privacy", "/signup", "/no/such/page", "/posts/with-everything?plain=1",
)  # fmt: skip
VIEWS = {"wide": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
WATCH = """window.shifts = [];
new PerformanceObserver((seen) => { for (const one of seen.getEntries()) {
  const moved = one.sources.map((source) => source.node?.outerHTML?.slice(0, 80));
  window.shifts.push([one.value, ...moved]);
} }).observe({ type: "layout-shift", buffered: true });"""
# Words are painted, and the fonts are asked for and held back.
PAINTED = """async (withFonts) => {
  const isPainted = () => performance.getEntriesByName("first-contentful-paint").length;
  const isAsked = () => [...document.fonts].some((font) => font.status === "loading");
  while (!isPainted() || (withFonts && !isAsked())) await new Promise(requestAnimationFrame);
}"""
SETTLED = """async () => {
  await Promise.all([...document.fonts].filter((font) => font.status === "loading")
    .map((font) => font.loaded));
  await document.fonts.ready;
  for (let frames = 0; frames < 3; frames++) await new Promise(requestAnimationFrame);
  return window.shifts;
}"""


@pytest.fixture(params=VIEWS)
def page(request: pytest.FixtureRequest, browser: Browser, demo_site: LiveSite) -> Iterator[Page]:
    with watched_page(browser, demo_site.url, viewport=VIEWS[request.param]) as (page, _):
        page.add_init_script(WATCH)
        yield page


def test_words_stay_where_they_were_when_the_fonts_and_pictures_come(
    page: Page, demo_site: LiveSite
) -> None:
    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route) if is_held else route.continue_()

    page.route("**/*.woff2*", hold)
    page.route("**/media/**", hold)
    jumps = {}
    for path in PATHS:
        is_held = True
        page.goto(demo_site.url + path, wait_until="commit")
        page.evaluate(PAINTED, "plain" not in path)
        is_held = False
        while late:
            late.pop().continue_()
        page.wait_for_load_state("domcontentloaded")
        if shifts := page.evaluate(SETTLED):
            jumps[path] = shifts
    assert jumps == {}
