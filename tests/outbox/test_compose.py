"""Letters as templates make them: complete, small, quiet, and safe whatever was typed."""

import re
from html import unescape
from urllib.parse import urlsplit

import pytest
import time_machine
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.newsletter import letters
from hrsite.newsletter.letters import PERSONAL_LETTERS
from hrsite.notices.models import Rhythm, SessionNotice
from hrsite.outbox.compose import Letter, compose
from tests import factories

BASE = "http://localhost"
PICTURE = "/media/abcdefghijklmnopqrstuv.webp"
BODY = (
    "<h2>Start small</h2><p>One <strong>two</strong> <em>three</em>,"
    ' see <a href="/posts/other">another note</a> or <a href="https://example.org/a?b=1&amp;c=2">'
    'this page</a>, or <a href="mailto:jordan@example.org">write</a>.</p>'
    f'<figure><img src="{PICTURE}" alt="Two cups on a &lt;table&gt;"><figcaption>At home'
    "</figcaption></figure>"
    f'<figure><img src="{PICTURE}" alt=""></figure>'
    "<blockquote><p>It helped.</p></blockquote><ul><li>a</li><li>b</li></ul>"
    "<table><thead><tr><th>Day</th><th>Hour</th></tr></thead>"
    "<tbody><tr><td>Tuesday</td><td>9</td></tr></tbody></table>"
)
HREF = re.compile(r'href="([^"]+)"')
FETCHED = re.compile(r"<img|<link|<script|<iframe|\bsrc=|background=|url\(|@import", re.IGNORECASE)
HOSTILE = "<script>alert(1)</script> {{ 7*7 }} \"q\" 'a' & </mj-text><mj-image src='//x'/> <!-- x"


def article(session: Session, **changes: object) -> Letter:
    return letters.article(factories.make_post(session, body_html=BODY, **changes), BASE)


def notice(session: Session, **changes: object) -> Letter:
    return letters.notice(factories.make_notice(session, body_html=BODY, **changes), BASE)


def every_letter(session: Session) -> dict[str, Letter]:
    personal = {name: compose(name) for name in PERSONAL_LETTERS}
    return personal | {"article": article(session), "notice": notice(session)}


def test_a_letter_fetches_nothing_from_anywhere(session: Session) -> None:
    for name, letter in every_letter(session).items():
        assert FETCHED.findall(letter.html) == [], name


def test_a_letter_names_no_other_host_but_what_the_author_linked(session: Session) -> None:
    for name, letter in every_letter(session).items():
        hosts = {urlsplit(unescape(link)).netloc for link in HREF.findall(letter.html)}
        assert hosts <= {"localhost", "example.org", ""}, name


def test_a_picture_is_told_in_words_and_decoration_is_left_out(session: Session) -> None:
    html = article(session).html
    assert "Picture: Two cups on a &lt;table&gt;" in html
    assert "At home" in html
    assert html.count("Picture:") == 1


def test_every_link_of_the_html_part_is_in_the_text_part(session: Session) -> None:
    for name, letter in every_letter(session).items():
        for link in map(unescape, HREF.findall(letter.html)):
            assert link.removeprefix("mailto:") in letter.text, (name, link)


def test_both_parts_say_the_same_things(session: Session) -> None:
    letter = article(session, title="Small steps", summary="Why twice is enough.")
    for words in ("Small steps", "Why twice is enough.", "Start small", "It helped.", "Tuesday"):
        assert words in letter.html
        assert words in letter.text
    assert letter.subject == "Small steps"


def test_an_article_of_900_words_stays_far_below_what_mail_programs_clip(app: Flask) -> None:
    paragraph = "<p>" + "word " * 59 + 'and <a href="/posts/x">one more</a>.</p>'
    with app.app_context():
        post = _Article()
        told = {"post": post, "page": "/posts/x", "out_at": None, "body_text": "x"}
        letter = compose("article", body=paragraph * 15, **told)
    assert len(letter.html.encode()) < 30_000


class _Article:
    title, summary, author_name, unlisted_at = "Title", "Summary", "Jordan", None
    body_html = "<p>word</p>"
    current_until, content_note = None, ""


def test_what_was_typed_stays_text(session: Session) -> None:
    letter = article(session, title=HOSTILE, summary=HOSTILE)
    told = notice(session, title=HOSTILE, place=HOSTILE, how_to_join=HOSTILE)
    for composed in (letter, told):
        assert "<script" not in composed.html
        assert FETCHED.findall(unescape(composed.html).replace(HOSTILE, "")) == []
        assert "&lt;script&gt;" in composed.html
        assert composed.subject == HOSTILE
        assert "{{ 7*7 }}" in composed.text
        assert HOSTILE.split()[0] in composed.text


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(typed=st.text(st.characters(codec=None), max_size=120))
def test_any_words_at_all_make_a_letter(session: Session, typed: str) -> None:
    facts = {"notice": _notice(typed), "lead": letters.NO_LEAD}
    letter = compose("notice", body="<p>x</p>", body_text="x", language="en", **facts)
    assert "</html>" in letter.html
    assert "\n" not in letter.subject
    assert "\r" not in letter.subject


def _notice(typed: str) -> SessionNotice:
    return SessionNotice(
        title=typed, place=typed, how_to_join=typed, for_whom=typed, rhythm=Rhythm.STANDING
    )  # fmt: skip


def test_each_letter_has_a_mark_of_its_own(app: Flask) -> None:
    with app.app_context():
        assert len({compose("link").mark for _ in range(20)}) == 20


@pytest.mark.parametrize("name", PERSONAL_LETTERS)
def test_a_letter_anybody_can_set_off_names_no_topic(app: Flask, name: str) -> None:
    with app.app_context():
        letter = compose(name)
    said = f"{letter.subject} {letter.text}".lower()
    for word in ("harm", "drug", "drink", "sober", "article", "notice", "session", "newsletter"):
        assert word not in said


def test_the_footer_stands_in_both_parts(app: Flask, session: Session) -> None:
    app.config["MAIL_FOOTER"] = "12 Quiet Street, Toronto"
    letter = article(session)
    assert "12 Quiet Street, Toronto" in letter.html
    assert "12 Quiet Street, Toronto" in letter.text


def test_the_text_part_keeps_lines_short_and_never_cuts_an_address(session: Session) -> None:
    address = "https://meet.example.org/j/81234567890?pwd=" + "aB3-" * 20 + "z"
    typed = f"Open {address} when it is time, and say any name you like or none at all: it is fine."
    changes = {"how_to_join": typed, "for_whom": typed, "place": typed}
    told = factories.make_notice(session, **changes)
    for count, letter in (
        (3, letters.notice(told, BASE)),
        (2, letters.discreet_notice(told, "", clock.now())),
        (2, article(session, summary=typed, content_note=typed)),
    ):
        text = letter.text
        assert text.count(address) == count
        words_alone = [line for line in text.splitlines() if "://" not in line]
        assert max(map(len, words_alone)) <= 72


def test_lines_of_how_to_join_stay_lines_in_both_parts(session: Session) -> None:
    typed = "Join from anywhere\nhttps://meet.example.org/j/812\nMeeting number: 812 3456"
    told = factories.make_notice(session, how_to_join=typed)
    for letter in (letters.notice(told, BASE), letters.discreet_notice(told, "", clock.now())):
        assert typed in letter.text
        lines = re.sub(r"<(?!br)[^>]*>", "", letter.html).replace("<br />", "<br>").split("<br>")
        assert [line.strip() for line in lines[1:-1]] == ["https://meet.example.org/j/812"]


def test_a_letter_in_another_language_says_so(session: Session) -> None:
    letter = article(session, language="fr")
    assert letter.language == "fr"
    assert 'lang="fr"' in letter.html


def test_a_notice_says_when_where_and_how_to_join(
    session: Session, clock: time_machine.Traveller
) -> None:
    letter = notice(session)
    for part in (letter.html, letter.text):
        for words in ("Thursday 4 June 2026", "Toronto time", "Online", "press Join"):
            assert words in " ".join(part.split())
    # No line of the HTML ends within a time; plain text has no sign in it that some would show.
    assert "at 7:00\u00a0pm" in letter.html
    assert "at 7:00 pm" in letter.text
    assert "\u00a0" not in letter.text
    assert "until further notice" in notice(session, starts_at=None, ends_at=None).text
