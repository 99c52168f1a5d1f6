"""The one cookie: the desk's. Readers' pages have no session at all, so they can set none."""

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

DESK = "/desk"
# In it: whose browser this was. It outlives the half hour, so that a form left open can be sent
# later; we have signed it, so whoever brings it has been at this desk.
WHOSE = "account_id"
# Who signed out leaves this alone behind: no name, but what she wrote in another tab is taken.
WAS_HERE = "was_here"


class DeskOnlySessions(SecureCookieSessionInterface):
    """Flask's signed cookie, opened below /desk and nowhere else.

    Elsewhere Flask falls back to a session that can be read (empty) but not written, and neither
    Set-Cookie nor Vary: Cookie is added; so a public page is the same for everybody.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if request.path == DESK or request.path.startswith(DESK + "/"):
            return super().open_session(app, request)
        return None
