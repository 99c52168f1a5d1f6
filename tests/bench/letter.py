"""The letter that every sender of the bench hands over, at whatever size is asked for."""

from __future__ import annotations

from dataclasses import dataclass

MARK = "place-0123456789abcdef"
SUBJECT = "What to do on the third day, when it is hardest"
SITE = "https://letters.example.org"
HOST = "letters.example.org"
SENDER = "post@letters.example.org"
SAID = (
    "Write down one thing that helped today, however small it was: a walk round the block, a glass"
    " of water before the first coffee, a call you did not put off. Done twice this week it beats"
    " any promise made for ever."
)
CELL = 'style="margin:0 0 16px;font-family:Georgia,serif;font-size:17px;line-height:1.6"'
# Quoted-printable makes "=3D" of "=" and breaks lines, and headers come on top.
TEXT_SHARE, HTML_SHARE = 0.30, 0.62


@dataclass(frozen=True)
class Frozen:
    """What hrsite's compose.Letter holds; other senders must not pay for importing hrsite."""

    mark: str
    subject: str
    text: str
    html: str
    language: str


def written(octets: int) -> Frozen:
    """A letter of nearly so many octets on the wire, with room for each reader's own links."""
    leave, settings = (f"{SITE}/{what}/{MARK}-{what}" for what in ("unsubscribe", "settings"))
    text = _filled(f"{SAID}\n\n", octets * TEXT_SHARE)
    html = _filled(f"<tr><td><p {CELL}>{SAID}</p></td></tr>\n", octets * HTML_SHARE)
    return Frozen(
        mark=MARK,
        subject=SUBJECT,
        text=f"{text}Change what you get: {settings}\nNo more letters: {leave}\n",
        html=f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{SUBJECT}</title>'
        f'</head><body><table role="presentation">{html}</table><p><a href="{settings}">Change what'
        f' you get</a> <a href="{leave}">No more letters</a></p></body></html>\n',
        language="en",
    )


def _filled(piece: str, octets: float) -> str:
    return piece * max(1, round(octets / len(piece)))
