"""Look at everything the site needs, and say in words what is set, missing or broken."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from hrsite import clock, furniture
from hrsite.accounts.setting_up import needs_owner
from hrsite.described import Site
from hrsite.extensions import db
from hrsite.outbox import instance, mailboxes, returned
from hrsite.outbox.certificates import certificates_in
from hrsite.outbox.repeat_rules import KEYED
from hrsite.pages import checking
from hrsite.pages.checking import Finding, first_line
from hrsite.ready import nginx

Look = Callable[[Flask], Iterator[Finding]]
HELD_WORDS = {
    instance.BEHIND: "the database is older than the last letters that went out",
    instance.COPIED: "its DATA_DIR is a copy or a restored backup",
    instance.NEW: "it is new here",
}


def examine(app: Flask) -> Iterator[Finding]:
    """Look at one thing after the other; a fault in one never hides the next."""
    with app.app_context():
        yield from _look(app, _site, _disk, _ready_files, _queue, _mail, _returned_mail, _ses)
        database = list(_look(app, _database))
        yield from database
        if [finding.level for finding in database] == ["good"]:
            # Only tables can tell these; while they are missing or old, that is all there is.
            yield from _look(app, _owner, _address_key, _nginx, _services, _instance, _worker)


def _look(app: Flask, *looks: Look) -> Iterator[Finding]:
    for look in looks:
        what = look.__name__.removeprefix("_")
        yield from checking.safely(partial(look, app), partial(Finding, "wrong", what))
        db.session.rollback()  # The site can write again, however long the next look takes.


def _site(app: Flask) -> Iterator[Finding]:
    config = app.config
    yield Finding("good", "settings", f"all readable; {config['MODE']}, {config['BASE_URL']}")
    said = _described()
    words = furniture.moment(clock.now(), said.zone_key)
    yield Finding("good", "time zone", f"{said.zone_key}: {words}")
    names = (("SITE_NAME", "My site", said.name), ("COACH_NAME", "Your coach", said.coach_name))
    for name, default, named in names:
        if named == default:
            yield Finding("careful", name, f'not set, so pages and letters say "{default}"')


def _described() -> Site:
    """What pages say. Before the first start no table can tell, and the settings speak alone."""
    try:
        return furniture.site()
    except SQLAlchemyError:
        return furniture.as_configured()


def _disk(app: Flask) -> Iterator[Finding]:
    yield checking.disk(Path(app.config["DATA_DIR"]))


def _database(app: Flask) -> Iterator[Finding]:
    yield checking.database()


def _owner(app: Flask) -> Iterator[Finding]:
    if needs_owner(db.session()):
        yield Finding("careful", "owner", "nobody can sign in yet; run: hrsite owner reset")


def _address_key(app: Flask) -> Iterator[Finding]:
    if found := checking.address_key(db.session()):
        yield found


def _ready_files(app: Flask) -> Iterator[Finding]:
    if not app.config["READY_FILES"]:
        return
    yield checking.ready_files(app.config)
    if not app.config["TRUSTED_PROXIES"]:
        words = "0, so with a web server in front all readers look like one; set 1"
        yield Finding("careful", "TRUSTED_PROXIES", words)


def _nginx(app: Flask) -> Iterator[Finding]:
    if app.config["READY_FILES"]:
        words = f"its block must name {nginx.usual_mark(app)}; hrsite nginx prints it"
        yield Finding("good", "nginx", words)


def _queue(app: Flask) -> Iterator[Finding]:
    kind = app.config["QUEUE_URL"].split(":", 1)[0]
    try:
        waiting = app.extensions["huey"].pending_count()
    except Exception as trouble:
        # Each kind of queue has errors of its own; whichever it is, it does not work.
        yield Finding("wrong", "queue", f"{kind} cannot be reached ({first_line(trouble)})")
        return
    yield Finding("good", "queue", f"{kind}, {waiting} wake-ups waiting")


def _mail(app: Flask) -> Iterator[Finding]:
    if folder := checking.mail_folder(app.config):
        yield folder
        return
    yield checking.mail_server(app)
    if not _described().reply_to:
        yield Finding("careful", "MAIL_REPLY_TO", "not set, so answers go to the sender's address")
    if header := app.config["IDEMPOTENCY_HEADER"]:
        words = (
            f"{header}; a mail service that does not look for it may give one reader up to"
            f" {KEYED.most} more copies when a line breaks"
        )
        yield Finding("good", "IDEMPOTENCY_HEADER", words)


def _returned_mail(app: Flask) -> Iterator[Finding]:
    config, boxes = app.config, mailboxes.configured(app.config)
    for box in boxes:
        try:
            box.check()
        except mailboxes.Unreadable as trouble:
            yield Finding("wrong", f"returned mail ({box.name})", str(trouble))
        else:
            yield Finding("good", f"returned mail ({box.name})", "can be read")
        finally:
            box.close()
    if boxes and not config["MAIL_BOUNCE_ADDRESS"]:
        words = "not set, so no returned letter can be told from a forged one; all are ignored"
        yield Finding("wrong", "MAIL_BOUNCE_ADDRESS", words)
    if config["MAIL_BOUNCE_ADDRESS"] and not boxes:
        words = "no mailbox is read; good if your mail server runs: hrsite bounce"
        yield Finding("careful", "returned mail", words)


def _ses(app: Flask) -> Iterator[Finding]:
    topic, file = app.config["SES_TOPIC"], app.config["SES_CERTIFICATE_FILE"]
    if topic or file:
        yield _ses_certificate(topic, file)


def _ses_certificate(topic: str, file: str) -> Finding:
    if not topic or not file:
        return Finding("wrong", "ses", "needs both SES_TOPIC and SES_CERTIFICATE_FILE")
    try:
        found = certificates_in(file)
    except (OSError, ValueError):
        return Finding("wrong", "ses", f"{file} holds no certificate in PEM form")
    if not any(one.is_valid_at(clock.now()) for one in found):
        return Finding("wrong", "ses", f"the certificate in {file} has run out; get the new one")
    last = max(one.ends_at for one in found)
    return Finding("good", "ses", f"certificate good until {furniture.moment(last)}")


def _services(app: Flask) -> Iterator[Finding]:
    for service, link in returned.links_to_open(db.session()).items():
        yield Finding("careful", service, f"open this once, then news of bounces begins: {link}")


def _instance(app: Flask) -> Iterator[Finding]:
    for one in instance.held(db.session()):
        words = HELD_WORDS[one.trouble or ""]
        said = f"no letter goes out from {one.machine}: {words}; press Resume on the desk"
        yield Finding("wrong", "letters held", said)


def _worker(app: Flask) -> Iterator[Finding]:
    yield checking.worker(db.session(), clock.now())
