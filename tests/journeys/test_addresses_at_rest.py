"""A stolen database, its log, queue or backup names nobody: looked for in the octets themselves."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import addresses, logs, looking
from hrsite import clock as our_clock
from hrsite.newsletter import bringing, erasing, subscribing
from hrsite.newsletter.models import Subscriber
from hrsite.outbox import bouncing
from hrsite.outbox.models import Delivery
from hrsite.outbox.numbering import letter_id_of
from hrsite.outbox.return_paths import return_paths
from tests import factories
from tests.conftest import AppMaker
from tests.journeys.doors import Letters, MailProgram, ask_for_link, sign_up
from tests.outbox import returned_mail
from tests.outbox.backups import copy
from tests.raw_values import raw_values

# Words that are in no other place, as they were typed and as they are compared.
NAMES = ("quillfeather", "zephyrine", "bramblewick", "thistledown")
READERS = [f"{name}@nowhere-else.example" for name in NAMES]


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    return make_app(MAIL_BOUNCE_ADDRESS="bounces@example.com")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the log says, from here on."""
    stream = io.StringIO()
    logs.set_up(stream)
    yield stream
    logs.set_up()


def live(app: Flask, session: Session, letters: Letters, clock: Traveller) -> None:
    """Sign up, confirm, lose the link, get an Issue, come back, be brought in, leave, be erased."""
    programs = [MailProgram(app.test_client(), letters, reader) for reader in READERS[:3]]
    for program in programs:
        sign_up(program.client, program.address)
        sign_up(program.client, program.address.upper())
    looking.do_what_is_due()
    for program in programs:
        program.confirm()
    clock.shift(86_500)
    ask_for_link(programs[0].client, READERS[0])
    factories.make_post(session, send_to_readers=True)
    looking.do_what_is_due()
    bounced = session.scalars(select(Delivery).order_by(Delivery.id.desc())).first()
    assert bounced is not None
    path = return_paths().return_path_for(bounced.id, letter_id_of(bounced))
    bouncing.take_message(session, returned_mail.status_report(path or ""), (), our_clock.now())
    brought = factories.make_list(session, f"Email\n{READERS[3]}\n{READERS[0]}\n")
    bringing.start(session, brought.id, our_clock.now())
    session.commit()
    looking.do_what_is_due()
    programs[1].press_unsubscribe()
    session.rollback()
    assert len(session.scalars(select(Subscriber)).all()) == 4
    key = subscribing.key_of(addresses.check(READERS[2]))
    erasing.erase(session, Path(app.config["DATA_DIR"]), key, True, our_clock.now())
    session.commit()
    # And typed just now, before any worker has looked.
    sign_up(app.test_client(), READERS[3])
    looking.tidy_up()
    session.rollback()


def test_no_octet_names_a_reader(
    app: Flask, session: Session, letters: Letters, clock: Traveller, log: io.StringIO,
    database: str, tmp_path: Path,
) -> None:  # fmt: skip
    live(app, session, letters, clock)
    if database == "sqlite":
        copy(tmp_path / "hrsite.db", tmp_path / "backup.db")
    # The folder of letters is there only when there is no mail service.
    mail = Path(app.config["MAIL_FOLDER"])
    files = [path for path in tmp_path.rglob("*") if path.is_file() and mail not in path.parents]
    assert "tidied" in log.getvalue()
    held = {path.name: path.read_bytes() for path in files} | {"the log": log.getvalue().encode()}
    if database == "sqlite":
        assert {"hrsite.db", "hrsite.db-wal", "queue.db", "backup.db", "erased.log"} <= set(held)
    held |= raw_values(session)
    session.rollback()
    for name, octets in held.items():
        for word in (*NAMES, "nowhere-else"):
            assert word.encode() not in octets.lower(), (name, word)
    # That it would have been seen: letters, which must name her, do.
    assert any(NAMES[0].encode() in path.read_bytes().lower() for path in mail.glob("*.eml"))
