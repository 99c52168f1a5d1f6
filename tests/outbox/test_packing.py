"""Putting letters together, one for each copy in a worker's hands."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from hrsite.extensions import db
from hrsite.outbox.splicing import Frozen, Spliced
from tests.outbox.ledger import READERS, look, mail_goes_to, put_letter
from tests.outbox.smtp_server import mail_server


def test_nobody_waits_for_the_database_while_letters_are_put_together(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_letter(session, *READERS)
    were_open: list[bool] = []
    put_together = Frozen.spliced

    def note_and_put_together(*given: Any) -> Spliced:
        were_open.append(db.session().in_transaction())
        return put_together(*given)

    monkeypatch.setattr(Frozen, "spliced", note_and_put_together)
    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        assert look(app) == len(READERS)
    assert were_open == [False] * len(READERS)
