"""Pictures, and words pasted from elsewhere, through the writing form."""

import re
from html import unescape
from pathlib import Path
from unicodedata import normalize

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock, tokens
from hrsite.media.models import Picture
from hrsite.posts import publishing
from hrsite.texts.markup import word_count
from tests.factories import make_picture
from tests.posts.writing import picture_file, saved, saved_count, send


def test_a_head_picture_is_kept_described_and_taken_away(
    app: Flask, coach: FlaskClient, session: Session
) -> None:
    send(coach, picture=picture_file(), picture_alt="Two cups on a table")
    post = saved(session)
    address = f"/desk/posts/{post.id}"
    assert post.picture is not None
    assert Path(app.config["MEDIA_FOLDER"], f"{post.picture.name}.webp").is_file()
    with coach.get(f"/media/{post.picture.name}.webp") as shown:
        assert shown.status_code == 200

    send(coach, address, picture_alt="Three cups", version="1")
    assert saved(session).picture.alt == "Three cups"
    send(coach, address, remove_picture="y", version="2")
    assert saved(session).picture is None


@pytest.mark.parametrize(
    ("file", "alt", "words"),
    [
        (b"GIF89a and then nothing", "A moving picture", "PNG"),
        (None, "", "no description yet"),
    ],
)
def test_a_picture_that_cannot_be_taken_is_refused_in_words_and_the_text_is_kept(
    app: Flask, coach: FlaskClient, session: Session, file: bytes | None, alt: str, words: str
) -> None:
    upload = picture_file()
    if file is not None:
        upload[0].seek(0)
        upload[0].truncate()
        upload[0].write(file)
        upload[0].seek(0)

    answer = send(coach, picture=upload, picture_alt=alt)

    assert answer.status_code == 422
    assert words in answer.text
    assert "Two doses, and a spare." in answer.text
    assert saved_count(session) == 0
    assert not list(Path(app.config["MEDIA_FOLDER"]).glob("*"))


def test_a_stale_form_leaves_no_picture_behind(
    app: Flask, coach: FlaskClient, session: Session
) -> None:
    send(coach)

    send(
        coach,
        f"/desk/posts/{saved(session).id}",
        picture=picture_file(),
        picture_alt="Cups",
        version="7",
    )

    assert not list(Path(app.config["MEDIA_FOLDER"]).glob("*"))


@pytest.mark.parametrize("body_format", ["markdown", "html"])
def test_a_picture_for_the_text_is_put_at_its_end(
    coach: FlaskClient, session: Session, body_format: str
) -> None:
    boxes = {"body": "Before.", "body_format": body_format, "body_picture_alt": "A [kit] *open*"}
    answer = send(coach, act="picture", body_picture=picture_file(), **boxes)

    assert answer.status_code == 200
    assert "Before." in answer.text
    assert "/media/" in answer.text
    assert saved_count(session) == 0

    send(coach, body_picture=picture_file(), **boxes)
    picture = session.scalars(select(Picture).order_by(Picture.id.desc())).first()
    assert picture
    assert saved(session).body_html.startswith("<p>Before.</p>")
    assert f'src="/media/{picture.name}.webp"' in saved(session).body_html
    assert 'alt="A [kit] *open*"' in saved(session).body_html


SENTENCE = "“It’s fine,” she said — one step, two breaths, and the kettle on; naïve, perhaps… "
# As a word processor copies it: classes and styles of its own, a table, odd spaces.
PASTED = f"""<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal
{{margin:0cm}}</style><meta name=Generator content="Microsoft Word 15"></head><body lang=EN-CA>
<h1 style='mso-margin-top-alt:auto'>Start&nbsp;here<o:p></o:p></h1>
<p class=MsoNormal style='margin-bottom:8.0pt'><span
lang=EN-CA>{SENTENCE * 90}<o:p></o:p></span></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<ul type=disc><li class=MsoNormal>Water<ul type=circle><li>cold<ol><li>tap</li></ol></li></ul></li>
<li>Bread</li></ul>
<table class=MsoTableGrid border=1><tr><td width=200><p class=MsoNormal><b>When</b></p></td>
<td><p class=MsoNormal>What</p></td></tr><tr><td>7&nbsp;am</td><td>Tea &amp; toast</td></tr></table>
<p class=MsoNormal><b style='mso-bidi-font-weight:normal'>Bold</b> and <i>gentle</i>,
<a href="https://example.org/a?b=1&amp;c=2">a link</a>.</p>
<p><img src="PICTURE" alt="Two cups" width=400 v:shapes="x"></p>
<p><img src="file:///C:/Users/j/image001.png" alt="Lost">
<img src="https://example.com/p.gif" alt="x">
</p><blockquote><p>Any real step.</p></blockquote>
<script>alert(1)</script></body></html>"""
SAME_IN_MARKDOWN = f"""# Start\u00a0here

{SENTENCE * 90}

- Water
  - cold
    1. tap
- Bread

| **When** | What |
| --- | --- |
| 7\u00a0am | Tea & toast |

**Bold** and *gentle*, [a link](https://example.org/a?b=1&c=2).

![Two cups](PICTURE)

![Lost](file:///C:/Users/j/image001.png) ![x](https://example.com/p.gif)

> Any real step.

<script>alert(1)</script>
"""


@pytest.mark.parametrize(
    ("body_format", "text"), [("html", PASTED), ("markdown", SAME_IN_MARKDOWN)]
)
def test_a_long_article_from_a_word_processor_comes_out_clean_and_whole(
    coach: FlaskClient, client: FlaskClient, session: Session, body_format: str, text: str
) -> None:
    picture = make_picture(session)
    text = text.replace("PICTURE", f"/media/{picture.name}.webp")
    send(coach, body=text, body_format=body_format)
    html = saved(session).body_html

    assert word_count(html) > 1_200
    for kept in (
        "<h2>Start\u00a0here</h2>",
        "“It’s fine,” she said — one step",
        "naïve, perhaps…",
        "7\u00a0am",
        "Tea &amp; toast",
        "<strong>Bold</strong> and <em>gentle</em>",
        'href="https://example.org/a?b=1&amp;c=2"',
        f'src="/media/{picture.name}.webp"',
        'alt="Two cups"',
        "Any real step.",
    ):
        assert kept in html, kept
    assert re.search(r"<ul><li>Water<ul><li>cold<ol><li>tap", re.sub(r"\s*</?p>|\n", "", html))
    assert html.count("<tr>") == 2
    for foreign in ("Mso", "mso", "style", "<o:p", "file:", "p.gif", "<script", "v:shapes"):
        assert foreign not in html, foreign
    # What the form shows next, saved as it stands, changes nothing.
    address = f"/desk/posts/{saved(session).id}"
    page = coach.get(address).text
    box = re.search(r'<textarea[^>]*name="body"[^>]*>(.*?)</textarea>', page, re.S)
    assert box
    send(coach, address, body=unescape(box[1]).strip(), version="1")
    assert saved(session).body_html == html
    # And readers see just that.
    publishing.publish(saved(session), None, False, clock.now())
    session.commit()
    assert "<strong>Bold</strong>" in client.get("/posts/what-i-carry").text


def test_an_article_in_french_keeps_every_accent(
    coach: FlaskClient, client: FlaskClient, session: Session
) -> None:
    title = "Été à l’hôpital : où ça m’a mené, œuvre naïve"
    body = "« Déjà\u00a0? » — l’été, où que tu sois, ça ira\u202f; Noël, cœur, garçon, maïs."
    # As a Mac sends it: the accents apart from their letters.
    send(coach, title=normalize("NFD", title), body=normalize("NFD", body), topics="Réduction")
    publishing.publish(saved(session), None, False, clock.now())
    session.commit()

    assert saved(session).slug == "ete-a-lhopital-ou-ca-ma-mene-oeuvre-naive"
    page = client.get(f"/posts/{saved(session).slug}").text
    assert body in page
    assert title in page
    assert 'href="/topics/reduction"' in page


def test_a_title_of_emoji_alone_is_an_article_like_any_other(
    coach: FlaskClient, client: FlaskClient, session: Session
) -> None:
    send(coach, title="🌱🌙", topics="🌙")
    publishing.publish(saved(session), None, False, clock.now())
    session.commit()

    assert "🌱🌙" in client.get("/posts/article").text
    assert "🌱🌙" in client.get("/posts/").text


def test_words_kept_by_the_editor_stand_in_the_box_as_markdown(
    coach: FlaskClient, session: Session
) -> None:
    key = tokens.new_token()
    html = "<h2>Start</h2><p>Two <strong>doses</strong>.</p>"
    boxes = {"title": "", "body": html, "body_format": "html", "key": key, "version": ""}
    assert coach.post("/desk/words/posts?id=0", data=boxes).status_code == 200

    assert "Start Two doses." in coach.get("/desk/posts/").text
    page = coach.get(f"/desk/posts/new?words={key}").text

    assert "## Start\n\nTwo **doses**.</textarea>" in page.replace("\r\n", "\n")
    assert f'<template id="words-html">{html}</template>' in page
    assert 'name="body_format" type="hidden" value="markdown"' in page


def test_the_editor_s_text_comes_back_with_a_fault_as_markdown(coach: FlaskClient) -> None:
    page = send(coach, title="", body="<p>Two <em>doses</em>.</p>", body_format="html").text

    assert "Two _doses_.</textarea>" in page
    assert '<template id="words-html"><p>Two <em>doses</em>.</p></template>' in page
