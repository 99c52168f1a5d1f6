"""A browser at the desk: it keeps its cookie, and sends a form with the token that was in it."""

import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.test import TestResponse

EMAIL = "coach@example.org"
PASSWORD = "seven quiet herons at dusk"
CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')


class Browser:
    """One browser, with its own cookies and its own network."""

    def __init__(self, app: Flask, network: str = "203.0.113.7") -> None:
        self.client = app.test_client()
        self.base_url = app.config["BASE_URL"]
        self.cookie_name = app.config["SESSION_COOKIE_NAME"]
        self.network = network

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, **self._place(), **more)

    def post(self, path: str, form_at: str | None = None, **fields: Any) -> TestResponse:
        """Open the page, fill in its form and send it."""
        page = self.get(form_at or path).text
        return self.send(path, {"csrf_token": token_in(page), **fields})

    def send(self, path: str, fields: dict[str, Any], **more: Any) -> TestResponse:
        return self.client.post(path, data=fields, **self._place(), **more)

    def sign_in(self, **changes: Any) -> TestResponse:
        fields = {"email": EMAIL, "password": PASSWORD, **changes}
        return self.post("/desk/sign-in", **fields)

    def is_in(self) -> bool:
        """Does the desk let this browser in?"""
        return self.get("/desk/account").status_code == 200

    def cookie(self) -> str:
        """The desk's cookie as this browser holds it now."""
        kept = self.client.get_cookie(self.cookie_name, domain=self._host())
        return kept.value if kept else ""

    def put_cookie(self, value: str) -> None:
        """Hold this in place of the desk's cookie."""
        self.client.set_cookie(self.cookie_name, value, domain=self._host())

    def _host(self) -> str:
        return urlsplit(self.base_url).hostname or ""

    def _place(self) -> dict[str, Any]:
        return {"base_url": self.base_url, "environ_overrides": {"REMOTE_ADDR": self.network}}


def token_in(page: str) -> str:
    """The CSRF token of the first form on a page; empty when there is none."""
    found = CSRF.search(page)
    return found.group(1) if found else ""


def hidden_in(page: str) -> dict[str, str]:
    """Every hidden box on a page, by its name."""
    boxes = {}
    for box in HIDDEN.findall(page):
        name = re.search(r'name="([^"]*)"', box)
        value = re.search(r'value="([^"]*)"', box)
        if name:
            boxes[unescape(name.group(1))] = unescape(value.group(1)) if value else ""
    return boxes
