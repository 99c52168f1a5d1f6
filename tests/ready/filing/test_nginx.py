"""What a keeper is told: nginx's block for this site, and what is wrong with the folder."""

import re
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite import doctor
from hrsite.cli import main
from hrsite.posts.models import Post
from hrsite.ready import nginx
from hrsite.settings.models import THE_SITE, SiteWords
from tests.conftest import AppMaker

ONCE = pytest.mark.parametrize("database", ["sqlite"])


def folders(folder: Path) -> list[str]:
    return [found.name for found in folder.glob("current/localhost/*")]


def named(block: str) -> str:
    found = re.search(r"rewrite \^ /current/\$host/([0-9a-f]{16})\$uri", block)
    assert found
    return found[1]


@ONCE
def test_the_block_says_what_the_site_says_with_its_pages(
    app: Flask, client: FlaskClient, post: Post, folder: Path
) -> None:
    block = nginx.block(app)
    assert list(folder.parent.glob(folder.name)) == []  # Telling it begins nothing.
    page = client.get("/posts/steps")
    assert folders(folder) == [named(block)]
    for name, value in page.headers:
        if name not in ("Content-Length", "ETag", "Vary", "Content-Type"):
            assert f"add_header {name} {nginx.quoted(value)};" in block
    assert f"root {folder};" in block
    assert "server_name localhost;" in block
    assert "client_max_body_size 12m;" in block


@ONCE
def test_pages_with_other_headers_are_not_answered_by_an_old_block(
    app: Flask, client: FlaskClient, session: Session, post: Post, folder: Path
) -> None:
    old = named(nginx.block(app))
    words = session.get(SiteWords, THE_SITE) or SiteWords(id=THE_SITE, version=0)
    words.accent = "#006644"
    session.add(words)
    session.commit()
    client.get("/posts/steps")
    assert folders(folder) == [named(nginx.block(app))] != [old]


@ONCE
def test_it_goes_by_the_settings(make_app: AppMaker, folder: Path, tmp_path: Path) -> None:
    data = tmp_path / "d"
    data.mkdir()
    secure = nginx.block(
        make_app(
            READY_FILES=str(folder), DATA_DIR=data, BASE_URL="https://coach.example",
            MODE="production", HOST="::", PORT=8123, TRUSTED_PROXIES=1,
        )
    )  # fmt: skip
    for words in ("listen 443 ssl;", "server_name coach.example;", "http://[::1]:8123$request_uri",
                  'add_header Strict-Transport-Security "max-age='):  # fmt: skip
        assert words in secure
    assert "TRUSTED_PROXIES" not in secure
    plain = nginx.block(make_app(READY_FILES=str(folder), DATA_DIR=data))
    assert "listen 80;" in plain
    assert "Set TRUSTED_PROXIES=1" in plain


def test_without_a_folder_or_pages_there_is_no_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HRSITE_MODE", "development")
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    told = CliRunner().invoke(main, ["nginx"])
    assert (told.exit_code, told.stdout) == (6, "")
    assert "Set READY_FILES first" in told.stderr
    monkeypatch.setenv("READY_FILES", str(tmp_path / "files"))
    told = CliRunner().invoke(main, ["nginx"])  # The database is empty.
    assert (told.exit_code, told.stdout) == (6, "")
    assert told.stderr == "No page can be made. Start the site once; see: hrsite doctor\n"


@pytest.mark.parametrize("text", ["a $variable", "two\nlines"])
def test_what_nginx_cannot_say_is_not_said(text: str) -> None:
    with pytest.raises(ValueError, match="a|two"):
        nginx.quoted(text)
    assert nginx.quoted('say "a\\b"') == r'"say \"a\\b\""'


@ONCE
def test_the_doctor_looks_at_the_folder(
    app: Flask, client: FlaskClient, folder: Path, request: pytest.FixtureRequest
) -> None:
    def found() -> dict[str, tuple[str, str]]:
        return {one.what: (one.level, one.words) for one in doctor.examine(app)}

    level, words = found()["READY_FILES"]
    assert level == "wrong"
    assert "No such file" in words
    client.get("/")
    folder.chmod(0o700)
    level, words = found()["READY_FILES"]
    assert level == "careful"
    assert f"chmod o+x {folder}" in words
    for place in (folder, *folder.parents):
        mode = place.stat().st_mode
        place.chmod(mode | 0o001)
        request.addfinalizer(partial(place.chmod, mode))
    said = found()
    assert said["READY_FILES"][0] == "good"
    assert said["nginx"][1].startswith(f"its block must name {folders(folder)[0]};")
    assert said["TRUSTED_PROXIES"][0] == "careful"
    app.config["READY_MEGABYTES"] = 0
    assert "READY_MEGABYTES=0" in found()["READY_FILES"][1]
    app.config["READY_FILES"] = ""
    assert not {"READY_FILES", "nginx", "TRUSTED_PROXIES"} & set(found())
