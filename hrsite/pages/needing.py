"""What needs the coach: the first lines of her desk."""

from datetime import datetime

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock, furniture
from hrsite.newsletter import guarding
from hrsite.newsletter.models import Issue
from hrsite.notices.models import SessionNotice
from hrsite.outbox import history, mailboxes, presence, repeating, returned, troubles
from hrsite.outbox.models_troubles import Trouble
from hrsite.pages import listing, needing_notices
from hrsite.pages.need import Need, Press
from hrsite.posts import aging, shelf
from hrsite.posts.models import Post
from hrsite.settings import helping, reading

# What to say of a trouble of each kind, which page helps, and what its link says.
_IN_VAIN = {
    "request": (
        "Somebody asked for letters, or for their link, and cannot be answered.",
        "newsletter_desk.subscribers",
        "See the subscribers",
    ),
    "welcome": (
        "A welcome letter or a reminder cannot be written.",
        "newsletter_desk.subscribers",
        "See the subscribers",
    ),
    "reminder": (
        "The reminder of a session cannot be written. Nobody has got it.",
        "notices_desk.index",
        "See the session notices",
    ),
    "digest": (
        "A weekly or monthly letter cannot be written. Nobody has got it.",
        "newsletter_desk.issue_list",
        "See the Issues",
    ),
    "list": (
        "The list of readers of a letter cannot be written down to its end. Nobody has got it.",
        "newsletter_desk.issue_list",
        "See the Issues",
    ),
    "numbers": (
        "The numbers of a letter do not add up. Letters go on as they should.",
        "newsletter_desk.issue_list",
        "See the Issues",
    ),
}


def needs(session: Session, now: datetime) -> list[Need]:
    """Everything that waits for the coach, the most pressing first."""
    return [
        *paused_letters(session),
        *_without_text(session),
        *_not_known(session),
        *in_vain(session),
        *_no_worker(session, now),
        *needing_notices.lost_letters(session, now),
        *many_signups(session, now),
        *returned_mail(session, now),
        *needing_notices.old_notices(session, now),
        *_unchecked_help(session, now),
        *_old_news(session, now),
        *_missing_pages(session),
        *_first_article(session, now),
    ]


def paused_letters(session: Session) -> list[Need]:
    """What stopped on its way."""
    paused = {message.id: message for message in history.paused(session)}
    if not paused:
        return []
    issues = session.scalars(select(Issue).where(Issue.message_id.in_(paused)))
    found = []
    for issue in issues:
        message = paused.pop(issue.message_id)
        text = f"“{issue.title}” has stopped on its way to readers."
        text, label = f"{text} {message.pause_reason or 'It was paused.'}", "Look at it"
        if message.pause_kind == "late":
            text = f"“{issue.title}”: {message.pause_reason}"
            label = "Send now, set a time, or drop it"
        found.append(Need(text, "newsletter_desk.issue", {"issue_id": issue.id}, label))
    if paused:
        text = "Some letters have stopped on their way."
        found.append(Need(text, "outbox_desk.index", {}, "See the letters"))
    return found


def _without_text(session: Session) -> list[Need]:
    """Articles whose hour came before their text."""
    said = "“{}” was to go to readers on {}, but there was no text in it. Nobody has got it."
    found = []
    for post in shelf.missed(session):
        if post.send_at is not None:
            text = said.format(post.title, furniture.moment(post.send_at))
            found.append(Need(text, "posts_desk.edit", {"id": post.id}, "Look at it"))
    return found


def _not_known(session: Session) -> list[Need]:
    """Letters that were in the air when the line broke, and wait for her to decide."""
    held = repeating.held_counts(session)
    issues = select(Issue).where(Issue.message_id.in_(held)).order_by(Issue.id.desc())
    found = []
    for issue in session.scalars(issues) if held else ():
        number = held[issue.message_id]
        them, letters = (
            "it" if number == 1 else "them",
            furniture.count(number, "letter", "letters"),
        )
        text = f"“{issue.title}”: nobody knows whether {letters} arrived."
        text += f" Hand {them} over once more, or leave {them}?"
        where = {"issue_id": issue.id, "_anchor": "uncertain"}
        found.append(Need(text, "newsletter_desk.issue", where, "Decide"))
    return found


def in_vain(session: Session) -> list[Need]:
    """What the worker tries again and again and cannot do."""
    return [_need_of(trouble, session) for trouble in troubles.standing(session)]


def _need_of(trouble: Trouble, session: Session) -> Need:
    keeper = f"Whoever keeps this site finds the reason in its log ({trouble.fault})."
    if trouble.kind != "issue":
        words, endpoint, label = _IN_VAIN[trouble.kind]
        return Need(f"{words} {keeper}", endpoint, {}, label)
    table, _, number = trouble.subject.partition("/")
    is_post = table == Post.__tablename__
    told: Post | SessionNotice | None
    told = session.get(Post, int(number)) if is_post else session.get(SessionNotice, int(number))
    what = f"“{told.title}”" if told else "Something you published"
    text = f"{what} cannot be made into a letter. Nobody has got it; it is tried again each minute."
    endpoint = "posts_desk.edit" if is_post else "notices_desk.edit"
    return Need(f"{text} {keeper}", endpoint, {"id": int(number)}, "Look at it")


def many_signups(session: Session, now: datetime) -> list[Need]:
    """More people ask for letters than usual, so some of them wait."""
    strain = guarding.strain(session, now)
    if not strain.is_on:
        return []
    text = strain_words(strain)
    return [Need(text, "newsletter_desk.requests_waiting", {}, "See who waits")]


def strain_words(strain: guarding.Strain) -> str:
    """What is unusual about it, and what becomes of whoever waits."""
    letters = furniture.count(strain.most, "letter", "letters")
    unusual = f"Very many people ask for letters. {letters} went out in the last hour."
    if strain.is_doubtful:
        unusual = (
            f"Of the last {strain.judged_count:,} people who were asked to confirm,"
            f" {strain.confirmed_count:,} did. So no more than {letters} go out in an hour."
        )
    waiting = furniture.count(strain.waiting_count, "request waits", "requests wait")
    return (
        f"{unusual} Perhaps a machine types in other people’s addresses. {waiting} for an answer"
        " and will get it, a few each hour. Nobody is lost, and you need not do anything."
    )


def _no_worker(session: Session, now: datetime) -> list[Need]:
    trouble = presence.look(session, now).trouble(now)
    if trouble is None:
        return []
    text = f"{trouble} Nothing is lost: letters wait, and go out when it runs again."
    return [Need(text, "pages_desk.health", {}, "See what is wrong")]


def returned_mail(session: Session, now: datetime) -> list[Need]:
    """News of letters that came back, and cannot be had."""
    names = [mailbox.name for mailbox in mailboxes.configured(current_app.config)]
    found = []
    if troubles := returned.troubles(session, names, now):
        text = f"Returned letters cannot be read for more than an hour. {' '.join(troubles)}"
        found.append(Need(text, "outbox_desk.index", {}, "See the letters"))
    if returned.links_to_open(session):
        text = (
            "Your mail service waits for a yes before it tells which letters came back."
            " Ask whoever keeps this site to run: hrsite doctor"
        )
        found.append(Need(text, "outbox_desk.index", {}, "See the letters"))
    return found


def _unchecked_help(session: Session, now: datetime) -> list[Need]:
    """A wrong number in a bad hour is worse than none."""
    return [
        Need(
            f"{line.who}, {reading.shown(line).ways or line.url}: is it still right?"
            f" You last checked on {furniture.calendar_day(line.checked_on)}.",
            "settings_desk.help_line",
            {"id": line.id},
            "Change it",
            (
                Press(
                    "settings_desk.still_right",
                    {"id": line.id},
                    "Still right, checked today",
                    {"version": str(line.version)},
                ),
            ),
        )
        for line in helping.to_check(session, clock.local(now).date())
    ]


def _old_news(session: Session, now: datetime) -> list[Need]:
    """What was true until a day that is over."""
    return [
        Need(
            f"“{post.title}” was true until"
            f" {furniture.calendar_day(aging.last_day(post.current_until, clock.zone()))}."
            " Readers see that things may have changed.",
            "posts_desk.edit",
            {"id": post.id},
            "Read it again",
            (
                Press(
                    "posts_desk.still_true",
                    {"id": post.id},
                    "It is still true",
                    day_box="until",
                    day_words="Until",
                ),  # fmt: skip
                Press("posts_desk.leave", {"id": post.id}, "Leave it as it is"),
            ),
        )
        for post in aging.to_read_again(session, now)
        if post.current_until is not None
    ]


def _missing_pages(session: Session) -> list[Need]:
    return [
        Need(
            f"The {title} page is not written yet. Readers want to know who you are.",
            "pages_desk.edit",
            {"slug": slug},
            "Write it",
        )
        for slug, title in listing.KNOWN_SLUGS.items()
        if listing.kept(session, slug) is None
    ]


def _first_article(session: Session, now: datetime) -> list[Need]:
    begun = shelf.drafts(session, 1) or shelf.scheduled(session, now)
    if begun or shelf.published(session, now, 1):
        return []
    return [Need("There are no articles yet.", "posts_desk.new", {}, "Write the first one")]
