"""The page that says how the site is, and why mail does not go.

`desk` puts these at their addresses, behind the guard.
"""

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from hrsite import addresses, clock
from hrsite.extensions import db
from hrsite.outbox import instance
from hrsite.pages import checking, health_lines


def health() -> ResponseReturnValue:
    """Each thing with its mark. Nothing here speaks to another machine but the database."""
    session, app = db.session(), current_app._get_current_object()  # type: ignore[attr-defined]
    now = clock.now()
    lines = health_lines.lines(app, session, now)
    return render_template(
        "pages/desk/health.html",
        **instance.told(session, now),
        lines=lines,
        to_look_at=[line for line in lines if line.needs_a_look],
        mail_is_real=bool(app.config["MAIL_SERVER"]),
    )


def try_mail() -> ResponseReturnValue:
    """Knock at the mail service once, without a letter."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    # It may take a minute to answer: nobody else's writing may wait so long.
    db.session.commit()
    found = checking.mail_folder(app.config) or checking.mail_server(app)
    words = addresses.mask_in(health_lines.sentence(found.words))
    if found.level == "wrong":
        flash(f"That did not work. {words}", "wrong")
    else:
        flash(f"{words} No letter was sent.", "done")
    return redirect(url_for("pages_desk.health"), 303)
