"""Stock Flask-Mail, as its documentation says for many letters: one connection for each thread."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import flask_mail
from flask import Flask

from tests.bench import letter, reporting


def hand_over(letters: int, connections: int, octets: int, port: int) -> dict[str, Any]:
    """Hand letters over with so many threads."""
    app = Flask("flask_mail_sender")
    app.config.update(MAIL_SERVER="127.0.0.1", MAIL_PORT=port)
    mail, frozen = flask_mail.Mail(app), letter.written(octets)

    def share(first: int) -> None:
        with app.app_context(), mail.connect() as connection:
            for number in range(first, letters, connections):
                connection.send(_message(frozen, number))

    with reporting.Stopwatch() as watch, ThreadPoolExecutor(connections) as threads:
        list(threads.map(share, range(connections)))
    return watch.cost(letters)


def _message(frozen: letter.Frozen, number: int) -> flask_mail.Message:
    token = f"{number:022}"
    return flask_mail.Message(
        subject=frozen.subject,
        recipients=[f"reader{number:07}@example.org"],
        sender=letter.SENDER,
        body=frozen.text.replace(f"{letter.MARK}-unsubscribe", token),
        html=frozen.html.replace(f"{letter.MARK}-unsubscribe", token),
        extra_headers={
            "List-Unsubscribe": f"<{letter.SITE}/unsubscribe/{token}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


if __name__ == "__main__":
    reporting.obey({"hand_over": hand_over}, ready=True)
