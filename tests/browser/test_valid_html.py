"""The Nu checker finds nothing to say about any page and state. `make check-html` brings it."""

from pathlib import Path

import pytest

from hrsite import create_app
from hrsite.demo.filling import SignIn
from tests.browser import nu_checker
from tests.browser.pages import DESK
from tests.browser.states import Answer
from tests.conftest import settings_for


@pytest.fixture(scope="module")
def desk_pages(demo_sign_in: tuple[Path, SignIn]) -> dict[str, str]:
    """What the coach sees, as the site answers it."""
    data, sign_in = demo_sign_in
    client = create_app(settings_for(data)).test_client()
    shown = {"sign in": client.get("/desk/sign-in").text}
    form = {"email": sign_in.email, "password": sign_in.password}
    assert client.post("/desk/sign-in", data=form).status_code == 303
    return shown | {path: client.get(path).text for path in DESK}


def test_every_page_is_valid_html(
    answers: dict[str, Answer], desk_pages: dict[str, str], tmp_path: Path
) -> None:
    if nu_checker.command() is None:
        pytest.skip("the Nu checker is not here; make check-html brings it")
    pages = {name: answer.html for name, answer in answers.items()} | desk_pages
    assert len(pages) > 90
    assert nu_checker.complaints(tmp_path, pages) == []
