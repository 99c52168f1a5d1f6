"""The owner's way in from the server's console."""

import re

import pytest
from flask import Flask

from hrsite.accounts.cli import announce_code_if_needed, owner
from hrsite.accounts.models import AuditEvent
from hrsite.extensions import db
from tests.accounts.browsing import Browser

CODE = re.compile(r"[A-Z0-9]{5}(?:-[A-Z0-9]{5}){3}")


def test_owner_reset_prints_a_code_that_lets_her_in_and_everybody_else_out(
    app: Flask, window: Browser
) -> None:
    window.sign_in()
    said = app.test_cli_runner().invoke(owner, ["reset"])
    assert said.exit_code == 0, said.output
    assert "http://localhost/desk/set-up" in said.output
    found = CODE.search(said.output)
    assert found
    phone = Browser(app, "198.51.100.9")
    answer = phone.post(
        "/desk/set-up",
        code=found[0],
        name="Jordan",
        email="new@example.org",
        password="nine brown owls in rain",
    )
    assert answer.location == "/desk/"
    assert phone.is_in()
    assert not window.is_in()
    with app.app_context():
        assert "owner_let_in" in db.session.scalars(db.select(AuditEvent.kind)).all()


def test_a_new_site_prints_a_fresh_code_at_each_start(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    announce_code_if_needed(app)
    first = CODE.search(capsys.readouterr().out)
    announce_code_if_needed(app)
    second = CODE.search(capsys.readouterr().out)
    assert first
    assert second
    said = {"name": "Jordan", "email": "a@example.org", "password": "nine brown owls in rain"}
    assert Browser(app).post("/desk/set-up", code=first[0], **said).status_code == 422
    assert Browser(app).post("/desk/set-up", code=second[0], **said).status_code == 303


def test_a_site_with_an_owner_prints_nothing_at_its_start(
    app: Flask, window: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    announce_code_if_needed(app)
    assert capsys.readouterr().out == ""
