"""What settings must not be taken together: a site that strangers can reach has to be safe."""

import ipaddress
import os
import stat
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from hrsite import setting_rules as rules
from hrsite.keys import UnsafeKeyFile, load

SECRETS = (
    "SECRET_KEY", "ADDRESS_KEY", "MAIL_PASSWORD", "BOUNCE_IMAP_PASSWORD", "POSTMARK_SECRET",
    "MAILGUN_SIGNING_KEY",
)  # fmt: skip
# Their addresses may hold a password.
ADDRESSES = ("DATABASE_URL", "QUEUE_URL")
KEY_FILES = {"SECRET_KEY": "secret.key", "ADDRESS_KEY": "address.key"}
_NEW_KEY = {
    "SECRET_KEY": "Remove this file, and hrsite makes another key.",
    "ADDRESS_KEY": "Run: HRSITE_MODE=development hrsite keys rotate",
}


def found(settings: dict[str, Any], project: Path, file: Path | None) -> list[str]:
    """A sentence for each; `file` is the file of settings, if there is one."""
    faults = _misplaced(settings, project) + _of_key_files(settings, project)
    if settings["MODE"] in ("development", "demo"):
        return faults + _heard_from_outside(settings)
    return faults + _of_strangers(settings) + _open_secrets(settings, file)


def is_http(settings: dict[str, Any]) -> bool:
    """Can anybody on the way read along?"""
    return not str(settings["BASE_URL"]).lower().startswith("https://")


def host_of(settings: dict[str, Any]) -> str:
    """The name of the site, as it stands in its address."""
    return urlsplit(rules.normal_base_url(settings["BASE_URL"])).hostname or "localhost"


def _misplaced(settings: dict[str, Any], project: Path) -> list[str]:
    folder = (project / settings["DATA_DIR"]).resolve()
    if folder == project:
        # As when it is there and empty. Whoever keeps changes of the code would keep them, too.
        return [
            "DATA_DIR: must be a folder of its own, such as data: keys and readers do not belong"
            " beside the program. What lies there already, move into it."
        ]
    if str(settings["DATA_DIR"]).startswith("~"):
        return ["DATA_DIR: must be a whole path. Only a shell knows whose home ~ is."]
    if not settings["READY_FILES"]:
        return []
    files = (project / settings["READY_FILES"]).resolve()
    if files == folder or files in folder.parents or folder in files.parents:
        return ["READY_FILES: must lie apart from DATA_DIR, which nobody else may read."]
    return []


def _heard_from_outside(settings: dict[str, Any]) -> list[str]:
    """Development takes what no site that others reach may take."""
    host = settings["HOST"]
    try:
        is_here = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_here = False
    if is_here:
        return []
    return [
        "HOST: must be 127.0.0.1, ::1 or localhost, because in this HRSITE_MODE the site stays"
        " on this machine. For others to reach it, set HRSITE_MODE=production."
    ]


def _of_strangers(settings: dict[str, Any]) -> list[str]:
    faults = []
    if not settings["BASE_URL"]:
        faults.append("BASE_URL: missing. Set the address readers use, such as https://example.org")
    elif is_http(settings):
        faults.append(
            "BASE_URL: must begin with https:// so that nobody on the way can read along."
        )
    for name in KEY_FILES:
        if settings[name] and rules.is_weak(settings[name]):
            faults.append(
                f"{name}: too short or well known. Leave it empty and hrsite makes one,"
                f" or set at least {rules.SHORTEST_SECRET} random letters."
            )
    if os.environ.get("FLASK_DEBUG", "").lower() not in ("", "0", "false", "no"):
        faults.append("FLASK_DEBUG: must be off. A debug page shows secrets to anyone.")
    if settings["MAIL_SERVER"] and not settings["MAIL_SENDER"]:
        faults.append("MAIL_SENDER: missing. Set the address your letters come from.")
    elif not rules.is_address(settings["MAIL_SENDER"] or f"post@{host_of(settings)}"):
        # RFC 5321 4.5.3.1.3: not every host name leaves room for one.
        faults.append(
            "MAIL_SENDER: missing. Your host name makes no address to write from by itself."
        )
    if settings["MAIL_SERVER"] and settings["MAIL_PORT"] == 465 and not settings["MAIL_USE_SSL"]:
        faults.append("MAIL_USE_SSL: must be on for port 465, where TLS comes before any word.")
    if settings["MAIL_USERNAME"] and not settings["MAIL_PASSWORD"]:
        faults.append("MAIL_PASSWORD: missing. MAIL_USERNAME is of no use without it.")
    if settings["MAIL_USERNAME"] and not (settings["MAIL_USE_TLS"] or settings["MAIL_USE_SSL"]):
        faults.append("MAIL_USE_TLS: must be on when there is a password to send.")
    return faults


def _of_key_files(settings: dict[str, Any], project: Path) -> list[str]:
    """Keys that are there already: others can read them, or anybody could guess them."""
    faults = []
    for name, file_name in KEY_FILES.items():
        file = (project / settings["DATA_DIR"]).resolve() / file_name
        try:
            newest = "" if settings[name] or not file.is_file() else load(file).split("\n")[-1]
        except UnsafeKeyFile as trouble:
            faults.append(f"{name}: {trouble}")
            continue
        except OSError:
            continue  # Told when the folder is made use of.
        # An older key beside it only opens what is not sealed anew yet.
        if newest and settings["MODE"] == "production" and rules.is_weak(newest):
            faults.append(f"{name}: the key in {file} is well known. {_NEW_KEY[name]}")
    return faults


def _open_secrets(settings: dict[str, Any], file: Path | None) -> list[str]:
    """The file of settings, when everybody on this machine can read the secrets in it."""
    if file is None or not file.stat().st_mode & stat.S_IROTH:
        return []
    secrets = [settings[name] for name in SECRETS]
    secrets += [settings[name] for name in ADDRESSES if _has_password(settings[name])]
    if not any(secret and secret in file.read_text("utf-8", "replace") for secret in secrets):
        return []
    return [f"{file.name}: others here can read the secrets in it. Run: chmod 600 {file}"]


def _has_password(address: str | None) -> bool:
    try:
        parts = urlsplit(address or "")
    except ValueError:
        return True  # Nobody knows what is in it.
    return bool(parts.password or parse_qs(parts.query).get("password"))
