"""Every setting: its name, its default, and why. Read once, at start, with all faults at once."""

import os
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any, cast

from dotenv.parser import parse_stream
from environs import Env, EnvValidationError

from hrsite import dangers
from hrsite import setting_places as places
from hrsite import setting_rules as rules
from hrsite.keys import UnsafeKeyFile, load_or_make

PROJECT = Path(__file__).resolve().parent.parent


class WrongSettings(Exception):
    """Some settings cannot be used. `faults` holds one sentence for each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def read_settings(changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Read the environment (and a .env file, if there is one) into Flask's settings.

    `changes` replace what was read; tests use them. Raises WrongSettings, with every fault.
    """
    env, file = Env(eager=False), env_file()
    if file is not None:
        _read_file(env, file)
    settings = _read(env) | dict(changes or {})
    faults = _faults(env, set(changes or {}))
    wrong = {fault.split(":", 1)[0] for fault in faults}
    others = dangers.found(settings, PROJECT, file)
    faults += [fault for fault in others if fault.split(":", 1)[0] not in wrong]
    if not faults:
        faults = _complete(settings)
    if faults:
        raise WrongSettings(faults)
    return settings


def env_file() -> Path | None:
    """The file that holds settings, when there is one.

    Usually .env in the project's folder. HRSITE_ENV_FILE names another one; empty, none at all,
    as for the tests and the demo.
    """
    named = os.environ.get("HRSITE_ENV_FILE")
    file = PROJECT / (".env" if named is None else named)
    return file if file.is_file() else None


def _read_file(env: Env, file: Path) -> None:
    """Raises WrongSettings, for then nothing more is known."""
    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError:
        raise WrongSettings([f"{file.name}: is not in UTF-8. Save it in UTF-8."]) from None
    except OSError as trouble:
        raise WrongSettings([f"{file.name}: cannot be read ({trouble.strerror})."]) from None
    if text.startswith("\ufeff"):
        # Its first line would be another setting, with a name that looks the same.
        words = "begins with a mark that nobody sees. Save it in UTF-8 without a BOM."
        raise WrongSettings([f"{file.name}: {words}"])
    if lines := _unread_lines(text):
        words = "cannot be understood. Write NAME=value, and close what you open with a quote."
        raise WrongSettings([f"{file.name}: line {number} {words}" for number in lines])
    env.read_env(str(file), recurse=False)


def _unread_lines(text: str) -> list[int]:
    """The lines that would be left out without a word."""
    numbers = []
    for one in parse_stream(StringIO(text)):
        if one.error or (one.key is not None and one.value is None):
            lines = one.original.string
            blank = lines[: len(lines) - len(lines.lstrip())]
            numbers.append(one.original.line + blank.count("\n"))
    return numbers


def _read(env: Env) -> dict[str, Any]:
    return {
        # "production" refuses to start unsafely; "development" and "demo" stay on this machine.
        "MODE": env.str("HRSITE_MODE", "production", validate=rules.one_of_modes),
        # Where everything lives that a backup must hold, but for a PostgreSQL database.
        "DATA_DIR": env.path("DATA_DIR", Path("data")),
        # The address readers use. Every link in a letter starts with it, never with a Host header.
        "BASE_URL": env.str("BASE_URL", "", validate=rules.base_url),
        # Empty: an SQLite file in DATA_DIR. postgresql://… for many workers.
        "DATABASE_URL": env.str("DATABASE_URL", "", validate=places.database_url),
        # Empty: an SQLite file in DATA_DIR. redis://… or postgresql://… for many machines.
        "QUEUE_URL": env.str("QUEUE_URL", "", validate=places.queue_url),
        # Empty: made at first start, in DATA_DIR, readable by its owner alone.
        "SECRET_KEY": env.str("SECRET_KEY", ""),
        # Seals subscribers' addresses. Empty: made like SECRET_KEY. Lost, the list is lost.
        "ADDRESS_KEY": env.str("ADDRESS_KEY", ""),
        # The coach's zone, by its name in the IANA database; every time is written in it.
        "TIME_ZONE": env.str("TIME_ZONE", "UTC", validate=rules.time_zone),
        "SITE_NAME": env.str("SITE_NAME", "My site", validate=rules.one_line),
        "SITE_TAGLINE": env.str("SITE_TAGLINE", "", validate=rules.one_line),
        "SITE_LANGUAGE": env.str("SITE_LANGUAGE", "en", validate=rules.language),
        "COACH_NAME": env.str("COACH_NAME", "Your coach", validate=rules.one_line),
        # Shown in the strip on top of every page, when set: who helps right now, and where.
        "HELP_TEXT": env.str("HELP_TEXT", "", validate=rules.one_line),
        "HELP_URL": env.str("HELP_URL", "", validate=rules.link),
        "BOOK_URL": env.str("BOOK_URL", "", validate=rules.link),
        # Where "Leave this site" leads: something ordinary. Empty takes the link away.
        "EXIT_URL": env.str("EXIT_URL", "https://www.wikipedia.org/", validate=rules.elsewhere),
        # Empty: letters go into a folder and onto a page of the desk, and nothing leaves here.
        "MAIL_SERVER": env.str("MAIL_SERVER", "", validate=places.mail_host),
        # Empty: 465 where the line is TLS from its first octet (RFC 8314), else 587.
        "MAIL_PORT": env.int("MAIL_PORT", None, validate=rules.port),
        "MAIL_USE_TLS": env.bool("MAIL_USE_TLS", True),
        "MAIL_USE_SSL": env.bool("MAIL_USE_SSL", False),
        "MAIL_USERNAME": env.str("MAIL_USERNAME", ""),
        "MAIL_PASSWORD": env.str("MAIL_PASSWORD", ""),
        # A certificate authority of your own, as a PEM file; empty: the system's.
        "MAIL_CA_FILE": env.str("MAIL_CA_FILE", "", validate=rules.readable_file),
        # Seconds for each SMTP command, and for the reply to the last dot (RFC 5321 4.5.3.2.6).
        # A claim's lease must be longer: outbox/claiming.py.
        "MAIL_TIMEOUT": env.float("MAIL_TIMEOUT", 60.0, validate=rules.ten_minutes),
        "MAIL_REPLY_TIMEOUT": env.float("MAIL_REPLY_TIMEOUT", 600.0, validate=rules.ten_minutes),
        # How many letters may be gone while their results are not on disk: the most that can be in
        # doubt, and so doubled, when a worker is killed. More is faster.
        "MAIL_IN_FLIGHT": env.int("MAIL_IN_FLIGHT", 1, validate=rules.positive),
        # Over so many connections at once, for each worker; never more than letters in flight.
        "MAIL_CONNECTIONS": env.int("MAIL_CONNECTIONS", 1, validate=rules.positive),
        # Letters a second for all workers together, and for one recipient's domain. 0: no limit.
        "MAIL_PACE": env.float("MAIL_PACE", 0.0, validate=rules.not_negative),
        "MAIL_DOMAIN_PACE": env.float("MAIL_DOMAIN_PACE", 0.0, validate=rules.not_negative),
        # Two senders: trouble with newsletters must not hold up a letter somebody asked for.
        "MAIL_SENDER": env.str("MAIL_SENDER", "", validate=rules.address),
        "MAIL_ISSUE_SENDER": env.str("MAIL_ISSUE_SENDER", "", validate=rules.address),
        "MAIL_REPLY_TO": env.str("MAIL_REPLY_TO", "", validate=rules.address),
        # Where letters come back to: each copy gets a tag after "+". Empty: to the sender.
        "MAIL_BOUNCE_ADDRESS": env.str("MAIL_BOUNCE_ADDRESS", "", validate=rules.bounce_address),
        # Where returned mail is read: a Maildir on this machine, or a mailbox by IMAP over TLS.
        "BOUNCE_MAILDIR": env.str("BOUNCE_MAILDIR", ""),
        "BOUNCE_IMAP_SERVER": env.str("BOUNCE_IMAP_SERVER", "", validate=places.mail_host),
        "BOUNCE_IMAP_PORT": env.int("BOUNCE_IMAP_PORT", 993, validate=rules.port),
        "BOUNCE_IMAP_USERNAME": env.str("BOUNCE_IMAP_USERNAME", ""),
        "BOUNCE_IMAP_PASSWORD": env.str("BOUNCE_IMAP_PASSWORD", ""),
        "BOUNCE_IMAP_FOLDER": env.str("BOUNCE_IMAP_FOLDER", "INBOX"),
        # What mail services tell by webhook is believed when it is signed. Empty: no such page.
        # Amazon's certificate is a file, because nothing here fetches anything.
        "SES_TOPIC": env.str("SES_TOPIC", ""),
        "SES_CERTIFICATE_FILE": env.str("SES_CERTIFICATE_FILE", "", validate=rules.readable_file),
        "POSTMARK_SECRET": env.str("POSTMARK_SECRET", "", validate=rules.long_secret),
        "MAILGUN_SIGNING_KEY": env.str("MAILGUN_SIGNING_KEY", "", validate=rules.long_secret),
        # Readers may ask for letters that tell an onlooker nothing: who those seem to come from,
        # and the postal address at their foot. Empty: the coach's first name, and none.
        "DISCREET_NAME": env.str("DISCREET_NAME", "", validate=rules.one_line),
        "DISCREET_FOOTER": env.str("DISCREET_FOOTER", ""),
        # A postal address for the foot of each letter, where the law asks for one.
        "MAIL_FOOTER": env.str("MAIL_FOOTER", ""),
        # What to do with a letter that was in the air when the line broke: repeat once, or hold.
        "UNCERTAIN": env.str("UNCERTAIN", "repeat", validate=rules.repeat_or_hold),
        # Where a mail service looks for a number by which it takes each letter once only.
        "IDEMPOTENCY_HEADER": env.str("IDEMPOTENCY_HEADER", "", validate=rules.idempotency_header),
        # How long an Issue can be taken back before the first letter goes out. 0: not at all.
        "UNDO_MINUTES": env.int("UNDO_MINUTES", 5, validate=rules.half_an_hour),
        # When the weekly letter is written; the monthly one on the first such day of a month.
        "DIGEST_WEEKDAY": env.str("DIGEST_WEEKDAY", "friday", validate=rules.weekday),
        "DIGEST_HOUR": env.int("DIGEST_HOUR", 8, validate=rules.hour),
        # A form sent faster than a person can read it was sent by a machine.
        "SIGNUP_MIN_SECONDS": env.float("SIGNUP_MIN_SECONDS", 3.0, validate=rules.of_an_hour),
        "SIGNUP_MAX_HOURS": env.float("SIGNUP_MAX_HOURS", 24.0, validate=rules.of_a_month),
        # So many letters may be set off by whoever types one address into a form.
        "SIGNUP_LETTERS_A_DAY": env.int("SIGNUP_LETTERS_A_DAY", 1, validate=rules.positive),
        "SIGNUP_LETTERS_A_MONTH": env.int("SIGNUP_LETTERS_A_MONTH", 3, validate=rules.positive),
        # So often a day a network asks without a wait; then it waits, twice as long each time.
        "SIGNUP_FREE_A_DAY": env.int("SIGNUP_FREE_A_DAY", 5, validate=rules.positive),
        "SIGNUP_WAIT_MINUTES": env.float(
            "SIGNUP_WAIT_MINUTES", 1.0, validate=rules.minutes_of_a_day
        ),
        "SIGNUP_WAIT_HOURS": env.float("SIGNUP_WAIT_HOURS", 12.0, validate=rules.hours_of_a_day),
        # So many letters an hour strangers may set off in all; and so many when of the last so
        # many who were asked to confirm fewer than this part did. The others wait.
        "SIGNUP_MOST_AN_HOUR": env.int("SIGNUP_MOST_AN_HOUR", 60, validate=rules.positive),
        "SIGNUP_CALM_AN_HOUR": env.int("SIGNUP_CALM_AN_HOUR", 12, validate=rules.positive),
        "SIGNUP_CONFIRMED_OF": env.int("SIGNUP_CONFIRMED_OF", 50, validate=rules.positive),
        "SIGNUP_LEAST_PERCENT": env.int("SIGNUP_LEAST_PERCENT", 20, validate=rules.percent),
        "MAX_UPLOAD_MEGABYTES": env.int("MAX_UPLOAD_MEGABYTES", 12, validate=rules.positive),
        "HOST": env.str("HOST", "127.0.0.1", validate=places.host),
        "PORT": env.int("PORT", 8000, validate=rules.port),
        "WEB_PROCESSES": env.int("WEB_PROCESSES", 1, validate=rules.processes),
        # Room for pages kept ready, in each process. 0: each page is made anew each time.
        "READY_MEGABYTES": env.float("READY_MEGABYTES", 16.0, validate=rules.room),
        # A folder for ready pages as files, from which a web server in front answers by itself.
        # Empty: none. See README.md, for readings that it answers are not counted.
        "READY_FILES": env.str("READY_FILES", "", validate=rules.plain_path),
        # How many proxies stand in front and add X-Forwarded-For. 0: that header is not believed.
        "TRUSTED_PROXIES": env.int("TRUSTED_PROXIES", 0, validate=rules.not_negative),
    }


def _faults(env: Env, changed: set[str]) -> list[str]:
    try:
        env.seal()
    except EnvValidationError as trouble:
        # Never the value: it may be a password.
        said = cast(Mapping[str, list[str]], trouble.error_messages)
        return [
            f"{name}: {_words(words)}"
            for name, words in said.items()
            if name.removeprefix("HRSITE_") not in changed
        ]
    return []


def _words(said: Any) -> str:
    return " ".join(
        str(part).rstrip(".") + "." for part in (said if isinstance(said, list) else [said])
    )


def _complete(settings: dict[str, Any]) -> list[str]:
    """Fill in what follows from other settings, and what Flask and its libraries call by name."""
    # Relative to the project, as .env is: whichever folder a process was started in.
    folder = (PROJECT / settings["DATA_DIR"]).resolve()
    if faults := _add_keys(settings, folder):
        return faults
    development = settings["MODE"] != "production"
    if not settings["BASE_URL"] and development:
        settings["BASE_URL"] = f"http://localhost:{settings['PORT']}"
    settings["BASE_URL"] = rules.normal_base_url(settings["BASE_URL"])
    host = dangers.host_of(settings)
    if settings["READY_FILES"]:
        settings["READY_FILES"] = str((PROJECT / settings["READY_FILES"]).resolve())
    settings["DATABASE_URL"] = settings["DATABASE_URL"] or f"sqlite:///{folder / 'hrsite.db'}"
    settings["QUEUE_URL"] = settings["QUEUE_URL"] or f"sqlite:///{folder / 'queue.db'}"
    settings["MAIL_SENDER"] = settings["MAIL_SENDER"] or f"post@{host}"
    settings["MAIL_PORT"] = settings["MAIL_PORT"] or (465 if settings["MAIL_USE_SSL"] else 587)
    settings["MAIL_ISSUE_SENDER"] = settings["MAIL_ISSUE_SENDER"] or settings["MAIL_SENDER"]
    settings |= {
        "DATA_DIR": folder,
        "MEDIA_FOLDER": folder / "media",
        "MAIL_FOLDER": folder / "mail",
        "MAIL_DOMAIN": host,
        "MAIL_DEFAULT_SENDER": (settings["SITE_NAME"], settings["MAIL_SENDER"]),
        "SQLALCHEMY_DATABASE_URI": settings["DATABASE_URL"],
        # A failing statement's parameters hold what people typed: they must not reach the log.
        "SQLALCHEMY_ENGINE_OPTIONS": {
            "hide_parameters": True,
            # Whoever commits a change of pages takes these back: generation.py.
            "execution_options": {"ready_files": settings["READY_FILES"]},
        },
        "MAX_CONTENT_LENGTH": settings["MAX_UPLOAD_MEGABYTES"] * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "MAX_FORM_PARTS": 100,
        "TRUSTED_HOSTS": [host, "localhost", "127.0.0.1"] if development else [host],
        # __Host- (RFC 6265bis) binds the cookie to this host; browsers take it over https only.
        "SESSION_COOKIE_NAME": "desk" if dangers.is_http(settings) else "__Host-desk",
        "SESSION_COOKIE_SECURE": not dangers.is_http(settings),
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,  # A form left open overnight must still keep its words.
        "WTF_CSRF_SSL_STRICT": False,  # It wants a Referer, and our own policy sends none.
    }
    return []


def _add_keys(settings: dict[str, Any], folder: Path) -> list[str]:
    """Make the data folder and the keys that no setting gave."""
    faults = []
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            return [f"DATA_DIR: {folder} cannot be written to by whoever runs hrsite."]
        # Only a key in its file can be changed by a command.
        settings["ADDRESS_KEY_FILE"] = None if settings["ADDRESS_KEY"] else folder / "address.key"
        for name, file in dangers.KEY_FILES.items():
            try:
                settings[name] = settings[name] or load_or_make(folder / file)
            except UnsafeKeyFile as trouble:
                faults.append(f"{name}: {trouble}")
    except OSError as trouble:
        faults.append(f"DATA_DIR: {folder} cannot be used ({trouble.strerror}).")
    return faults
