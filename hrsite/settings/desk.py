"""The coach says what her site is called, who she is, and what readers find on every page."""

from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hrsite import clock, furniture, zones
from hrsite.accounts import auditing, guard
from hrsite.accounts.guard import account_or_none
from hrsite.extensions import db
from hrsite.headers import framing_policy
from hrsite.media import storing
from hrsite.media.storing import PictureRefused
from hrsite.posts import keeping, shelf
from hrsite.posts.boxes import number_in
from hrsite.settings import desk_help, desk_looking, reading, writing
from hrsite.settings.forms import USUAL_ACCENT, SiteForm
from hrsite.settings.models import SiteWords

blueprint = Blueprint("settings_desk", __name__, url_prefix="/desk/settings")
blueprint.before_request(guard.require_coach)
blueprint.add_url_rule("/look", "look", desk_looking.look, methods=["GET", "POST"])
A_LINE = "/help/<int(max=2147483647):id>"
blueprint.add_url_rule("/help", "help_lines", desk_help.help_lines)
blueprint.add_url_rule(
    "/help/new", "new_help_line", desk_help.new_help_line, methods=["GET", "POST"]
)
blueprint.add_url_rule("/help/server", "servers_line", desk_help.servers_line, methods=["POST"])
blueprint.add_url_rule(A_LINE, "help_line", desk_help.help_line, methods=["GET", "POST"])
for deed, view in (
    ("right", desk_help.still_right),
    ("move", desk_help.move_help_line),
    ("remove", desk_help.remove_help_line),
):
    blueprint.add_url_rule(f"{A_LINE}/{deed}", view.__name__, view, methods=["POST"])


@blueprint.route("", methods=["GET", "POST"])
def site() -> ResponseReturnValue:
    """Read it, or change it."""
    form = SiteForm()
    if request.method != "POST":
        _fill(form, reading.words(db.session()))
        return _page(form)
    if not form.validate():
        return _page(form, status=422)
    session, now = db.session(), clock.now()
    if planned := _planned_in_another_zone(form, now):
        return _page(form, status=422, planned=planned)
    try:
        was_in = clock.zone()
        row = writing.save(session, _said(form), number_in(form.version.data), now)
        _set_portrait(form, row)
        if clock.zone() != was_in:
            keeping.recount(session)
    except writing.StaleSite as stale:
        session.rollback()
        form.version.data = str(stale.theirs.version)
        return _page(form, stale.theirs, status=409)
    except PictureRefused as trouble:
        session.rollback()
        form.portrait.errors = [str(trouble)]
        return _page(form, status=422)
    account = account_or_none()
    account_id = account.id if account else None
    auditing.record(session, "settings_changed", now=now, account_id=account_id)
    session.commit()
    flash("Saved. Readers see it now; letters already written stay as they are.", "done")
    return redirect(url_for("settings_desk.site"), 303)


def _fill(form: SiteForm, row: SiteWords) -> None:
    """Put into the boxes what pages say now, whoever has said it."""
    now = furniture.site()
    form.site_name.data, form.tagline.data = now.name, now.tagline
    form.coach_name.data, form.about_line.data = now.coach_name, now.about_line
    form.portrait_alt.data = now.portrait.alt if now.portrait else ""
    form.book_words.data = now.book_words
    form.book_url.data, form.book_text.data = now.book_url, now.book_text
    form.exit_is_shown.data = bool(now.exit_url)
    form.exit_url.data = now.exit_url if row.exit_url is None else row.exit_url
    form.views_are_shown.data = now.shows_views
    form.cards_name_articles.data = now.cards_name_articles
    form.postal_address.data = now.postal_address
    form.time_zone.data = now.zone_key
    form.reply_to.data, form.discreet_name.data = now.reply_to, now.chosen_discreet_name
    form.accent.data = now.accent or USUAL_ACCENT
    form.version.data = str(row.version)


def _said(form: SiteForm) -> writing.Said:
    return writing.Said(
        site_name=form.site_name.data or "",
        tagline=form.tagline.data or "",
        coach_name=form.coach_name.data or "",
        about_line=form.about_line.data or "",
        book_url=form.book_url.data or "",
        book_text=form.book_text.data or "",
        book_words=form.book_words.data or "",
        exit_url=form.exit_url.data or "",
        exit_is_shown=bool(form.exit_is_shown.data),
        views_are_shown=bool(form.views_are_shown.data),
        cards_name_articles=bool(form.cards_name_articles.data),
        postal_address=form.postal_address.data or "",
        time_zone=form.time_zone.data or None,
        reply_to=form.reply_to.data or "",
        discreet_name=form.discreet_name.data or "",
        accent=form.chosen_accent(),
    )


def _told(row: SiteWords) -> list[tuple[str, str | None]]:
    """What is saved, by the names its boxes have."""
    return [
        ("Name of the site", row.site_name),
        ("One line about it", row.tagline),
        ("Your name", row.coach_name),
        ("About you", row.about_line),
        ("The button says", row.book_words),
        ("It leads to", row.book_url),
        ("How to book", row.book_text),
        ("“Leave this site” leads to", row.exit_url if row.exit_is_shown else "Not shown"),
        ("Postal address", row.postal_address),
        ("Time zone", row.time_zone),
        ("Answers to letters go to", row.reply_to),
        ("Plain letters come from", row.discreet_name),
        ("Your colour", row.accent),
    ]


def _planned_in_another_zone(form: SiteForm, now: datetime) -> list[tuple[str, str]]:
    """What is planned, in the words of a zone she has not seen it in yet. Not one moment moves."""
    key = form.time_zone.data or current_app.config["TIME_ZONE"]
    if key in (clock.zone().key, form.zone_seen.data):
        return []
    planned = [
        (post.title, furniture.moment(at, key))
        for post in shelf.scheduled(db.session(), now)
        if (at := post.send_at if post.has_letter_ahead(now) else post.out_at) is not None
    ]
    if planned:
        form.zone_seen.data = key
        form.time_zone.errors = ["Look at how your times read then, and save again."]
    return planned


def _set_portrait(form: SiteForm, row: SiteWords) -> None:
    """A new picture, other words for the old one, or none. Raises PictureRefused."""
    alt = form.portrait_alt.data or ""
    if form.portrait.data is not None:
        folder = current_app.config["MEDIA_FOLDER"]
        row.portrait = storing.store(
            db.session(),
            form.portrait.data,
            # A portrait without words is described by her name, which is what it shows.
            alt=alt or row.coach_name or "",
            is_decorative=False,
            folder=folder,
            now=clock.now(),
        )
    elif form.remove_portrait.data:
        row.portrait = None
    elif row.portrait is not None and alt:
        row.portrait.alt = alt


def _page(
    form: SiteForm,
    theirs: SiteWords | None = None,
    status: int = 200,
    planned: Sequence[tuple[str, str]] = (),
) -> ResponseReturnValue:
    html = render_template(
        "settings/desk/site.html",
        form=form,
        theirs=theirs,
        theirs_said=_told(theirs) if theirs else [],
        portrait=furniture.site().portrait,
        planned=planned,
        zones=zones.to_choose_from(),
        sender=current_app.config["MAIL_SENDER"],
        accent=furniture.site().accent,
    )
    return html, status, {"Content-Security-Policy": framing_policy()}
