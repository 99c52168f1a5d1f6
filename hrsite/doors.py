"""Everything that answers requests: each feature's doors, and what every answer needs.

Only a process that answers somebody brings all this in; a worker, which answers nobody, is smaller
by some megabytes without.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask, g, request
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from hrsite import errors, headers, limits, sheets
from hrsite.accounts import desk as accounts_desk
from hrsite.accounts import guard
from hrsite.accounts import views as accounts_views
from hrsite.cookies import DeskOnlySessions
from hrsite.extensions import only_reads
from hrsite.media import views as media_views
from hrsite.newsletter import desk as newsletter_desk
from hrsite.newsletter import views as newsletter_views
from hrsite.notices import desk as notices_desk
from hrsite.notices import views as notices_views
from hrsite.outbox import desk as outbox_desk
from hrsite.outbox import views as outbox_views
from hrsite.pages import desk as pages_desk
from hrsite.pages import views as pages_views
from hrsite.posts import desk as posts_desk
from hrsite.posts import views as posts_views
from hrsite.posts import views_counting
from hrsite.ready import compressing, frontdoor, pieces
from hrsite.redirects import desk as redirects_desk
from hrsite.redirects import views as redirects_views
from hrsite.settings import desk as settings_desk

# Readers' doors carry no cookie, so there is no session a CSRF token could belong to. Their forms
# are guarded by a signed time and by where the request came from (newsletter/screening.py).
PUBLIC_DOORS = (
    posts_views.blueprint,
    notices_views.blueprint,
    newsletter_views.blueprint,
    pages_views.blueprint,
    media_views.blueprint,
    redirects_views.blueprint,
    # Mail services call here; each call is believed by its signature alone.
    outbox_views.blueprint,
)
DESK_DOORS = (
    accounts_views.blueprint,
    accounts_desk.blueprint,
    pages_desk.blueprint,
    settings_desk.blueprint,
    posts_desk.blueprint,
    notices_desk.blueprint,
    redirects_desk.blueprint,
    newsletter_desk.blueprint,
    outbox_desk.blueprint,
)
READING = ("GET", "HEAD", "OPTIONS")

csrf = CSRFProtect()


def open_all(app: Flask) -> None:
    """Let the application answer."""
    app.session_interface = DeskOnlySessions()
    # Flask asks of each function it calls, fifteen for a page, whether it is a coroutine. None is.
    app.ensure_sync = _as_it_is  # type: ignore[method-assign]
    if proxies := app.config["TRUSTED_PROXIES"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]
    limits.init_app(app)
    csrf.init_app(app)
    guard.init_app(app)
    sheets.init_app(app)
    pieces.init_app(app)
    headers.init_app(app)
    compressing.init_app(app)
    errors.init_app(app)
    _register(app)
    frontdoor.init_app(app)
    views_counting.init_app(app)


def _as_it_is(func: Callable[..., Any]) -> Callable[..., Any]:
    return func


def _register(app: Flask) -> None:
    app.before_request(_say_whether_it_writes)
    app.teardown_request(_forget_whether_it_writes)
    for blueprint in PUBLIC_DOORS:
        csrf.exempt(blueprint)
        app.register_blueprint(blueprint)
    for blueprint in DESK_DOORS:
        app.register_blueprint(blueprint)


def _say_whether_it_writes() -> None:
    g.only_reads = only_reads.set(request.method in READING)


def _forget_whether_it_writes(fault: BaseException | None) -> None:
    if "only_reads" in g:
        only_reads.reset(g.pop("only_reads"))
