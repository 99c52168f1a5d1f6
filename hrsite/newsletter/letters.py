"""The words we send: confirm, already here, your link, an article, a session notice."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from hrsite.addresses import Address
from hrsite.furniture import absolute
from hrsite.newsletter.discretion import quiet
from hrsite.newsletter.models import Cadence, Subscriber
from hrsite.newsletter.telltales import NO_SITE, Ours
from hrsite.notices import wording
from hrsite.notices.models import SessionNotice
from hrsite.outbox.compose import Letter, TooLong, compose, part_of_text
from hrsite.outbox.enqueue import PATIENCE, Envelope, put_delivery, put_message
from hrsite.outbox.models import TRANSACTIONAL, OutboxMessage
from hrsite.posts.models import Post
from hrsite.posts.naming import published_slug
from hrsite.texts import markup, shortening

# Letters anybody can set off by typing an address: none names a topic of the site, and none
# holds a word that somebody typed.
PERSONAL_LETTERS = ("confirm", "reminder", "already", "paused", "link", "move", "moving")

# Octets of HTML. Gmail shows 102 KB and hides the rest behind a link.
LARGEST_HTML = 79_000
# At a slow pace it takes days to ask a long list.
LIST_PATIENCE = timedelta(days=7)
_NOTHING: dict[str, Any] = {"when": "", "where": "", "how_to_join": "", "is_whole": True}
# The key of a person's one welcome letter begins so, and that of a letter to a list.
WELCOME, LIST = "welcome/", "list/"


class Lead(NamedTuple):
    """What stands before all else in a letter about a session that had one before."""

    # Before the title, such as "Moved"; a plain letter does without.
    word: str = ""
    sentences: tuple[str, ...] = ()
    # Nothing of it takes place, so nobody needs to know how to join.
    is_over: bool = False


NO_LEAD = Lead()


def already(subscriber: Subscriber, now: datetime) -> str:
    """The name of the letter to whoever is on the list, when somebody types her address in."""
    return "paused" if subscriber.is_paused(now) else "already"


def put_personal(
    session: Session,
    name: str,
    subscriber: Subscriber,
    now: datetime,
    links: dict[str, str] | None = None,
) -> None:
    """Write one of the PERSONAL_LETTERS to one person; `links` when it has one of its own."""
    message = _put_once(session, name, subscriber.id, now)
    if message is not None:
        put_delivery(
            session,
            message,
            subscriber.address,
            subscriber.address_key,
            links or subscriber.links,
            now,
            is_discreet=subscriber.is_discreet,
        )


def put_move(
    session: Session,
    change_id: int,
    address: Address,
    key: str,
    links: dict[str, str],
    now: datetime,
    *,
    is_discreet: bool,
) -> None:
    """Ask at an address if letters shall come there, in the words of whoever wants them there."""
    message = _put_once(session, "move", change_id, now)
    if message is not None:
        put_delivery(session, message, address.typed, key, links, now, is_discreet=is_discreet)


def _put_once(session: Session, name: str, number: int, now: datetime) -> OutboxMessage | None:
    key = f"{name}/{number}/{now.isoformat()}"
    envelope = Envelope(key=key, stream=TRANSACTIONAL, not_after=now + PATIENCE)
    letter = compose(name)
    discreet = compose(name, mark=letter.mark, is_discreet=True)
    return put_message(session, envelope, letter, now, discreet)


def put_to_a_list(session: Session, key: str, people: Sequence[Subscriber], now: datetime) -> None:
    """Ask many people to confirm, with one letter that is written down once."""
    if not people:
        return
    envelope = Envelope(key=key, stream=TRANSACTIONAL, not_after=now + LIST_PATIENCE)
    letter = compose("confirm")
    discreet = compose("confirm", mark=letter.mark, is_discreet=True)
    message = put_message(session, envelope, letter, now, discreet)
    if message is None:
        return  # Written down before.
    for one in people:
        copy = put_delivery(
            session,
            message,
            one.address,
            one.address_key,
            one.links,
            now,
            is_discreet=one.is_discreet,
        )
        # Whoever asks for a letter at this moment goes ahead of thousands who did not.
        copy.next_at = now


def article(post: Post, base_url: str, planned_at: datetime | None = None) -> Letter:
    """An article as a letter: all of it, so that nobody has to visit the site to read it.

    A draft looks as it would, were it published at `planned_at`.
    """
    facts = {"page": page_of(post), "out_at": post.out_at or planned_at}
    return _fitting("article", post.body_html, base_url, language=post.language, post=post, **facts)


def page_of(post: Post) -> str:
    """Where an article can be read: on the site, or at the one address that its letter has.

    That address leads on to the site, when the article stands there later.
    """
    if post.unlisted_at is not None:
        return absolute(f"/r/{post.unlisted_token}")
    return absolute(f"/posts/{published_slug(post.slug)}")


def _bare_page_of(post: Post) -> str:
    return page_of(post) if post.unlisted_at else absolute(f"/n/{post.id}")


def notice(told: SessionNotice, base_url: str, lead: Lead = NO_LEAD) -> Letter:
    """A session notice as a letter: with how to join, which no public page shows."""
    return _fitting("notice", told.body_html, base_url, notice=told, lead=lead)


def discreet_article(post: Post, mark: str) -> Letter:
    """The same for whoever asked for plain letters: that there is something, and a bare link."""
    return compose("note", mark=mark, is_discreet=True, link=_bare_page_of(post), **_NOTHING)


def discreet_notice(
    told: SessionNotice, mark: str, now: datetime, lead: Lead = NO_LEAD, ours: Ours = NO_SITE
) -> Letter:
    """A plain letter about a session: still when it is and how to join, for that cannot wait.

    Where and how to join are the coach's words: the sentences of them that would tell are left
    out, and then the letter says so. `ours` is what tells on this site alone.
    """
    facts = dict(_NOTHING)
    if not lead.is_over:
        where, how_to_join = quiet(told.place, ours), quiet(told.how_to_join, ours)
        is_whole = (where, how_to_join) == (told.place, told.how_to_join)
        when = wording.when(told, now)
        facts = {"when": when, "where": where, "how_to_join": how_to_join, "is_whole": is_whole}
    link = absolute(f"/t/{told.id}")
    return compose(
        "note", mark=mark, is_discreet=True, link=link, sentences=lead.sentences, **facts
    )


def _fitting(name: str, html: str, base_url: str, **facts: Any) -> Letter:
    """A letter around a body; of a very long one the beginning, and where the rest is.

    Mail programs clip what they find too long, and the way out with it.
    """
    frame = compose(name, body="", body_text="", is_cut=True, **facts)
    room = LARGEST_HTML - len(frame.html.encode())
    body, is_cut = shortening.beginning(_body(html, base_url), room)
    text = markup.to_text(body if is_cut else html, base_url=base_url)
    return compose(name, body=body, body_text=text, is_cut=is_cut, **facts)


def digest(
    cadence: Cadence, posts: Sequence[Post], notices: Sequence[SessionNotice], mark: str = ""
) -> Letter:
    """Several articles in one letter: what each is about, and where to read it.

    `mark` is that of the letter in whose place it comes.
    """
    told = [(post, page_of(post)) for post in posts]
    return compose("digest", mark=mark, cadence=cadence.value, told=told, notices=notices)


def digest_fits(cadence: Cadence, posts: Sequence[Post], notices: Sequence[SessionNotice]) -> bool:
    """Would mail programs show it whole, and with a little more said of sessions by then?"""
    try:
        return len(digest(cadence, posts, notices).html.encode()) <= LARGEST_HTML
    except TooLong:
        return False


def is_so(text: str, notices: Sequence[SessionNotice]) -> bool:
    """Does the text of a digest say of sessions to come what one would that is written now?"""
    said = part_of_text("digest/_sessions.txt", notices=notices)
    heading, _, _ = said.partition("\n\n")
    return said in text if notices else heading not in text


def discreet_digest(posts: Sequence[Post], mark: str) -> Letter:
    """The same for whoever asked for plain letters: a bare link for each article."""
    link, *others = map(_bare_page_of, posts)
    return compose("note", mark=mark, is_discreet=True, link=link, others=others, **_NOTHING)


def welcome(body_html: str, base_url: str) -> Letter:
    """The coach's words to somebody who has just confirmed."""
    return _fitting("welcome", body_html, base_url)


def discreet_welcome(mark: str) -> Letter:
    """The same for whoever asked for plain letters: that she is set, and her two links."""
    return compose("set", mark=mark, is_discreet=True)


def _body(html: str, base_url: str) -> str:
    """For the HTML part. A letter fetches nothing: pictures are told in words."""
    return markup.absolute_links(markup.without_pictures(html), base_url)
