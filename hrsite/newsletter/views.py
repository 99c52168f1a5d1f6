"""Readers ask for letters, say yes, change what they get, and leave."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from hrsite import addresses, clock, furniture, queue, tokens
from hrsite.accounts import guard
from hrsite.extensions import db
from hrsite.newsletter import (
    asking,
    consent,
    screening,
    subscribing,
    views_holding,
    views_leaving,
    views_moving,
)
from hrsite.newsletter.consent import TOPIC_LABELS
from hrsite.newsletter.forms import (
    NOTHING_TICKED,
    PAUSES,
    ChoiceForm,
    LinkForm,
    PublicForm,
    SignupForm,
)
from hrsite.newsletter.models import Subscriber
from hrsite.newsletter.views_leaving import person, person_to_change, unknown_link
from hrsite.ready import pagecache

blueprint = Blueprint("newsletter", __name__)
for rule, name, door, method in (
    ("/unsubscribe/<token>", "unsubscribe", views_leaving.ask, "GET"),
    ("/unsubscribe/<token>", "leave", views_leaving.leave, "POST"),
    ("/unsubscribe/<token>/undo", "undo", views_leaving.undo, "POST"),
    ("/settings/<token>/kept", "kept", views_holding.kept, "GET"),
    ("/settings/<token>/kept.json", "kept_file", views_holding.kept_file, "GET"),
    ("/settings/<token>/erase", "ask_to_erase", views_holding.ask_to_erase, "GET"),
    ("/settings/<token>/erase", "erase", views_holding.erase, "POST"),
    ("/settings/<token>/address", "another", views_moving.another, "GET"),
    ("/settings/<token>/address", "ask_another", views_moving.ask, "POST"),
    ("/move/<token>", "move", views_moving.move, "GET"),
    ("/move/<token>", "make_move", views_moving.make, "POST"),
    ("/stay/<token>", "stay", views_moving.stop, "GET"),
    ("/stay/<token>", "stop_move", views_moving.stopped, "POST"),
    ("/settings/<token>/close", "forget_link", views_holding.forget_link, "POST"),
):
    blueprint.add_url_rule(rule, name, door, methods=[method])

STALE = "This page was open for a long time. Please press the button once more."


@blueprint.record_once
def _furnish_templates(state: BlueprintSetupState) -> None:
    state.app.jinja_env.globals |= {
        "consent_words": consent.CONSENT_WORDS,
        "confirm_words": consent.CONFIRM_WORDS,
    }


@blueprint.get("/signup")
@pagecache.ready(shared=pagecache.YES)
def signup() -> ResponseReturnValue:
    """The form on a page of its own; with `shared`, one that a shared browser does not remember."""
    is_shared = "shared" in request.args
    form = SignupForm()
    return render_template("newsletter/signup.html", form=form, problem=None, is_shared=is_shared)


@blueprint.post("/signup")
def ask() -> ResponseReturnValue:
    """Keep the request; the same answer whoever the address belongs to."""
    form = SignupForm()
    keep = partial(asking.request_signup, topics=form.chosen())
    return _taken(form, keep, "newsletter/signup.html", "newsletter.asked")


@blueprint.get("/signup/asked")
@pagecache.ready()
def asked() -> ResponseReturnValue:
    """The one page that follows every signup."""
    return render_template("newsletter/asked.html")


@blueprint.get("/signup/link")
@pagecache.ready()
def link() -> ResponseReturnValue:
    """For somebody who has lost the settings link."""
    return render_template("newsletter/link.html", form=LinkForm(), problem=None)


@blueprint.post("/signup/link")
def ask_for_link() -> ResponseReturnValue:
    """Keep the wish; the same answer whoever the address belongs to."""
    return _taken(LinkForm(), asking.request_link, "newsletter/link.html", "newsletter.link_asked")


@blueprint.get("/signup/link/asked")
@pagecache.ready()
def link_asked() -> ResponseReturnValue:
    """The one page that follows every wish for a link."""
    return render_template("newsletter/link_asked.html")


@blueprint.get("/confirm/<token>")
def confirm(token: str) -> ResponseReturnValue:
    """One button. Opening the link changes nothing, for mail scanners open every link."""
    if person("confirm", token) is None:
        return unknown_link("confirm your address")
    return render_template("newsletter/confirm.html", token=token)


@blueprint.post("/confirm/<token>")
def say_yes(token: str) -> ResponseReturnValue:
    """The button was pressed."""
    confirmed = subscribing.confirm(db.session(), token, clock.now())
    if confirmed is None:
        return unknown_link("confirm your address")
    db.session.commit()
    queue.wake()
    subscriber, again = confirmed
    # A link that was used before may be anybody's who finds it on the device: it shows no other.
    settings_token = "" if again else subscriber.links["settings"]
    return render_template(
        "newsletter/confirmed.html",
        again=again,
        settings_token=settings_token,
        paused_until=subscribing.paused_until(subscriber, clock.now()),
        topics=[TOPIC_LABELS[topic] for topic in subscribing.chosen_topics(subscriber)],
    )


@blueprint.get("/settings/<token>")
def settings(token: str) -> ResponseReturnValue:
    """What one gets, and how to change it."""
    return _settings_page(token, saved=False)


@blueprint.post("/settings/<token>")
def change_settings(token: str) -> ResponseReturnValue:
    """Get exactly what was chosen, pause, go on, or get nothing more at all."""
    subscriber = person_to_change("settings", token)
    if subscriber is None:
        return unknown_link("change what you get")
    _change(subscriber, ChoiceForm(), clock.now())
    db.session.commit()
    queue.wake()  # It may be a first yes, which is answered by a letter.
    return _settings_page(token, saved=True)


def _change(subscriber: Subscriber, form: ChoiceForm, now: datetime) -> None:
    """Do what the pressed button says: plain letters, stop, pause, go on, or save."""
    session, months, cadence = db.session(), form.pause_months(), form.how_often()
    if discreet := request.form.get("discreet"):
        subscribing.choose_discreet(session, subscriber, discreet == "on", now)
    elif request.form.get("stop"):
        subscribing.choose(session, subscriber, set(), "settings", now)
    elif months is not None:
        subscribing.pause(session, subscriber, months, now)
    elif request.form.get("go_on"):
        subscribing.go_on(session, subscriber, now)
    else:
        subscribing.choose(session, subscriber, form.chosen(), "settings", now)
        subscribing.choose_reminders(session, subscriber, bool(form.reminders.data), now)
        if cadence is not None:
            subscribing.choose_cadence(session, subscriber, cadence, now)


def _taken(
    form: PublicForm, keep: Callable[..., None], template: str, next_page: str
) -> ResponseReturnValue:
    """Screen a public form and keep what it asks for; or show it again, saying why."""
    verdict = _screened(form)
    problem = STALE if verdict == screening.Verdict.STALE else None
    if verdict == screening.Verdict.FINE and form.is_nothing_asked():
        problem = NOTHING_TICKED
    elif verdict == screening.Verdict.FINE:
        try:
            network = guard.network_of(request)
            keep(db.session(), form.address.data or "", network=network, now=clock.now())
        except addresses.BadAddress as trouble:
            problem = str(trouble)
            form.address.errors = [problem]
        else:
            db.session.commit()
            queue.wake()
    if problem:
        return render_template(template, form=form, problem=problem), 422
    return redirect(url_for(next_page), 303)


def _screened(form: PublicForm) -> screening.Verdict:
    """Judge a public form; one that another site's page sent ends here, with 403."""
    foreign = screening.is_foreign(
        request.headers.get("Sec-Fetch-Site"),
        request.headers.get("Origin"),
        current_app.config["BASE_URL"],
    )
    if foreign:
        abort(403)
    try:
        rendered_at = tokens.read_stamp(form.stamp.data or "")
    except tokens.BadStamp:
        rendered_at = None
    return screening.judge(
        rendered_at,
        clock.now(),
        form.website.data or "",
        least=timedelta(seconds=current_app.config["SIGNUP_MIN_SECONDS"]),
        most=timedelta(hours=current_app.config["SIGNUP_MAX_HOURS"]),
    )


def _settings_page(token: str, *, saved: bool) -> ResponseReturnValue:
    subscriber = person("settings", token)
    if subscriber is None:
        return unknown_link("change what you get")
    chosen = subscribing.chosen_topics(subscriber)
    return render_template(
        "newsletter/settings.html",
        token=token,
        is_discreet=subscriber.is_discreet,
        discreet_name=furniture.site().discreet_name,
        masked=addresses.mask(subscriber.address),
        choices=[(topic.value, label, topic in chosen) for topic, label in TOPIC_LABELS.items()],
        wants_reminders=subscriber.wants_reminders,
        cadence=subscriber.cadence,
        digest_day=current_app.config["DIGEST_WEEKDAY"].capitalize(),
        pauses=PAUSES,
        paused_until=subscribing.paused_until(subscriber, clock.now()),
        gets_letters=bool(chosen),
        saved=saved,
    )
