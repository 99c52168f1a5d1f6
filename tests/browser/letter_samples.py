"""One of every letter, with everything an article may hold, for browsers and eyes to look at."""

from pathlib import Path

import flask_migrate
from sqlalchemy.orm import Session

from hrsite import clock, create_app
from hrsite.extensions import db
from hrsite.newsletter import letters
from hrsite.newsletter.letters import PERSONAL_LETTERS
from hrsite.outbox.compose import Letter, compose
from tests import factories
from tests.conftest import settings_for

LINKS = {"settings": "s" * 22, "unsubscribe": "u" * 22, "confirm": "c" * 22}
BODY = (
    "<p>People often arrive with a verdict already written. The work starts when we put it down"
    " and look at an ordinary Tuesday: what happened, what helped, what it cost.</p>"
    "<h2>Start with what it gives you</h2>"
    "<p>Write down <strong>three</strong> things it gives you. <em>Relief</em> counts. There is"
    ' more in <a href="/posts/small-steps-kept">Small steps, kept</a>, and in <a href='
    '"https://example.org/a-rather-long-address/that-has-no-blank-in-it-anywhere?and=a&amp;'
    'query=too">a paper</a>; or <a href="mailto:jordan@example.org">write to me</a>.</p>'
    "<blockquote><p>Any step that leaves you safer than yesterday is a real step.</p></blockquote>"
    "<h3>On an ordinary day</h3>"
    "<ul><li>Drink water first</li><li>Eat something<ul><li>even toast</li></ul></li>"
    "<li>Call one person</li></ul>"
    "<ol><li>Look at the week behind you.</li><li>Pick one day.</li></ol>"
    "<table><thead><tr><th>Day</th><th>Where we meet</th><th>From</th></tr></thead><tbody>"
    "<tr><td>Tuesday</td><td>The room over the library</td><td>6:00 pm</td></tr>"
    "<tr><td>Friday</td><td>Online, by the link in your letter</td><td>noon</td></tr>"
    "</tbody></table>"
    '<figure><img src="/media/abcdefghijklmnopqrstuv.webp" alt="Two cups on a table">'
    "<figcaption>At the kitchen table, in March.</figcaption></figure>"
    "<hr>"
    "<p>A word without any place to break: "
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft.</p>"
)


def letters_of_a_new_site(folder: Path) -> dict[str, Letter]:
    """Each letter of a site of its own, in this folder, as its worker writes it."""
    changes = {"MAIL_FOOTER": "12 Quiet Street, Toronto", "HELP_TEXT": "Call or text, any hour"}
    app = create_app(settings_for(folder, **changes, HELP_URL="tel:555"), answers=False)
    with app.app_context():
        flask_migrate.upgrade()
        made = every_letter(db.session())
        db.engine.dispose()
    return made


def every_letter(session: Session) -> dict[str, Letter]:
    """By name, each letter that a person may get, with a reader's tokens in it."""
    base_url = "http://localhost"
    post = factories.make_post(
        session, title="One honest question before you change anything", body_html=BODY
    )
    notice = factories.make_notice(session)
    made = {name: compose(name) for name in PERSONAL_LETTERS}
    made |= {
        "article": letters.article(post, base_url),
        "notice": letters.notice(notice, base_url),
        "plain-article": letters.discreet_article(post, ""),
        "plain-notice": letters.discreet_notice(notice, "", clock.now()),
    }
    return {name: _addressed(letter) for name, letter in made.items()}


def _addressed(letter: Letter) -> Letter:
    text, html = letter.text, letter.html
    for purpose, token in LINKS.items():
        text, html = (part.replace(f"{letter.mark}-{purpose}", token) for part in (text, html))
    return Letter(letter.mark, letter.subject, text, html, letter.language)
