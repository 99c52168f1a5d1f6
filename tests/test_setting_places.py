"""Where database, queue and site are: refused in words when it is nowhere, and nothing echoed."""

import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from hrsite import setting_places
from hrsite.setting_rules import ValidationError
from tests.test_cli import Run, run

__all__ = ["run"]


@pytest.mark.parametrize(
    "url",
    ["postgresql+psycopg2://me@host/db", "postgresql+asyncpg://me@host/db", "sqlite://",
     "sqlite:///", "sqlite:///:memory:", "sqlite:///file::memory:?uri=true", "sqlite+aiosqlite:///x",
     "mysql://me@host/db", "postgresql", "postgres://me@host/db"],
)  # fmt: skip
def test_a_database_that_is_no_place_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="must be sqlite:////a/path or postgresql://"):
        setting_places.database_url(url)


@pytest.mark.parametrize(
    "url", ["", "sqlite:////srv/site.db", "postgresql://me@host/db", "postgresql+psycopg:///db"]
)
def test_a_database_may_be_a_file_or_a_server(url: str) -> None:
    setting_places.database_url(url)


@pytest.mark.parametrize(
    "url",
    ["redis://[::1", "redis://h:99999", "rediss://h:port", "unix://", "unix:///", "sqlite://",
     "sqlite:///", "sqlite:///:memory:", "amqp://h"],
)  # fmt: skip
def test_a_queue_that_is_no_place_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="must be sqlite:////a/path, redis://host:port"):
        setting_places.queue_url(url)


@pytest.mark.parametrize(
    "url",
    ["", "sqlite:////srv/queue.db", "redis://h/1", "rediss://:pass@h:1", "unix:///run/redis.sock",
     "postgresql://a:1,b:2/db", "postgres:///db?host=/run"],
)  # fmt: skip
def test_a_queue_may_be_a_file_a_redis_or_a_postgresql(url: str) -> None:
    setting_places.queue_url(url)


@pytest.mark.parametrize(("url", "package"), [("redis://h", "redis"), ("postgresql:", "psycopg")])
def test_a_queue_whose_package_is_not_there_is_told(
    monkeypatch: pytest.MonkeyPatch, url: str, package: str
) -> None:
    monkeypatch.setattr(setting_places, "find_spec", lambda name: None)
    with pytest.raises(ValidationError, match=f"package {package}, which is not installed"):
        setting_places.queue_url(url.replace("postgresql:", "postgresql://h"))


@pytest.mark.parametrize("host", ["", " ", "a b", "a..b", "[::1]", "https://h", "h:80", "x" * 64])
def test_the_site_listens_nowhere_by_mistake(host: str) -> None:
    with pytest.raises(ValidationError, match="such as 127.0.0.1"):
        setting_places.host(host)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.1.2.3", "::1", "::", "fe80::1%eth0", "localhost"]
)
def test_the_site_may_listen_at_any_address_of_its_machine(host: str) -> None:
    setting_places.host(host)


@pytest.mark.parametrize("command", ["doctor", "migrate"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QUEUE_URL", "redis://:sesame@[::1"),
        ("QUEUE_URL", "redis://me:sesame@h?socket_timeout=sesame"),
        ("QUEUE_URL", "postgresql://me:sesame@["),
        ("QUEUE_URL", "postgresql://me:sesame@h?sesame=1"),
        ("QUEUE_URL", "sqlite:////dev/null/queue.db"),
        ("DATABASE_URL", "postgresql+psycopg2://me:sesame@h/db"),
        ("HOST", ""),
        ("SIGNUP_CONFIRMED_OF", "1" + "0" * 23),
        ("SIGNUP_MOST_AN_HOUR", "1" + "0" * 23),
        ("TRUSTED_PROXIES", "1" + "0" * 23),
        ("WEB_PROCESSES", "1001"),
        ("MAIL_SERVER", "smtp://me:sesame@mail.example.org"),
        ("MAIL_SERVER", "mail.example.org:587"),
        ("MAIL_SERVER", "[::1]"),
        ("BOUNCE_IMAP_SERVER", "mail.example.org:993"),
        ("DATA_DIR", "~/hrsite"),
        ("SITE_LANGUAGE", "English"),
        ("SITE_LANGUAGE", ""),
    ],
)
def test_every_command_says_it_in_one_line_and_keeps_the_password(
    run: Run, command: str, name: str, value: str
) -> None:
    said = run(command, **{name: value})
    assert said.exit_code == 2
    (line,) = said.stderr.splitlines()[1:]
    assert line.startswith(f"  - {name}: ")
    assert "sesame" not in said.output


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        ("SITE_NAME=Zoë\n".encode("latin-1"), "is not in UTF-8"),
        ("\ufeffSITE_NAME=Zoë\n".encode(), "without a BOM"),
    ],
)
def test_a_file_of_settings_that_is_not_plain_utf_8_is_told(
    run: Run, tmp_path: Path, octets: bytes, words: str
) -> None:
    file = tmp_path / "my.env"
    file.write_bytes(octets)
    said = run("doctor", HRSITE_ENV_FILE=str(file))
    assert said.exit_code == 2
    (line,) = said.stderr.splitlines()[1:]
    assert line.startswith("  - my.env: ")
    assert words in line


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('MAIL_PASSWORD="sesame\nSITE_NAME=Zoë\n', [1]),
        ("\n# Mail\n\nMAIL_SERVER: sesame\nSITE_NAME=Zoë\nMAIL_PORT 25\nMAIL_CA_FILE\n", [4, 6, 7]),
    ],
)
def test_no_line_of_the_file_of_settings_is_left_out_without_a_word(
    run: Run, tmp_path: Path, text: str, lines: list[int]
) -> None:
    file = tmp_path / "my.env"
    file.write_text(text)
    said = run("doctor", HRSITE_ENV_FILE=str(file))
    assert said.exit_code == 2
    assert [line.split(" cannot")[0] for line in said.stderr.splitlines()[1:]] == [
        f"  - my.env: line {number}" for number in lines
    ]
    assert "sesame" not in said.output


@pytest.mark.parametrize("name", ["", "mail", "mail.example.org", "smtp.exämple.org", "::1"])
def test_a_mail_server_is_a_name_or_an_address_alone(name: str) -> None:
    setting_places.mail_host(name)


@pytest.mark.parametrize("command", ["doctor", "migrate"])
def test_a_data_folder_that_cannot_be_written_to_is_told(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    assert run("migrate").exit_code == 0
    (tmp_path / "data").chmod(0o500)
    # Whoever may do everything may do that, too.
    monkeypatch.setattr(os, "access", lambda path, mode: bool(os.stat(path).st_mode & 0o200))
    said = run(command)
    (tmp_path / "data").chmod(0o700)
    assert said.exit_code == 2
    (line,) = said.stderr.splitlines()[1:]
    assert line.startswith("  - DATA_DIR: ")
    assert "cannot be written to" in line


def test_a_queue_without_room_is_told_as_a_full_disk(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data" / "queue.db").mkdir(parents=True)  # What cannot be opened.
    full = SimpleNamespace(total=6_000_000, used=6_000_000, free=0)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: full)
    said = run("doctor")
    assert said.exit_code == 2
    assert "its disk is full" in said.stderr


@pytest.mark.parametrize(("command", "code"), [("doctor", 1), ("migrate", 3)])
def test_a_database_that_cannot_be_written_to_is_told(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, code: int
) -> None:
    assert run("migrate").exit_code == 0
    (tmp_path / "data" / "hrsite.db").chmod(0o400)
    monkeypatch.setattr(os, "access", lambda path, mode: bool(os.stat(path).st_mode & 0o200))
    said = run(command)
    assert said.exit_code == code
    assert "hrsite.db cannot be written to" in said.output
