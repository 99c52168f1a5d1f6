"""Settings that each may stand, and together make a site unsafe: it does not start."""

from pathlib import Path

import pytest

from hrsite.config import read_settings
from tests.test_config import GOOD_SECRET, PRODUCTION, faults_with

EVERYWHERE = "0.0.0.0"  # noqa: S104 - it is refused, or meant


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """A good production environment, to spoil."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.mark.parametrize(
    "line",
    [
        "MAIL_PASSWORD=sesame",
        "DATABASE_URL=postgresql://me:sesame@db.example/hrsite",
        "DATABASE_URL=postgresql://me@db.example/hrsite?password=sesame",
        'QUEUE_URL="redis://:sesame@queue.example:6379/0"',
    ],
)
def test_a_password_everybody_here_can_read_is_refused_wherever_it_stands(
    outside: pytest.MonkeyPatch, tmp_path: Path, line: str
) -> None:
    file = tmp_path / ".env"
    file.write_text(line + "\n")
    outside.setenv("HRSITE_ENV_FILE", str(file))
    file.chmod(0o644)
    (fault,) = faults_with(outside)
    assert "chmod 600" in fault
    assert "sesame" not in fault
    file.chmod(0o600)
    read_settings()


def test_an_address_without_a_password_may_be_read_by_everybody(
    outside: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / ".env"
    file.write_text("DATABASE_URL=postgresql://me@db.example/hrsite\nQUEUE_URL=redis://q.example\n")
    file.chmod(0o644)
    outside.setenv("HRSITE_ENV_FILE", str(file))
    read_settings()


def put_key(tmp_path: Path, name: str, key: str) -> None:
    (tmp_path / "data").mkdir(exist_ok=True)
    (tmp_path / "data" / name).write_text(key + "\n")
    (tmp_path / "data" / name).chmod(0o600)


@pytest.mark.parametrize(
    ("setting", "file"), [("SECRET_KEY", "secret.key"), ("ADDRESS_KEY", "address.key")]
)
def test_a_key_everybody_knows_is_refused_in_a_file_too(
    outside: pytest.MonkeyPatch, tmp_path: Path, setting: str, file: str
) -> None:
    put_key(tmp_path, file, "changeme" * 4)
    (fault,) = faults_with(outside, **{setting: ""})
    assert fault.startswith(f"{setting}: the key in ")
    assert "changeme" not in fault
    put_key(tmp_path, file, f"{'changeme' * 4}\n{GOOD_SECRET}")  # Changed, by `hrsite keys rotate`.
    read_settings()


@pytest.mark.parametrize("mode", ["development", "demo"])
@pytest.mark.parametrize("host", [EVERYWHERE, "::", "192.0.2.7", "example.org"])
def test_development_does_not_listen_to_others(
    outside: pytest.MonkeyPatch, mode: str, host: str
) -> None:
    (fault,) = faults_with(outside, HRSITE_MODE=mode, HOST=host)
    assert fault.startswith("HOST: must be 127.0.0.1")
    for here in ("127.0.0.1", "::1", "localhost"):
        outside.setenv("HOST", here)
        assert read_settings()["HOST"] == here


def test_a_site_for_others_may_listen_to_them(outside: pytest.MonkeyPatch) -> None:
    outside.setenv("HOST", EVERYWHERE)
    read_settings()


def test_what_does_not_go_together_is_told_with_all_that_is_wrong(
    outside: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    put_key(tmp_path, "secret.key", "short")
    faults = faults_with(
        outside, MAIL_PORT="0", READY_FILES=str(tmp_path / "data" / "ready"), SECRET_KEY=""
    )
    assert [fault.split(":")[0] for fault in faults] == ["MAIL_PORT", "READY_FILES", "SECRET_KEY"]


@pytest.mark.parametrize(
    ("name", "most", "too_much"),
    [
        ("MAIL_TIMEOUT", "600", "601"),
        ("MAIL_REPLY_TIMEOUT", "600", "601"),
        ("SIGNUP_MIN_SECONDS", "3600", "3601"),
        ("SIGNUP_MAX_HOURS", "720", "1e12"),
        ("SIGNUP_WAIT_MINUTES", "1440", "1441"),
        ("SIGNUP_WAIT_HOURS", "24", "1440"),
    ],
)
def test_nobody_waits_without_end(
    outside: pytest.MonkeyPatch, name: str, most: str, too_much: str
) -> None:
    outside.setenv(name, most)
    assert read_settings()[name] == float(most)
    (fault,) = faults_with(outside, **{name: too_much})
    assert fault.startswith(f"{name}: must be ")
    assert most in fault


@pytest.mark.parametrize(
    ("asked", "port"),
    [
        ({}, 587),
        ({"MAIL_USE_SSL": "on"}, 465),
        ({"MAIL_USE_SSL": "on", "MAIL_PORT": "8465"}, 8465),
    ],
)
def test_the_port_goes_with_the_way_of_talking(
    outside: pytest.MonkeyPatch, asked: dict[str, str], port: int
) -> None:
    for name, value in asked.items():
        outside.setenv(name, value)
    assert read_settings()["MAIL_PORT"] == port


def test_a_port_on_which_nobody_would_speak_first_is_told(outside: pytest.MonkeyPatch) -> None:
    """Both sides would wait for the other until the time is over."""
    mail = {"MAIL_SERVER": "mail.example.org", "MAIL_SENDER": "post@example.org"}
    (fault,) = faults_with(outside, MAIL_PORT="465", **mail)
    assert fault.startswith("MAIL_USE_SSL: must be on for port 465")
    outside.setenv("MAIL_USE_SSL", "1")
    read_settings()
