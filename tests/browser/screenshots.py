"""Pictures of every page and letter, to look at: wide and phone, light and dark. Not a test.

Four go into the README; the others lie in .screenshots/ until they are looked at.
"""

import tempfile
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Literal

import flask_migrate
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from hrsite import create_app
from hrsite.demo import filling
from hrsite.extensions import db
from tests.browser.arranged import arrange
from tests.browser.chromium import LAUNCH_ARGUMENTS, chromium_path
from tests.browser.issue_states import add_issues
from tests.browser.letter_samples import letters_of_a_new_site
from tests.browser.live import LiveSite, live_site
from tests.browser.pages import DESK, PUBLIC, sign_in
from tests.conftest import SECRET, settings_for

PROJECT = Path(__file__).parents[2]
RESULTS = PROJECT / ".screenshots"
LOOKS = {
    "wide-light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "wide-dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "phone-light": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
    "phone-dark": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
}
# The pictures in the README: what of, how wide, on which ground.
PHONE = 390
READMES: dict[str, tuple[str, int, Literal["light", "dark"]]] = {
    "home": ("/", 1280, "light"),
    "article": ("/posts/one-honest-question", PHONE, "light"),
    "evening": ("/topics/staying-safer", PHONE, "dark"),
    "desk": ("/desk/posts/1", PHONE, "light"),
}


def main() -> None:
    """Fill a site, start it, and photograph every page in every look."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        app = create_app(settings_for(data))
        with app.app_context():
            flask_migrate.upgrade()
            coach = filling.fill(db.session(), data)
            db.session.commit()
            add_issues(db.session())
            arrange(db.session(), Path(app.config["MEDIA_FOLDER"]))
            db.engine.dispose()
        with (
            live_site(
                "serve",
                data,
                SECRET_KEY=SECRET,
                ADDRESS_KEY=SECRET,
                UNCERTAIN="hold",
                SITE_TAGLINE=filling.environment(data, 0)["SITE_TAGLINE"],
            ) as site,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(
                executable_path=str(chromium_path()), args=LAUNCH_ARGUMENTS
            )
            for look in LOOKS:
                photograph(browser, site, look, coach)
            take_the_readmes(browser, site, coach)
            photograph_letters(browser)
            browser.close()


def photograph(browser: Browser, site: LiveSite, look: str, coach: filling.SignIn) -> None:
    """Every page in one look, whole."""
    RESULTS.mkdir(exist_ok=True)
    page = browser.new_context(**LOOKS[look]).new_page()  # type: ignore[arg-type]
    for path in (*PUBLIC, "/desk/sign-in", *DESK):
        if path == DESK[0]:
            sign_in(page, site.url, coach.email, coach.password)
        page.goto(site.url + path)
        name = path.strip("/").replace("/", "-")[:80] or "home"
        page.screenshot(path=RESULTS / f"{name}.{look}.png", full_page=True)
    page.context.close()


def photograph_letters(browser: Browser) -> None:
    """Every letter at the widths of a phone and of a mail program, light and dark."""
    with tempfile.TemporaryDirectory() as folder:
        letters = letters_of_a_new_site(Path(folder))
    for width, scheme in product((360, 700), ("light", "dark")):
        view = {"width": width, "height": 700}
        page = browser.new_context(viewport=view, color_scheme=scheme).new_page()  # type: ignore[arg-type]
        for name, letter in letters.items():
            page.set_content(letter.html)
            path = RESULTS / f"letter-{name}.{width}-{scheme}.png"
            page.screenshot(path=path, full_page=True)
        page.context.close()


def take_the_readmes(browser: Browser, site: LiveSite, coach: filling.SignIn) -> None:
    """The tops of four pages: of whole ones a README would be too long."""
    for name, (path, width, scheme) in READMES.items():
        view = {"width": width, "height": 860 if width > PHONE else 844}
        page = browser.new_context(viewport=view, color_scheme=scheme).new_page()  # type: ignore[arg-type]
        if path.startswith("/desk"):
            sign_in(page, site.url, coach.email, coach.password)
        page.goto(site.url + path)
        page.mouse.move(width - 10, view["height"] - 10)  # No button is under it.
        keep_small(page.screenshot(), PROJECT / ".readme" / f"{name}.png")
        page.context.close()


def keep_small(picture: bytes, path: Path) -> None:
    """A page has few colours: a hundred of them look the same and weigh a third."""
    path.parent.mkdir(exist_ok=True)
    few = Image.open(BytesIO(picture)).convert("RGB").quantize(112, dither=Image.Dither.NONE)
    few.save(path, "PNG", optimize=True)


if __name__ == "__main__":
    main()
