"""The desk's side of the outbox: what waits, what is in trouble, and the folder of letters."""

from flask import Blueprint, abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from hrsite import addresses, clock, queue
from hrsite.accounts import guard
from hrsite.extensions import db
from hrsite.outbox import folder, history, pausing, presence

blueprint = Blueprint("outbox_desk", __name__, url_prefix="/desk/letters")
blueprint.before_request(guard.require_coach)

TROUBLED_SHOWN = 50
STATE_WORDS = {"refused": "Refused", "uncertain": "Not known", "deferred": "Will be tried again"}


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """What waits, what failed, who carries it; without a mail server, the letters themselves."""
    is_real, now = bool(current_app.config["MAIL_SERVER"]), clock.now()
    worker = presence.look(db.session(), now)
    troubled = [
        (
            addresses.mask(delivery.address),
            delivery.message.subject,
            STATE_WORDS[delivery.state],
            delivery.reply_text or "",
            delivery.next_at,
        )
        for delivery in history.troubled(db.session(), TROUBLED_SHOWN)
    ]
    return render_template(
        "outbox/desk/index.html",
        waiting=history.waiting_count(db.session()),
        troubled=troubled,
        paused=history.paused(db.session()),
        folder=[] if is_real else folder.letters(current_app.config["MAIL_FOLDER"]),
        mail_is_real=is_real,
        worker=worker,
        worker_trouble=worker.trouble(now),
    )


@blueprint.get("/<name>")
def letter(name: str) -> ResponseReturnValue:
    """One letter of the folder, with its links to press."""
    if current_app.config["MAIL_SERVER"]:
        abort(404)
    try:
        shown = folder.read(current_app.config["MAIL_FOLDER"], name)
    except folder.NoSuchLetter:
        abort(404)
    return render_template("outbox/desk/letter.html", letter=shown)


@blueprint.post("/resume")
def resume() -> ResponseReturnValue:
    """Go on with everything that was paused."""
    for message in history.paused(db.session()):
        pausing.resume(message, clock.now())
    db.session.commit()
    queue.wake()
    flash("Going on. Letters that waited are tried again now.", "done")
    return redirect(url_for("outbox_desk.index"), 303)
