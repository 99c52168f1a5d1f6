"""Settings: every fault at once and in words, no value echoed, and no unsafe start."""

import os
import stat
import string
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hrsite import config, create_app, setting_places, setting_rules
from hrsite.config import WrongSettings, read_settings

GOOD_SECRET = "p3GqT7wXzL0v9sYb2NfKc8RjHd4MaEu6"
PRODUCTION = {
    "HRSITE_MODE": "production",
    "BASE_URL": "https://example.org",
    "SECRET_KEY": GOOD_SECRET,
    "ADDRESS_KEY": GOOD_SECRET[::-1],
}


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """A good production environment, to spoil."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def faults_with(outside: pytest.MonkeyPatch, **changes: str | None) -> list[str]:
    for name, value in changes.items():
        outside.delenv(name) if value is None else outside.setenv(name, value)
    with pytest.raises(WrongSettings) as raised:
        read_settings()
    return raised.value.faults


def test_a_good_production_environment_starts(outside: pytest.MonkeyPatch) -> None:
    kept = read_settings()
    assert kept["SESSION_COOKIE_NAME"] == "__Host-desk"
    assert kept["SESSION_COOKIE_SECURE"] is True
    assert kept["TRUSTED_HOSTS"] == ["example.org"]


@pytest.mark.parametrize(
    ("changes", "names", "words"),
    [
        ({"BASE_URL": None}, "BASE_URL", "missing"),
        ({"BASE_URL": "http://example.org"}, "BASE_URL", "https://"),
        ({"SECRET_KEY": "tooshort"}, "SECRET_KEY", "too short"),
        ({"SECRET_KEY": "changeme" * 4}, "SECRET_KEY", "well known"),
        ({"SECRET_KEY": "secret-key" * 4}, "SECRET_KEY", "well known"),
        ({"ADDRESS_KEY": "a" * 64}, "ADDRESS_KEY", "well known"),
        ({"FLASK_DEBUG": "1"}, "FLASK_DEBUG", "must be off"),
        ({"FLASK_DEBUG": "True"}, "FLASK_DEBUG", "must be off"),
        ({"MAIL_SERVER": "mail.example.org"}, "MAIL_SENDER", "missing"),
        ({"BASE_URL": f"https://{'h.' * 125}org"}, "MAIL_SENDER", "missing"),
        ({"DATA_DIR": ""}, "DATA_DIR", "a folder of its own"),
        ({"DATA_DIR": str(config.PROJECT)}, "DATA_DIR", "a folder of its own"),
        ({"COACH_NAME": "J" * 201}, "COACH_NAME", "at most 200"),
        (
            {"MAIL_USERNAME": "me", "MAIL_PASSWORD": "sesame", "MAIL_USE_TLS": "false"},
            "MAIL_USE_TLS",
            "must be on",
        ),
        ({"MAIL_USERNAME": "me"}, "MAIL_PASSWORD", "missing"),
    ],
)
def test_production_refuses_to_start_unsafely(
    outside: pytest.MonkeyPatch, changes: dict[str, str | None], names: str, words: str
) -> None:
    (fault,) = faults_with(outside, **changes)
    assert fault.startswith(f"{names}: ")
    assert words in fault


@pytest.mark.parametrize("debug", ["", "0", "false", "False", "no"])
def test_debug_that_is_off_is_no_fault(outside: pytest.MonkeyPatch, debug: str) -> None:
    outside.setenv("FLASK_DEBUG", debug)
    read_settings()


WRONG = {
    "HRSITE_MODE": "staging-Zq7",
    "BASE_URL": "ftp://Zq7.example",
    "DATABASE_URL": "mysql://me:Zq7@host/db",
    "QUEUE_URL": "amqp://me:Zq7@host",
    "TIME_ZONE": "Mars/Zq7",
    "SITE_NAME": "Steady\nZq7",
    "HELP_URL": "javascript:Zq7",
    "EXIT_URL": "mailto:Zq7@example.org",
    "MAIL_PORT": "Zq7",
    "MAIL_USE_TLS": "Zq7",
    "MAIL_CA_FILE": "/nowhere/Zq7.pem",
    "MAIL_TIMEOUT": "nan",
    "MAIL_REPLY_TIMEOUT": "-1",
    "MAIL_SENDER": "Zq7",
    "MAIL_BOUNCE_ADDRESS": "Zq7-far-too-long-for-a-tag-of-ours@example.org",
    "BOUNCE_IMAP_PORT": "Zq7",
    "SES_CERTIFICATE_FILE": "/nowhere/Zq7.pem",
    "POSTMARK_SECRET": "Zq7",
    "UNCERTAIN": "Zq7",
    "IDEMPOTENCY_HEADER": "Zq7: x",
    "MAX_UPLOAD_MEGABYTES": "0",
    "SIGNUP_MIN_SECONDS": "-1",
    "SIGNUP_LETTERS_A_DAY": "0",
    "SIGNUP_WAIT_HOURS": "-1",
    "SIGNUP_MOST_AN_HOUR": "many Zq7",
    "SIGNUP_LEAST_PERCENT": "101",
    "PORT": "70000",
    "TRUSTED_PROXIES": "-1",
}


def test_every_wrong_setting_is_told_at_once_and_no_value_is_echoed(
    outside: pytest.MonkeyPatch,
) -> None:
    faults = faults_with(outside, SECRET_KEY="Zq7-short", FLASK_DEBUG="1", **WRONG)
    said = {fault.split(":", 1)[0] for fault in faults}
    assert said == {*WRONG, "SECRET_KEY", "FLASK_DEBUG"}
    assert len(faults) == len(said)
    assert not [fault for fault in faults if "Zq7" in fault]
    assert all(fault.endswith((".", "example.org")) for fault in faults)


def test_a_wrong_setting_does_not_hide_a_missing_one(outside: pytest.MonkeyPatch) -> None:
    faults = faults_with(outside, BASE_URL=None, MAIL_PORT="many")
    assert [fault.split(":")[0] for fault in faults] == ["MAIL_PORT", "BASE_URL"]


def test_nothing_is_made_on_disk_for_wrong_settings(
    outside: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    faults_with(outside, SECRET_KEY="", PORT="x")
    assert not (tmp_path / "data").exists()


def test_a_key_file_others_can_read_is_refused_and_each_is_told(
    outside: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    for name in ("secret.key", "address.key"):
        (tmp_path / "data" / name).write_text(GOOD_SECRET)
        (tmp_path / "data" / name).chmod(0o644)
    faults = faults_with(outside, SECRET_KEY="", ADDRESS_KEY="")
    assert [fault.split(":")[0] for fault in faults] == ["SECRET_KEY", "ADDRESS_KEY"]
    assert all("chmod 600" in fault and GOOD_SECRET not in fault for fault in faults)


def test_a_data_folder_that_cannot_be_made_is_told(
    outside: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    (fault,) = faults_with(outside, DATA_DIR=str(tmp_path / "file" / "data"), SECRET_KEY="")
    assert fault.startswith("DATA_DIR: ")


def test_without_settings_it_starts_safely_for_development(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HRSITE_MODE", "development")
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    kept = create_app().config
    assert (kept["HOST"], kept["BASE_URL"]) == ("127.0.0.1", "http://localhost:8000")
    assert kept["MAIL_SERVER"] == ""
    assert kept["DEBUG"] is False
    assert kept["SECRET_KEY"] != kept["ADDRESS_KEY"]
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    keys = [tmp_path / "data" / name for name in ("secret.key", "address.key")]
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}


def test_keys_are_the_same_at_the_next_start(
    outside: pytest.MonkeyPatch,
) -> None:
    outside.setenv("SECRET_KEY", "")
    outside.setenv("ADDRESS_KEY", "")
    first, second = read_settings(), read_settings()
    assert first["SECRET_KEY"] == second["SECRET_KEY"]
    assert first["ADDRESS_KEY"] == second["ADDRESS_KEY"]


def test_a_file_of_settings_is_read_and_the_environment_comes_first(
    outside: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "my.env"
    file.write_text("SITE_NAME=From the file\nCOACH_NAME=Robin\nMAIL_SERVER=mail.example.org\n")
    outside.setenv("HRSITE_ENV_FILE", str(file))
    outside.setenv("COACH_NAME", "Jordan")
    outside.setenv("MAIL_SERVER", "")
    kept = read_settings()
    assert (kept["SITE_NAME"], kept["COACH_NAME"]) == ("From the file", "Jordan")
    assert kept["MAIL_SERVER"] == ""
    assert "SITE_NAME" not in os.environ


def test_the_usual_file_lies_in_the_project_and_no_test_reads_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert config.env_file() is None
    monkeypatch.delenv("HRSITE_ENV_FILE")
    assert config.env_file() in (None, Path(__file__).parents[1] / ".env")


@pytest.mark.parametrize(("mode", "is_refused"), [(0o644, True), (0o600, False), (0o640, False)])
def test_a_file_of_secrets_everybody_can_read_is_refused(
    outside: pytest.MonkeyPatch, tmp_path: Path, mode: int, is_refused: bool
) -> None:
    file = tmp_path / ".env"
    file.write_text("MAIL_PASSWORD=sesame\n")
    file.chmod(mode)
    outside.setenv("HRSITE_ENV_FILE", str(file))
    if is_refused:
        (fault,) = faults_with(outside)
        assert "chmod 600" in fault
        assert "sesame" not in fault
    else:
        read_settings()


def test_the_data_folder_is_the_same_from_whichever_folder_one_starts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = {"MODE": "development", "DATA_DIR": Path("tests")}
    keys = {"SECRET_KEY": GOOD_SECRET, "ADDRESS_KEY": GOOD_SECRET}
    assert read_settings(settings | keys)["DATA_DIR"] == Path(__file__).parent


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("https://Example.ORG/", "https://example.org"),
        ("HTTPS://example.org:443", "https://example.org"),
        ("http://localhost:80", "http://localhost"),
        ("http://localhost:8000/", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_the_sites_address_is_spelled_as_browsers_spell_it(typed: str, normal: str) -> None:
    # A form's Origin header is compared with it.
    setting_rules.base_url(typed)
    assert setting_rules.normal_base_url(typed) == normal


@pytest.mark.parametrize(
    "address",
    [
        "https://me:secret@example.org",
        "https://example.org:99999",
        "https://[",
        "https://exa mple.org",
        "https://example.org/blog",
        "https://example.org?",
        "https://example.org\n",
        "https://bücher.example",
        "//example.org",
        "example.org",
    ],
)
def test_an_address_that_is_no_sites_address_is_refused(address: str) -> None:
    with pytest.raises(setting_rules.ValidationError):
        setting_rules.base_url(address)


ANY_RULE = [
    setting_rules.base_url, setting_places.database_url, setting_places.queue_url,
    setting_rules.time_zone, setting_rules.link, setting_rules.address, setting_rules.one_line,
    setting_rules.elsewhere, setting_places.host,
]  # fmt: skip


@pytest.mark.parametrize("rule", ANY_RULE, ids=lambda rule: rule.__name__)
@settings(max_examples=60)
@given(text=st.text() | st.text(alphabet=string.printable, max_size=40).map("https://".__add__))
def test_a_rule_says_yes_or_says_why_not_whatever_it_is_given(rule: Any, text: str) -> None:
    said = ""
    try:
        rule(text)
    except setting_rules.ValidationError as trouble:
        said = str(trouble)
    assert len(text) < 12 or text not in said


@settings(max_examples=60)
@given(text=st.text(alphabet=string.printable, max_size=30).map("https://".__add__))
def test_an_address_that_passes_has_a_host_and_nothing_to_hide(text: str) -> None:
    try:
        setting_rules.base_url(text)
    except setting_rules.ValidationError:
        return
    parts = urlsplit(setting_rules.normal_base_url(text))
    assert parts.hostname
    assert not parts.username
    assert parts.path == parts.query == parts.fragment == ""
