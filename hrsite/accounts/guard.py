"""Who is at the desk now: the guard that stands on every desk blueprint."""

import re
from datetime import UTC, datetime
from ipaddress import IPv6Address, ip_address, ip_network
from typing import NamedTuple

from flask import (
    Flask,
    Request,
    abort,
    flash,
    g,
    get_flashed_messages,
    redirect,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.local import LocalProxy

from hrsite import clock
from hrsite.accounts.models import Account, DeskSession
from hrsite.accounts.signing_in import IDLE, session_for_token
from hrsite.cookies import DESK, WAS_HERE, WHOSE
from hrsite.extensions import db

login = LoginManager()

# The last-seen time changes with every page, and a page that is only read may not write to the
# database: so it travels in the signed cookie, and once a minute is often enough.
SEEN = "seen"
SEEN_EVERY_SECONDS = 60
# The Issue page's script says this with each of its looks.
LOOKS_BY_ITSELF = "X-Looks-By-Itself"
CSRF = "csrf_token"
# A page of the desk: plain segments, no empty ones, no dots at either end, and a plain query.
_SEGMENT = r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*"
_DESK_PATH = re.compile(rf"{DESK}(?:/{_SEGMENT})*/?(?:\?[A-Za-z0-9_=&%.+-]*)?", re.ASCII)
LONGEST_PATH = 1000
AWAY = "You were away for a while, so the desk closed by itself. Please sign in again."


class FormCameLate(Exception):
    """A form was sent after its session had ended. Its words are kept: the sign-in page has them.

    `wanted` is the path it was for; `pairs` are its names and values, without any password.
    """

    def __init__(self, wanted: str | None, pairs: list[tuple[str, str]]) -> None:
        super().__init__(wanted)
        self.wanted = wanted
        self.pairs = pairs


class Present(UserMixin):
    """Somebody who is signed in: her account, and the row for this browser."""

    def __init__(self, desk_session: DeskSession, token: str) -> None:
        self.desk_session = desk_session
        self.account = desk_session.account
        self._token = token

    def get_id(self) -> str:
        """What the cookie holds: the session's token, so that ending the row ends the cookie."""
        return self._token


def init_app(app: Flask) -> None:
    """Bind the guard to Flask-Login, and give the desk's templates who is there and what was said.

    The names are lazy: a page of the public site, or an error page when the database is gone,
    asks for neither, and so touches neither session nor database.
    """
    login.init_app(app, add_context_processor=False)
    login.session_protection = None  # It binds to the network, and phones change theirs all day.
    login.user_loader(_load)
    login.unauthorized_handler(_ask_to_sign_in)
    signed_in = LocalProxy(account_or_none)
    app.context_processor(lambda: {"signed_in": signed_in, "desk_flashes": desk_flashes})


def require_coach() -> ResponseReturnValue | None:
    """For `blueprint.before_request`: let in who is signed in, ask anybody else to sign in."""
    if not current_user.is_authenticated:
        answer: ResponseReturnValue = login.unauthorized()
        return answer
    moment = clock.now()
    # A page that looks again by itself does not mean that anybody is there.
    by_itself = LOOKS_BY_ITSELF in request.headers
    if not by_itself and moment.timestamp() - _seen_seconds() >= SEEN_EVERY_SECONDS:
        session[SEEN] = int(moment.timestamp())
    row = present().desk_session
    if request.method == "POST" and (moment - row.seen_at).total_seconds() >= SEEN_EVERY_SECONDS:
        row.seen_at = moment  # Kept when the door commits.
    return None


def present() -> Present:
    """Who is signed in here. Answers 403 when nobody is: ask only behind the guard."""
    if not current_user.is_authenticated:
        abort(403)
    here: Present = current_user._get_current_object()
    return here


def account_or_none() -> Account | None:
    """Whose desk this is, or None: for templates, on any page."""
    if not is_desk(request.path) or not current_user.is_authenticated:
        return None
    return present().account


class Said(NamedTuple):
    """What to say once: done, careful or wrong; perhaps with an address that undoes it."""

    category: str
    text: str
    undo: str = ""


def flash_with_undo(text: str, undo: str) -> None:
    """Say once that something is done, beside a button that undoes it."""
    flash(text, f"done {undo}")


def desk_flashes() -> list[Said]:
    """What to say once at the top of a desk page."""
    if not is_desk(request.path):
        return []
    said = []
    for flashed in get_flashed_messages(with_categories=True):
        category, _, undo = flashed[0].partition(" ")
        said.append(Said(category, flashed[1], undo))
    return said


def is_desk(path: str) -> bool:
    """Is this a page of the desk, where there is a cookie at all?"""
    return path == DESK or path.startswith(DESK + "/")


def enter(desk_session: DeskSession, token: str) -> None:
    """Give this browser its cookie, and nothing from before: a new token and a new session.

    One thing stays when the same person comes back to the same browser: the secret of her open
    forms. What she wrote for an hour can then still be sent.
    """
    forms = session.get(CSRF) if session.get(WHOSE) == desk_session.account_id else None
    session.clear()
    login_user(Present(desk_session, token))
    session[WHOSE] = desk_session.account_id
    session[SEEN] = int(clock.now().timestamp())
    session.permanent = desk_session.is_kept
    if forms is None:
        g.pop(CSRF, None)  # Flask-WTF keeps the old one for the length of a request.
    else:
        session[CSRF] = forms


def leave() -> None:
    """Empty this browser's cookie, but for a word that somebody was in."""
    logout_user()
    session.clear()
    session[WAS_HERE] = True


def desk_path(text: str | None) -> str | None:
    """The text, when it is a path of our own desk; else None. Nothing is mended or decoded.

    Only plain letters pass, so that no browser can read another host into it (backslashes,
    tabs, doubled slashes, user names, schemes: WHATWG URL, section 4.4).
    """
    if text is None or len(text) > LONGEST_PATH or not _DESK_PATH.fullmatch(text):
        return None
    return text


def late_form() -> FormCameLate:
    """What was sent just now, for who is to send it again."""
    pairs = request.form.items(multi=True)
    return FormCameLate(_wanted(), [(name, value) for name, value in pairs if _may_keep(name)])


def is_from_our_page(asked: Request, our_origin: str) -> bool:
    """Did a page of ours send this, by the browser's own word? (Fetch Metadata; RFC 6454.)

    No word is no yes: a page that shows another site's words as hers would be a trap.
    """
    site = asked.headers.get("Sec-Fetch-Site")
    return asked.headers.get("Origin") == our_origin if site is None else site == "same-origin"


def network_of(asked: Request) -> str:
    """The network somebody comes from: an IPv4 address, or an IPv6 /64, which one home has."""
    try:
        address = ip_address(asked.remote_addr or "")
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is None:
            return str(ip_network((int(address), 64), strict=False))
        return str(address.ipv4_mapped)
    return str(address)


def _load(token: str) -> Present | None:
    """Flask-Login asks: is this token still good? Half an hour without a page ends it."""
    moment = clock.now()
    row = session_for_token(db.session(), token, moment)
    if row is None:
        return None
    if not row.is_kept and moment - datetime.fromtimestamp(_seen_seconds(), UTC) > IDLE:
        return None
    return Present(row, token)


def _seen_seconds() -> int:
    return int(session.get(SEEN, 0))


def _ask_to_sign_in() -> ResponseReturnValue:
    """Send a reader of a page to the sign-in page; keep the words of somebody who sent a form."""
    was_here = session.pop("_user_id", None) is not None
    if request.method == "POST":
        raise late_form()
    if was_here:
        flash(AWAY, "careful")
    return redirect(url_for("accounts.sign_in", next=_wanted()), 303)


def _wanted() -> str | None:
    return desk_path(request.full_path.rstrip("?"))


def _may_keep(name: str) -> bool:
    return name != CSRF and "password" not in name
