"""Another address: asked on the settings page, proved by one letter, and stopped by another.

`views` puts these at their addresses.
"""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from hrsite import addresses, clock, queue
from hrsite.extensions import db
from hrsite.newsletter import moving, subscribing
from hrsite.newsletter.views_leaving import person, unknown_link
from hrsite.texts.markup import tidy_text

WHAT = {"move": "get letters at this address", "stop": "stop this"}


def another(token: str) -> ResponseReturnValue:
    """The form."""
    return _form(token)


def ask(token: str) -> ResponseReturnValue:
    """Keep the wish; the same answer whoever the new address belongs to."""
    subscriber = person("settings", token)
    if subscriber is None:
        return unknown_link("change your address")
    typed = tidy_text(request.form.get("address", "")).strip()
    try:
        moving.ask(db.session(), subscriber, typed, clock.now())
    except (addresses.BadAddress, moving.NotNow) as trouble:
        return _form(token, typed, str(trouble))
    except moving.Gone:
        return unknown_link("change your address")
    db.session.commit()
    queue.wake()
    return render_template("newsletter/move_asked.html", token=token)


def move(token: str) -> ResponseReturnValue:
    """One button, for whoever reads the mail of the new address."""
    return _button("move", token)


def make(token: str) -> ResponseReturnValue:
    """It was pressed; pressed again, it says the same."""
    change = moving.find(db.session(), "move", token, clock.now())
    if change is None:
        return unknown_link(WHAT["move"])
    try:
        made = moving.make(db.session(), change, clock.now())
    except moving.Gone:
        return unknown_link(WHAT["move"])
    db.session.commit()
    return render_template("newsletter/moved.html", made=made)


def stop(token: str) -> ResponseReturnValue:
    """One button, for whoever reads the mail of the old address."""
    return _button("stop", token)


def stopped(token: str) -> ResponseReturnValue:
    """It was pressed: her letters go where they went. Meanwhile they may have been stopped."""
    now = clock.now()
    change = moving.find(db.session(), "stop", token, now)
    if change is None:
        return unknown_link(WHAT["stop"])
    try:
        subscriber = moving.stop(db.session(), change, now)
    except moving.Gone:
        return unknown_link(WHAT["stop"])
    db.session.commit()
    return render_template(
        "newsletter/move_stopped.html",
        is_back=subscriber is not None,
        gets_letters=subscriber is not None and bool(subscribing.chosen_topics(subscriber)),
        paused_until=subscriber and subscribing.paused_until(subscriber, now),
    )


def _button(purpose: str, token: str) -> ResponseReturnValue:
    if moving.find(db.session(), purpose, token, clock.now()) is None:
        return unknown_link(WHAT[purpose])
    return render_template("newsletter/move.html", token=token, purpose=purpose)


def _form(token: str, typed: str = "", problem: str = "") -> ResponseReturnValue:
    subscriber = person("settings", token)
    if subscriber is None:
        return unknown_link("change your address")
    page = render_template(
        "newsletter/another.html",
        token=token,
        masked=addresses.mask(subscriber.address),
        typed=typed,
        problem=problem,
    )
    return page, 422 if problem else 200
