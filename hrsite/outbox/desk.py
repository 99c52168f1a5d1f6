"""The desk's side of the outbox: what waits, what is in trouble, and the folder of letters."""

from flask import Blueprint, abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from hrsite import addresses, clock, queue
from hrsite.accounts import guard, noting
from hrsite.extensions import db
from hrsite.outbox import folder, history, instance, pausing, presence
from hrsite.outbox.models import OutboxMessage

blueprint = Blueprint("outbox_desk", __name__, url_prefix="/desk/letters")
blueprint.before_request(guard.require_coach)

TROUBLED_SHOWN = PAUSED_SHOWN = 50
HERS_TO_DECIDE = ("stopped", "late")
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
            addresses.mask_in(delivery.reply_text or ""),
            delivery.next_at,
        )
        for delivery in history.troubled(db.session(), TROUBLED_SHOWN)
    ]
    return render_template(
        "outbox/desk/index.html",
        **instance.told(db.session(), now),
        waiting=history.waiting_count(db.session()),
        troubled=troubled,
        paused=history.paused_heads(db.session(), PAUSED_SHOWN),
        paused_single=history.paused_single(db.session()),
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
    """Go on with everything that a fault or a restored backup has paused.

    What she stopped herself, and what is late, waits until she looks at it by itself.
    """
    for message in history.paused(db.session()):
        if message.pause_kind not in HERS_TO_DECIDE:
            pausing.resume(message, clock.now())
    return _go_on("Going on. Letters that waited are tried again now.")


@blueprint.post("/<int(max=2147483647):message_id>/resume")
def resume_one(message_id: int) -> ResponseReturnValue:
    """Go on with one message; not with one that she stopped, whose own page knows why."""
    message = db.get_or_404(OutboxMessage, message_id)
    if message.pause_kind == "stopped":
        flash("You stopped this one. Open it under Issues, and press Resume there.", "careful")
        return redirect(url_for("outbox_desk.index"), 303)
    if message.paused_at is not None:
        pausing.resume(message, clock.now())
    return _go_on("Going on with this one. Whoever has it already does not get it again.")


def _go_on(words: str) -> ResponseReturnValue:
    noting.note("letters_resumed", clock.now())
    db.session.commit()
    queue.wake()
    flash(words, "done")
    return redirect(url_for("outbox_desk.index"), 303)


@blueprint.post("/held/resume")
def resume_held() -> ResponseReturnValue:
    """Let a copy, a restored backup or a new computer carry letters from now on."""
    instance.resume(db.session(), clock.now())
    return _go_on("Going on. Letters that waited go out now.")
