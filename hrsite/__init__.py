"""The application, put together: settings, libraries, doors."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from hrsite import furniture, logs, phrasing, plain, schema, templating, worker
from hrsite.config import PROJECT, read_settings
from hrsite.extensions import db
from hrsite.outbox.transport import mail
from hrsite.sealing import Seal
from hrsite.settings import reading as settings_reading


def create_app(changes: Mapping[str, Any] | None = None, *, answers: bool = True) -> Flask:
    """Build the application; one that never answers a request needs no doors.

    Raises WrongSettings when it would be wrong or unsafe to start.
    """
    app = Flask(__name__, template_folder=str(PROJECT / "templates"))
    app.config.from_mapping(read_settings(changes))
    templating.init_app(app)
    app.extensions["seal"] = Seal(app.config["ADDRESS_KEY"])
    _bind_libraries(app)
    if answers:
        from hrsite import doors  # Half of our code: see there.

        doors.open_all(app)
    return app


def _bind_libraries(app: Flask) -> None:
    logs.set_up()
    db.init_app(app)
    schema.init_app(app)
    mail.init_app(app)
    furniture.init_app(app)
    plain.init_app(app)
    phrasing.init_app(app)
    settings_reading.init_app(app)
    worker.init_app(app)
