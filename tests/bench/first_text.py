"""How long a reader on a slow line waits for the first words: 400 kbit/s, round trips of 2 s.

Chromium's own throttle delays each answer by a round trip and then lets bytes through at the
line's pace. It does not count what no page can save: one round trip for TCP, one for TLS.
"""

import sys
import tempfile
from pathlib import Path

import flask_migrate
from playwright.sync_api import Browser, sync_playwright

from hrsite import create_app
from hrsite.demo import filling
from hrsite.extensions import db
from tests.browser.chromium import LAUNCH_ARGUMENTS, chromium_path
from tests.browser.live import live_site
from tests.conftest import SECRET, settings_for

SLOW = {
    "offline": False,
    "latency": 2_000,
    "downloadThroughput": 400_000 / 8,
    "uploadThroughput": 400_000 / 8,
}
PATHS = ("/posts/one-honest-question", "/", "/posts/", "/topics/starting-out", "/search?q=overdose",
         "/signup", "/posts/one-honest-question?plain=1")  # fmt: skip
# Words are painted, in whatever font; and then in ours.
WAITED = """async () => {
  const painted = () => performance.getEntriesByName("first-contentful-paint")[0];
  while (!painted()) await new Promise(requestAnimationFrame);
  const first = painted().startTime;
  await document.fonts.ready;
  const files = performance.getEntriesByType("resource");
  const fonts = files.filter((file) => file.name.includes(".woff2"));
  const page = performance.getEntriesByType("navigation")[0];
  const last = Math.max(page.responseEnd, ...fonts.map((font) => font.responseEnd));
  return [first, last, page.encodedBodySize].map(Math.round);
}"""


def waited(browser: Browser, address: str) -> tuple[int, int, int]:
    """Milliseconds until the first words and until the fonts, and octets of the page."""
    page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW)
    page.goto(address, timeout=120_000)
    first, fonts, octets = page.evaluate(WAITED)
    page.context.close()
    return first, fonts, octets


def main() -> None:
    """Fill a site, start it, and wait for its pages."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        app = create_app(settings_for(data))
        with app.app_context():
            flask_migrate.upgrade()
            filling.fill(db.session(), data)
            db.session.commit()
            db.engine.dispose()
        own = {"SECRET_KEY": SECRET, "ADDRESS_KEY": SECRET}
        with live_site("serve", data, **own) as site, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=str(chromium_path()), args=LAUNCH_ARGUMENTS
            )
            sys.stdout.write(f"{'':36}{'octets':>8}{'first text':>12}{'our fonts':>12}\n")
            for path in PATHS:
                first, fonts, octets = waited(browser, site.url + path)
                sys.stdout.write(
                    f"{path:36}{octets:8}{first / 1000:10.2f} s{fonts / 1000:10.2f} s\n"
                )
            browser.close()
    sys.stdout.write("TCP and TLS ask for a round trip each before that: 2 s and 2 s.\n")


if __name__ == "__main__":
    main()
