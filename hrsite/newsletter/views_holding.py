"""What we hold of a reader, the way out for good, and a link that a shared device forgets.

`views` puts these at their addresses, below the settings page.
"""

import json

from flask import Response, current_app, render_template, request
from flask.typing import ResponseReturnValue

from hrsite import addresses, clock
from hrsite.accounts import auditing
from hrsite.extensions import db
from hrsite.newsletter import disclosing, erasing, relinking
from hrsite.newsletter.views_leaving import person, person_to_change, unknown_link

WHAT = "see what we keep"


def kept(token: str) -> ResponseReturnValue:
    """What we hold of her, in words."""
    subscriber = person("settings", token)
    if subscriber is None:
        return unknown_link(WHAT)
    return render_template(
        "newsletter/kept.html",
        token=token,
        masked=addresses.mask(subscriber.address),
        sections=disclosing.page(db.session(), subscriber),
    )


def kept_file(token: str) -> ResponseReturnValue:
    """The same as a file, for her to keep."""
    subscriber = person("settings", token)
    if subscriber is None:
        return unknown_link(WHAT)
    said = disclosing.file(db.session(), subscriber, clock.now())
    answer = Response(json.dumps(said, indent=2), content_type="application/json")
    answer.headers["Content-Disposition"] = 'attachment; filename="kept.json"'
    return answer


def ask_to_erase(token: str) -> ResponseReturnValue:
    """One button. Opening the link changes nothing."""
    subscriber = person("settings", token)
    if subscriber is None:
        return unknown_link("be erased")
    masked = addresses.mask(subscriber.address)
    return render_template("newsletter/erase.html", token=token, masked=masked)


def erase(token: str) -> ResponseReturnValue:
    """Nothing of her is left from here on.

    Pressed twice, or with a link that was renewed meanwhile: which of the two nobody can tell.
    """
    subscriber = person("settings", token)
    if subscriber is None:
        return unknown_link("be erased", "newsletter/erase_unknown.html")
    never_again = bool(request.form.get("never_again"))
    folder = current_app.config["DATA_DIR"]
    session, now = db.session(), clock.now()
    erasing.erase(session, folder, subscriber.address_key, never_again, now)
    auditing.record(session, "reader_erased", now=now)
    session.commit()
    return render_template("newsletter/erased.html")


def forget_link(token: str) -> ResponseReturnValue:
    """On a shared device: her links, which stay in the list of pages seen, open nothing more."""
    subscriber = person_to_change("settings", token)
    if subscriber is None:
        return unknown_link("close her link", "newsletter/close_unknown.html")
    relinking.renew_private_links(db.session(), subscriber, clock.now())
    db.session.commit()
    return render_template("newsletter/link_forgotten.html")
