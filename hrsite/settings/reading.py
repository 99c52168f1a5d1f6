"""The site as the coach has described it, over what the environment says: one query a page."""

from contextlib import suppress
from dataclasses import replace

from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from hrsite import clock, furniture
from hrsite.described import Help, ShownPicture, Site
from hrsite.extensions import db
from hrsite.ready import pagecache
from hrsite.settings import dialling
from hrsite.settings.models import THE_SITE, HelpLine, SiteWords, Way

# In the session's own notes: the identity map alone would let go of the row at once.
_HELD = "site_words"


def init_app(app: Flask) -> None:
    """Let `furniture.site()` ask here."""
    app.extensions[furniture.SITE] = site
    app.extensions[clock.ZONE] = zone_key


def words(session: Session) -> SiteWords:
    """The row. Asked once a transaction, however often a page wants it."""
    row = session.get(SiteWords, THE_SITE)
    session.info[_HELD] = row
    return row or SiteWords(id=THE_SITE, version=0, help_lines=[])


def site() -> Site:
    """All that pages and letters say of the site."""
    return described(words(db.session()), furniture.as_configured())


def zone_key() -> str:
    """The site's time zone. A page for what is broken still has times: the last known one's."""
    try:
        return pagecache.shared(clock.ZONE, _ask_for_zone)
    except SQLAlchemyError:
        return furniture.last_known().zone_key


def _ask_for_zone() -> str:
    hers, ours = words(db.session()).time_zone, current_app.config["TIME_ZONE"]
    return hers or str(ours)


def described(said: SiteWords, ours: Site) -> Site:
    """Her words where she has said something; even that it shall be empty. Ours elsewhere."""

    def hers(value: str | None, default: str) -> str:
        return default if value is None else value

    exit_url = hers(said.exit_url, ours.exit_url)
    return replace(
        ours,
        name=said.site_name or ours.name,
        tagline=hers(said.tagline, ours.tagline),
        coach_name=said.coach_name or ours.coach_name,
        about_line=hers(said.about_line, ours.about_line),
        portrait=_portrait(said),
        exit_url="" if said.exit_is_shown is False else exit_url,
        help_lines=tuple(map(shown, said.help_lines))
        or (() if said.help_is_hers else ours.help_lines),
        book_url=hers(said.book_url, ours.book_url),
        book_text=hers(said.book_text, ours.book_text),
        book_words=said.book_words or ours.book_words,
        shows_views=bool(said.views_are_shown),
        cards_name_articles=bool(said.cards_name_articles),
        accent=said.accent or "",
        zone_key=said.time_zone or ours.zone_key,
        postal_address=hers(said.postal_address, ours.postal_address),
        reply_to=hers(said.reply_to, ours.reply_to),
        chosen_discreet_name=hers(said.discreet_name, ours.chosen_discreet_name),
    )


def shown(line: HelpLine) -> Help:
    """A help line as pages and letters write it."""
    calls, texts = line.way in (Way.CALL, Way.BOTH), line.way in (Way.TEXT, Way.BOTH)
    return Help(
        who=line.who,
        number=line.number,
        hours=line.hours,
        url=line.url,
        call_url=dialling.call_url(line.number) if calls else "",
        text_url=dialling.text_url(line.number) if texts else "",
    )


def _portrait(said: SiteWords) -> ShownPicture | None:
    picture = said.portrait
    if picture is None:
        return None
    return ShownPicture(picture.name, picture.alt, picture.width, picture.height)


def warm() -> None:
    """Learn the site's words at start, so that a later fault still finds the help lines."""
    with suppress(SQLAlchemyError):
        furniture.site()
    db.session.rollback()
