"""templates/email/<letter>/ becomes a subject, a text and an HTML part, with places left open."""

import re
import secrets
from dataclasses import dataclass
from typing import Any

from flask import current_app, render_template
from markupsafe import Markup

from hrsite import furniture

MARK_OCTETS = 16
# Octets of HTML, with room for links: Gmail clips at 102 KB, and the way out with the rest.
MOST_HTML = 95_000
# What no XML may hold (XML 1.0, 2.2), and so no MJML: one such character would spoil the letter.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# In plain text a time has an ordinary space: some programs show any other as a sign.
_UNBROKEN_TIME = re.compile(rf"(?<=\d){furniture.UNBROKEN}(?=[ap]m\b)")


class TooLong(ValueError):
    """The HTML part of a letter is longer than mail programs show whole."""


@dataclass(frozen=True)
class Letter:
    """A letter as it is frozen. Where `<mark>-<purpose>` stands goes the person's own token.

    `calendar` is a calendar file that goes with it, the same for everybody; empty: none.
    """

    mark: str
    subject: str
    text: str
    html: str
    language: str
    calendar: str = ""


def compose(
    name: str, *, language: str = "", mark: str = "", is_discreet: bool = False, **facts: Any
) -> Letter:
    """Render a letter once. In its templates `place("settings")` leaves room for a token.

    `mark` is another letter's, for a second wording of the same message. A discreet wording names
    neither the site nor its address for post. Raises TooLong.
    """
    mark = mark or f"place-{secrets.token_hex(MARK_OCTETS)}"
    config, site = current_app.config, furniture.site()
    facts["site"] = site
    facts["named"] = site.discreet_name if is_discreet else site.name
    facts["at"] = site.base_url if is_discreet else site.name
    facts["place"] = lambda purpose: Markup(f"{mark}-{purpose}")  # noqa: S704 - our own letters
    facts.setdefault("is_cut", False)
    facts["language"] = language or config["SITE_LANGUAGE"]
    facts["footer"] = config["DISCREET_FOOTER"] if is_discreet else site.postal_address
    subject = _rendered(f"{name}/subject.txt", facts)
    html = _html(_rendered(f"{name}/body.html", facts))
    if len(html.encode()) > MOST_HTML:
        raise TooLong(f"The letter {name!r} is longer than {MOST_HTML:,} octets of HTML.")
    return Letter(
        mark=mark,
        subject=" ".join(subject.split()),
        text=part_of_text(f"{name}/body.txt", **facts) + "\n",
        html=html,
        language=facts["language"],
    )


def part_of_text(template: str, **facts: Any) -> str:
    """What a template makes of the plain text of a letter, just as it stands in the whole."""
    return _UNBROKEN_TIME.sub(" ", _rendered(template, facts)).strip()


def _rendered(template: str, facts: dict[str, Any]) -> str:
    return _UNWRITABLE.sub("", render_template(f"email/{template}", **facts))


def _html(mjml: str) -> str:
    from mrml import RenderOptions, to_html  # Six megabytes that only composing needs.

    # No fonts: by default the result would fetch them from a host that is not ours.
    return to_html(mjml, render_options=RenderOptions(fonts={})).content
