"""Security headers, on every answer whatever its status."""

from flask import Flask, Response, current_app, g, request
from markupsafe import Markup

from hrsite import sheets
from hrsite.cookies import DESK

_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    # The desk's files, and the readers' two sheets that stand inside their pages.
    "style-src 'self' {sheets}",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)
# A letter of our own, looked at on the desk: mail carries its style in itself.
FRAMED_LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'self'; sandbox allow-same-origin"
)
# What stands on every answer, whoever gives it.
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), geolocation=(), microphone=(), browsing-topics=(), payment=()"
    ),
}
# Where a page notes the sheet with the coach's colour that stands in it.
ACCENT = "accent_rules"
YEAR_SECONDS = 31_536_000
# Pages whose address is a secret, or that belong to one person: what she looks for, too.
PRIVATE_PATHS = (
    DESK,
    "/confirm/",
    "/r/",
    "/settings/",
    "/move/",
    "/stay/",
    "/unsubscribe/",
    "/signup",
    "/search",
    "/webhooks/",
)


def content_security_policy() -> str:
    """What a page may load, run and be framed by: our own files, and nothing else."""
    return "; ".join(_POLICY).format(sheets=sheets.sources(g.get(ACCENT, "")))


def written_accent(colour: str) -> Markup:
    """The coach's own colour as an element of this page, and its policy will name it."""
    rules = sheets.accent_rules(colour)
    if not rules:
        return Markup()
    setattr(g, ACCENT, rules)
    return Markup(f"<style>{rules}</style>")  # noqa: S704 - made of checked colours alone


def framing_policy() -> str:
    """The same for a page of the desk that shows pages of ours in a frame."""
    return f"{content_security_policy()}; frame-src 'self'"


def framed_policy() -> str:
    """The same for a page in such a frame. Nothing in it runs, submits or leads away."""
    policy = content_security_policy().replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    return f"{policy}; sandbox allow-same-origin"


def init_app(app: Flask) -> None:
    """Put the headers on everything this application answers."""
    app.jinja_env.globals["written_accent"] = written_accent
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", content_security_policy())
    headers.update(ALWAYS)
    if current_app.config["BASE_URL"].startswith("https://"):
        headers["Strict-Transport-Security"] = f"max-age={YEAR_SECONDS}; includeSubDomains"
    if request.path.startswith(PRIVATE_PATHS):
        headers["Cache-Control"] = "no-store"
        headers["X-Robots-Tag"] = "noindex"
    return response
