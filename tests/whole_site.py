"""The whole site with something behind every door, and every door with an address that opens."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from PIL import Image
from sqlalchemy import MetaData, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from hrsite import clock, tokens
from hrsite.accounts.models import DeskSession
from hrsite.extensions import db
from hrsite.newsletter.models import Issue, Topic
from hrsite.notices import revising as notice_revising
from hrsite.outbox import folder
from hrsite.pages import revising as page_revising
from hrsite.posts import revising
from hrsite.redirects import moving
from hrsite.settings import reading
from hrsite.texts import markdown
from tests import factories

READERS = ("reader.one@example.net", "reader.two@example.net")
# Sign-in and set-up are the desk's own front door; sign-out opens nothing.
FRONT_DOORS = {
    "accounts.sign_in",
    "accounts.send_sign_in",
    "accounts.set_up",
    "accounts.send_set_up",
    "accounts.sign_out",
}


@dataclass(frozen=True)
class Door:
    """One way of knocking: a method, and a path that leads to something."""

    method: str
    path: str
    endpoint: str
    rule: str

    @property
    def is_desk(self) -> bool:
        """Is it below /desk, and not the front door?"""
        return self.rule.startswith("/desk") and self.endpoint not in FRONT_DOORS

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"


@dataclass
class Furnished:
    """What stands behind the doors: values for the parts of each path."""

    of: dict[str, dict[str, Any]] = field(default_factory=dict)

    def doors(self, app: Flask) -> list[Door]:
        """Every route with every method it has, each with an address that leads to something."""
        made = []
        with app.test_request_context():
            for rule in app.url_map.iter_rules():
                path = app.url_map.bind("localhost").build(rule.endpoint, self._values(rule))
                made += [
                    Door(method, path, rule.endpoint, rule.rule)
                    for method in sorted((rule.methods or set()) - {"OPTIONS"})
                ]
        return made

    def _values(self, rule: Rule) -> dict[str, Any]:
        if not rule.arguments:
            return {}
        room = self.of.get(rule.endpoint) or self.of[rule.endpoint.split(".")[0]]
        return {name: room[name] for name in rule.arguments}


def furnish(app: Flask, session: Session) -> Furnished:
    """Put something behind every door. The coach must be signed in already."""
    now = clock.now()
    picture = factories.make_picture(session)
    tag = factories.make_tag(session)
    post = factories.make_post(
        session, picture=picture, tags=[tag], send_to_readers=True,
        body_html=markdown.from_markdown("## One\n\nWords, and [a link](https://example.com/).")
    )  # fmt: skip
    factories.make_post(session, published_at=None, slug="~a-draft")
    mailed = factories.make_post(
        session, published_at=None, slug="~mailed", unlisted_at=now, unlisted_token="u" * 22
    )
    binned = factories.make_post(session, published_at=None, slug="~binned", deleted_at=now)
    notice = factories.make_notice(session)
    notice_revising.keep(session, notice)
    page_revising.keep(session, factories.make_page(session))
    help_line = factories.make_help_line(session)
    revising.keep(session, post)
    reading.words(session).book_text = "Text me at 555 0100."
    old = moving.lead(session, "/post/old", f"/posts/{post.slug}", now)
    session.commit()
    readers = [factories.make_subscriber(session, typed, tuple(Topic)) for typed in READERS]
    hashes = (tokens.fingerprint("m" * 22), tokens.fingerprint("s" * 22))
    factories.make_address_change(session, readers[0], "another@example.net", *hashes)
    factories.open_issues(session)
    issue = session.scalars(select(Issue)).one()
    brought = factories.make_list(session)
    letter = folder.write(app.config["MAIL_FOLDER"], b"Subject: x\r\n\r\nwords\r\n", now)
    desk_session = session.scalars(select(DeskSession)).first()
    links = readers[0].links
    media = app.config["MEDIA_FOLDER"]
    media.mkdir(exist_ok=True)
    Image.new("RGB", (picture.width, picture.height)).save(media / f"{picture.name}.webp")
    return Furnished(
        {
            "posts": {"slug": post.slug, "number": post.id},
            "posts.unlisted": {"token": mailed.unlisted_token},
            "posts.topic": {"slug": tag.slug},
            "posts.topic_atom": {"slug": tag.slug},
            "posts.topic_json": {"slug": tag.slug},
            "posts.month": {"year": clock.local(now).year, "number": clock.local(now).month},
            "posts_desk": {"id": post.id},
            "posts_desk.publish": {"id": mailed.id},
            "pages_desk.revision": {"slug": "about", "version": 1},
            "posts_desk.revision": {"id": post.id, "version": post.version},
            "redirects_desk": {"id": old.id},
            "notices": {"slug": notice.slug, "number": notice.id},
            "notices_desk": {"id": notice.id},
            "notices_desk.revision": {"id": notice.id, "version": notice.version},
            "pages": {"slug": "about"},
            "pages_desk": {"slug": "about"},
            **dict.fromkeys(
                ("pages_desk.keep_words", "pages_desk.throw_words_away"), {"room": "posts"}
            ),
            # In the bin and never emailed: the desk would let it go.
            **dict.fromkeys(
                ("pages_desk.throw_away", "pages_desk.put_back", "pages_desk.delete"),
                {"kind": "article", "id": binned.id},
            ),
            **dict.fromkeys(
                (f"pages_desk.picture{deed}" for deed in ("", "_describe", "_replace", "_delete")),
                {"id": picture.id},
            ),
            "settings_desk": {"id": help_line.id},
            "media": {"name": picture.name},
            "media.show_jpeg": {"name": f"{picture.name}-320"},
            "media.card": {"name": "0-0123456789ab"},
            "pages.sitemap_articles": {"number": 1},
            "static": {"filename": "site.css"},
            "newsletter_desk": {
                "issue_id": issue.id,
                "id": issue.id,
                "state": "refused",
                "list_id": brought.id,
            },
            "outbox_desk": {"name": letter, "message_id": issue.message_id},
            "accounts_desk": {"id": desk_session.id if desk_session else 1},
            "newsletter.confirm": {"token": links["confirm"]},
            "newsletter.say_yes": {"token": links["confirm"]},
            "newsletter.settings": {"token": links["settings"]},
            "newsletter.change_settings": {"token": links["settings"]},
            "newsletter.kept": {"token": links["settings"]},
            "newsletter.kept_file": {"token": links["settings"]},
            "newsletter.ask_to_erase": {"token": links["settings"]},
            "newsletter.erase": {"token": links["settings"]},
            "newsletter.forget_link": {"token": links["settings"]},
            "newsletter.move": {"token": "m" * 22},
            "newsletter.make_move": {"token": "m" * 22},
            "newsletter.stay": {"token": "s" * 22},
            "newsletter.stop_move": {"token": "s" * 22},
            "newsletter.another": {"token": links["settings"]},
            "newsletter.ask_another": {"token": links["settings"]},
            "newsletter": {"token": links["unsubscribe"]},
        }
    )


def everything_kept() -> dict[str, str]:
    """The rows of every table of the database, as it is on disk: a checksum for each."""
    with db.engine.connect() as connection:
        found = MetaData()
        found.reflect(connection)
        return {
            name: hashlib.sha256(
                "\n".join(
                    sorted(str(tuple(row)) for row in connection.execute(select(table)))
                ).encode()
            ).hexdigest()
            for name, table in found.tables.items()
        }
