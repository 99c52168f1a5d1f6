"""Many tries at the same moment are still counted one by one."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask

from hrsite.accounts.models import AuditEvent
from hrsite.extensions import db
from tests.accounts.browsing import EMAIL, Browser, token_in

AT_ONCE = 12


def test_a_dozen_guesses_at_once_are_five_tries_and_not_twelve(app: Flask, window: Browser) -> None:
    ready = Barrier(AT_ONCE)

    def guess(number: int) -> int:
        browser = Browser(app, f"198.51.100.{number}")
        fields = {"email": EMAIL, "password": f"guess number {number}"}
        fields["csrf_token"] = token_in(browser.get("/desk/sign-in").text)
        ready.wait(timeout=60)
        return browser.send("/desk/sign-in", fields).status_code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = sorted(pool.map(guess, range(AT_ONCE)))
    assert answers == [422] * 5 + [429] * (AT_ONCE - 5)
    with app.app_context():
        failed = db.select(db.func.count()).where(AuditEvent.kind == "sign_in_failed")
        assert db.session.scalar(failed) == 5
