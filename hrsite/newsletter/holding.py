"""Stop an Issue, hold what is late, and what the coach may then do: go on, set a time, drop it."""

from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session

from hrsite import furniture
from hrsite.newsletter import finding, knowing, owing
from hrsite.newsletter.models import Issue, issue_articles
from hrsite.notices import publishing as notice_publishing
from hrsite.notices.models import SessionNotice
from hrsite.outbox import enqueue, forgotten, instance, pausing, presence, turns
from hrsite.outbox.changing import IS_OR_MAY_BE_THERE
from hrsite.outbox.models import (
    MAY_HAVE_IT,
    SIMPLY_WAITING,
    Delivery,
    DeliveryState,
    MessageTally,
    OutboxMessage,
)
from hrsite.posts import publishing as post_publishing
from hrsite.posts.models import Post

# So much later than planned, and nobody knows whether it is still true.
LATE = timedelta(hours=2)
NOBODY_SO_FAR = (
    "Its letter is made already, and not again. Nobody has it so far: you find it under Issues."
)


class TooLate(Exception):
    """At that time nobody could use it any more. The message is for the coach to read."""


def stop(issue: Issue, now: datetime) -> None:
    """Hand over nothing more until the coach says so."""
    pausing.pause(issue.message, "You stopped it.", now, "stopped")


def press_stop(session: Session, issue: Issue, now: datetime) -> tuple[str, str]:
    """What the button "Stop it" does, and what to say of that: words, and of which kind they are.

    A page stays open while letters go out. A press that comes too late stops nothing: it would
    only keep the article out of the next weekly letter, unseen.
    """
    if issue.message.paused_at is not None:
        # It may have another reason, which she must not lose by a late press.
        return "It had stopped already. Nothing more goes out until you press Resume.", "careful"
    if not _is_over(issue):
        stop(issue, now)
        return "Stopped. Nothing more of this goes out until you press Resume.", "done"
    # Its readers all get it in a weekly or monthly letter, and none of those is written yet.
    is_ahead = issue.post_id is not None and issue.message.starts_at > now
    if is_ahead and drop(session, issue, now):
        return "Stopped. Nobody has got it, so you can email it anew when it is right.", "done"
    return "There was nothing left to stop. Everybody has a result.", "careful"


def hold_if_late(issue: Issue, now: datetime) -> None:
    """Hold an Issue that should have gone out long ago; the server was down, most likely.

    A notice with a session is not held: until that session it is as true as it was.
    """
    if now - issue.due_at > LATE and not issue.message.is_timely:
        _hold(issue, now)


def hold_overtaken(session: Session, now: datetime) -> None:
    """Hold the Issues whose letters should have begun long ago, while no worker was there.

    Must run before this worker says that it is here.
    """
    begun = exists().where(
        Delivery.message_id == OutboxMessage.id,
        or_(Delivery.attempt_count > 0, Delivery.state.in_(MAY_HAVE_IT)),
    )
    done = MessageTally.accepted_count + MessageTally.refused_count + MessageTally.uncertain_count
    found = session.scalars(
        select(Issue)
        .join(Issue.message)
        .join(MessageTally)
        .where(
            OutboxMessage.settled_at.is_(None),
            OutboxMessage.starts_at < now - LATE,
            OutboxMessage.paused_at.is_(None),
            OutboxMessage.is_timely.is_(False),
            done == 0,
            ~begun,
        )
        .order_by(Issue.id)
    )
    for issue in found:
        # Behind a long list it may wait for hours, though all is well.
        if not _is_over(issue) and not presence.was_here(session, issue.message.starts_at, now):
            _hold(issue, now)


def reschedule(session: Session, issue: Issue, at: datetime, now: datetime) -> None:
    """Hand letters over from a later moment on. Raises TooLate."""
    message = issue.message
    # Whoever writes its list down just now comes first: of those copies, too, the time is moved.
    turns.hold_message(session, message)
    if message.is_timely and at >= message.not_after:
        raise TooLate("By then the session has begun. Choose an earlier time.")
    pausing.resume(message, now)
    message.starts_at = at
    if not message.is_timely:
        message.not_after = at + enqueue.PATIENCE
        issue.due_at = at
    _bring_forward(session, message, at)


def go_on(issue: Issue, now: datetime) -> None:
    """Go on with a stopped or held Issue. What begins by this is due now: should it be held again,
    it was for this hour.
    """
    message = issue.message
    is_ahead = message.starts_at > now
    pausing.resume(message, now)
    if not (is_ahead or message.is_timely):
        issue.due_at = now


def _bring_forward(session: Session, message: OutboxMessage, at: datetime) -> None:
    """Copies that wait for the first start alone wait no longer than for the new one.

    One that the mail service put off waits as long as it was told, and a claimed one for its claim.
    """
    session.execute(
        update(Delivery)
        .where(
            Delivery.message_id == message.id,
            Delivery.state == DeliveryState.QUEUED,
            Delivery.next_at > at,
            Delivery.owner.is_(None),
        )
        .values(next_at=at)
        .execution_options(synchronize_session=False)
    )


def drop(session: Session, issue: Issue, now: datetime) -> bool:
    """Take back what has not gone out. True when its article or notice may be emailed anew.

    That is when nobody has a copy, not even in a digest. Of a digest nothing is lost: its articles
    come with the next one.
    """
    if issue.dropped_at is not None:
        return False
    _hold_what_it_tells_of(session, issue)
    enqueue.withdraw_all(session, issue.message, now)
    issue.dropped_at = now
    issue.message.paused_at = issue.message.pause_kind = issue.message.pause_reason = None
    if issue.digest_id is not None:
        owing.give_back(session, issue)
        return False
    if issue.post_id is not None:
        owing.forget_article(session, issue.post_id)
    is_going_out = _is_in_a_digest(session, issue.post_id, or_will_be=True)
    if has_begun(session, issue) or is_going_out:
        return False
    _free(session, issue)
    return True


def take_back(session: Session, told: Post | SessionNotice, now: datetime) -> str:
    """This has gone off the site: nobody else gets its letter. Says what became of that.

    The letter would say "read it on the site", and so would a digest. When nobody has it, it is
    dropped: a mistake that she mends can then go out anew.
    """
    turns.before_a_change(session)
    digests = _digests_under_way(session, told) if isinstance(told, Post) else []
    for one in digests:
        _keep_for_her(one, now)
    issue = finding.issue_of(session, told)
    said = ""
    if issue is None:  # Nobody has its letter, not even one that was to be written by now.
        _call_off(told)
    elif issue.dropped_at is None:
        said = _take_the_rest_back(session, issue, now)
    return said + (" A weekly or monthly letter that names it is stopped too." if digests else "")


def _call_off(told: Post | SessionNotice) -> None:
    if isinstance(told, Post):
        post_publishing.call_off(told)
    else:
        notice_publishing.call_off(told)


def _keep_for_her(issue: Issue, now: datetime) -> None:
    """Also one that a fault has paused: or it would go on with all that had the same fault."""
    if issue.message.pause_kind != "stopped":
        stop(issue, now)


def _take_the_rest_back(session: Session, issue: Issue, now: datetime) -> str:
    if instance.held(session):  # A backup was put back: it may not know who has it.
        if not _is_over(issue):
            _keep_for_her(issue, now)
        return " Its letter goes to nobody else."
    if not has_reached(session, issue) and drop(session, issue, now):
        again = "When you publish it again, you can email it anew."
        return f" Its letter is taken back: nobody has got it. {again}"
    said = " Letters that went out cannot be called back."
    if issue.dropped_at is not None or _is_over(issue):
        return said
    _keep_for_her(issue, now)
    return f"{said} The rest is stopped."


def _is_over(issue: Issue) -> bool:
    return issue.message.expanded_at is not None and issue.message.waiting_count == 0


def _digests_under_way(session: Session, post: Post) -> list[Issue]:
    """The weekly and monthly letters with this article that not everybody has who is to get it."""
    found = session.scalars(
        select(Issue)
        .join(Issue.message)
        .join(issue_articles)
        .where(
            issue_articles.c.post_id == post.id,
            Issue.dropped_at.is_(None),
            OutboxMessage.settled_at.is_(None),
        )
        .order_by(Issue.id)
    )
    return [issue for issue in found if not _is_over(issue)]


def has_begun(session: Session, issue: Issue) -> bool:
    """Does anybody have a copy, or may have one?"""
    copies = select(Delivery.id).where(Delivery.message_id == issue.message_id, IS_OR_MAY_BE_THERE)
    old = select(OutboxMessage.id).where(
        OutboxMessage.id == issue.message_id, forgotten.was_any(MAY_HAVE_IT)
    )
    return any(session.scalar(some.limit(1)) is not None for some in (copies, old))


def has_reached(session: Session, issue: Issue) -> bool:
    """Does anybody have what it tells of, or may have it: in a digest, or told of a change?"""
    if has_begun(session, issue) or _is_in_a_digest(session, issue.post_id):
        return True
    known = knowing.last_known(session, issue.about_id) if issue.about_id is not None else None
    return known is not None and known.has_begun


def _hold(issue: Issue, now: datetime) -> None:
    reason = f"This was due on {furniture.moment(issue.due_at)}."
    pausing.pause(issue.message, reason, now, "late")


def _is_in_a_digest(session: Session, post_id: int | None, *, or_will_be: bool = False) -> bool:
    """Has anybody a digest with this article, or will one go on that is under way?

    Not one that is stopped: whoever waits for it is owed the article (owing.py), so she gets it
    once, whatever becomes of that digest.
    """
    goes_on = Delivery.state.in_(SIMPLY_WAITING) & OutboxMessage.paused_at.is_(None)
    which = IS_OR_MAY_BE_THERE
    copies = (
        select(Delivery.id)
        .join(Delivery.message)
        .join(Issue, Issue.message_id == Delivery.message_id)
        .join(issue_articles)
        .where(issue_articles.c.post_id == post_id, which | goes_on if or_will_be else which)
    )
    old = (
        select(OutboxMessage.id)
        .join(Issue, Issue.message_id == OutboxMessage.id)
        .join(issue_articles)
        .where(issue_articles.c.post_id == post_id, forgotten.was_any(MAY_HAVE_IT))
    )
    return any(session.scalar(some.limit(1)) is not None for some in (copies, old))


def _hold_what_it_tells_of(session: Session, issue: Issue) -> None:
    """Before its message, as turns.py says: it may be let go below."""
    if issue.post_id is not None:
        post = session.get_one(Post, issue.post_id)
        session.refresh(post, with_for_update={"of": Post})
    if issue.notice_id is not None:
        notice = session.get_one(SessionNotice, issue.notice_id)
        session.refresh(notice, with_for_update=True)


def _free(session: Session, issue: Issue) -> None:
    """Let go of the article or notice, so that it can have another Issue."""
    issue.message.key += f"/dropped/{issue.id}"
    if issue.post_id is not None:
        _call_off(session.get_one(Post, issue.post_id))
    if issue.notice_id is not None:
        _call_off(session.get_one(SessionNotice, issue.notice_id))
    issue.post_id = issue.notice_id = issue.about_id = None
