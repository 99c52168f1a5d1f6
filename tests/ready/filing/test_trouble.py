"""Pages as files when something is wrong: with the folder, the database, or the last run."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from hrsite import clock as our_clock
from hrsite import serving
from hrsite.config import WrongSettings, read_settings
from hrsite.posts.models import Post
from hrsite.ready import filing as filing_module
from hrsite.ready.filing import Filing
from tests.conftest import AppMaker, settings_for
from tests.ready.filing.front import filing, in_front
from tests.ready.test_frontdoor import behind_our_back

ONCE = pytest.mark.parametrize("database", ["sqlite"])


@ONCE
def test_while_the_database_is_away_no_page_comes_in_front_and_all_end_in_time(
    app: Flask, client: FlaskClient, post: Post, clock: time_machine.Traveller, folder: Path
) -> None:
    client.get("/posts/steps")
    client.get("/privacy")
    with app.app_context():
        behind_our_back(app, "ALTER TABLE page_generation RENAME TO away",
                        "CREATE TABLE page_generation (number INTEGER)")  # fmt: skip
    clock.shift(5)
    filing(app).look(our_clock.seconds())
    assert in_front(folder, "/posts/steps")
    clock.shift(timedelta(minutes=16))
    filing(app).look(our_clock.seconds())
    assert client.get("/posts/steps").status_code == 200
    assert in_front(folder, "/posts/steps") is None


@ONCE
def test_what_a_killed_run_has_left_is_not_believed(
    app: Flask, client: FlaskClient, post: Post, folder: Path
) -> None:
    client.get("/posts/steps")
    (left,) = (folder / "current").glob("localhost/*/posts/steps.html")
    left.write_text("Left behind")
    again = Filing(app, app.extensions["front_door"]._watch, 900.0)
    again.start()
    assert os.listdir(folder) == []
    client.get("/posts/steps")
    assert in_front(folder, "/posts/steps") == client.get("/posts/steps").text


@ONCE
def test_a_process_begins_with_nothing_in_front_before_anybody_asks(
    app: Flask,
    client: FlaskClient,
    post: Post,
    folder: Path,
    make_app: AppMaker,
) -> None:
    client.get("/posts/steps")
    again = make_app(READY_FILES=str(folder), DATA_DIR=app.config["DATA_DIR"])
    serving.get_ready(again)
    assert os.listdir(folder) == []


@ONCE
def test_at_the_end_nothing_is_left_in_front(
    app: Flask, client: FlaskClient, post: Post, folder: Path
) -> None:
    client.get("/posts/steps")
    filing(app).end()
    assert os.listdir(folder) == []
    assert client.get("/posts/steps").status_code == 200
    assert os.listdir(folder) == []


@ONCE
def test_trouble_with_the_folder_is_said_once_and_readers_notice_nothing(
    app: Flask, client: FlaskClient, post: Post, clock: time_machine.Traveller, folder: Path
) -> None:
    folder.write_text("A file, where a folder should be.")
    with capture_logs() as said:
        for path in ("/", "/posts/", "/posts/steps") * 3:
            assert client.get(path).status_code == 200
            filing(app).look(our_clock.seconds())
            clock.shift(filing_module.REST_SECONDS)
    told = [line for line in said if line["event"] == "ready_files_in_trouble"]
    assert len(told) == 1
    assert told[0]["folder"] == str(folder)
    folder.unlink()
    clock.shift(filing_module.REST_SECONDS)
    client.get("/")
    assert in_front(folder, "/")


@ONCE
def test_a_full_disk_keeps_no_page_from_its_reader(
    client: FlaskClient, post: Post, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fchmod", full)
    with capture_logs() as said:
        assert client.get("/posts/steps").status_code == 200
    assert in_front(folder, "/posts/steps") is None
    assert ["No space left on device" in str(line) for line in said] == [True]


@pytest.mark.parametrize("files", ["data", "data/ready", "."])
def test_pages_as_files_lie_apart_from_what_nobody_may_read(tmp_path: Path, files: str) -> None:
    with pytest.raises(WrongSettings) as trouble:
        read_settings(settings_for(tmp_path / "data", READY_FILES=str(tmp_path / files)))
    assert trouble.value.faults[0].startswith("READY_FILES: must lie apart from DATA_DIR")
    apart = read_settings(settings_for(tmp_path / "data", READY_FILES=str(tmp_path / "ready")))
    assert apart["READY_FILES"] == str(tmp_path / "ready")
