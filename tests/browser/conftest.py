"""A real browser, and a site filled with the demo's articles for it to look at."""

from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest

from hrsite import create_app
from hrsite.demo import filling
from hrsite.extensions import db
from tests.browser import states
from tests.browser.arranged import arrange
from tests.browser.chromium import LAUNCH_ARGUMENTS, chromium_path
from tests.browser.elsewhere import Elsewhere, elsewhere
from tests.browser.issue_states import add_issues, add_lists
from tests.browser.live import LiveSite, live_site
from tests.browser.states import Answer
from tests.conftest import settings_for


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Which browser Playwright starts."""
    return {"executable_path": str(chromium_path()), "args": LAUNCH_ARGUMENTS}


@pytest.fixture(scope="session")
def demo_sign_in(
    tmp_path_factory: pytest.TempPathFactory, migrated: Callable[[str], str]
) -> tuple[Path, filling.SignIn]:
    """A folder filled as `make demo` fills it and then some, and how its coach signs in."""
    data = tmp_path_factory.mktemp("demo")
    copyfile(migrated("sqlite"), data / "hrsite.db")
    app = create_app(settings_for(data))
    with app.app_context():
        sign_in = filling.fill(db.session(), data)
        db.session.commit()
        add_issues(db.session())
        add_lists(db.session())
        arrange(db.session(), Path(app.config["MEDIA_FOLDER"]))
        db.engine.dispose()
    return data, sign_in


@pytest.fixture(scope="session")
def answers(
    demo_sign_in: tuple[Path, filling.SignIn], migrated: Callable[[str], str]
) -> dict[str, Answer]:
    """Every page and state a reader can meet."""
    return states.answers(demo_sign_in[0], migrated("sqlite"))


@pytest.fixture(scope="session")
def demo_site(demo_sign_in: tuple[Path, filling.SignIn]) -> Iterator[LiveSite]:
    """The filled site, running."""
    keys = settings_for(demo_sign_in[0])
    with live_site(
        "serve",
        demo_sign_in[0],
        SECRET_KEY=keys["SECRET_KEY"],
        ADDRESS_KEY=keys["ADDRESS_KEY"],
        UNCERTAIN="hold",
    ) as site:
        yield site


@pytest.fixture(scope="module")
def there() -> Iterator[Elsewhere]:
    """Another site of this machine, for readers to leave to."""
    with elsewhere() as site:
        yield site


@pytest.fixture(scope="module")
def site(demo_sign_in: tuple[Path, filling.SignIn], there: Elsewhere) -> Iterator[LiveSite]:
    """The demo, whose way out leads to another site of this machine."""
    keys = settings_for(demo_sign_in[0])
    own = {name: keys[name] for name in ("SECRET_KEY", "ADDRESS_KEY")}
    with live_site("serve", demo_sign_in[0], EXIT_URL=there.url, **own) as running:
        yield running
