"""What a worker does when it looks: all that the rows say is due now, and the tidying by night."""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import structlog
from flask import current_app

from hrsite import clock, queue, tidying
from hrsite.extensions import db
from hrsite.newsletter import (
    asking,
    bringing,
    digests,
    following,
    holding,
    issues,
    leaving,
    moving,
    reminding,
    renewing,
    spooling,
    standing,
    undoing,
    welcoming,
)
from hrsite.one_by_one import LIST_SECONDS, part_by_part, tell, try_each, try_one
from hrsite.outbox import (
    bouncing,
    history,
    mailboxes,
    parts,
    presence,
    returned,
    tally,
    troubles,
)
from hrsite.outbox.delivering import deliver_due
from hrsite.posts import keeping

log = structlog.get_logger(__name__)

# So long letters are handed over before all else that may be due is looked at again.
LOOK_SECONDS = 60.0


def do_what_is_due(should_stop: Callable[[], bool] = lambda: False) -> None:
    """Answer signups, open Issues, hand over letters: everything the rows say is due now."""
    for job in (
        _let_go_who_could_not,
        _let_them_leave,
        _hold_what_is_late,
        _say_we_are_here,
        _answer_requests,
        _welcome_and_remind,
        _open_issues,
        _follow_sessions,
        _open_digests,
        _complete_lists,
        _bring_people_in,
        _hand_letters_over,
        _read_returned_mail,
        _be_there_in_time,
    ):
        try:
            job(should_stop)
        except Exception as trouble:
            # A full disk, an absent database, a fault of ours: the rows are as they were, and the
            # next look tries again. Trouble in one job must not keep the next from its work.
            db.session.rollback()
            log.error("look_failed", job=job.__name__.strip("_"), exc_info=trouble)


def _let_go_who_could_not(should_stop: Callable[[], bool]) -> None:
    # First of all: nothing more is handed over to them.
    folder = current_app.config["DATA_DIR"]
    spooling.carry_out(db.session(), folder, db.session.commit)


def _let_them_leave(should_stop: Callable[[], bool]) -> None:
    # Before letters are handed over, too: what waits for them is called back.
    leaving.leave_as_told(db.session(), clock.now())
    db.session.commit()


def _hold_what_is_late(should_stop: Callable[[], bool]) -> None:
    # Before we say that we are here: from then on nothing would tell that nobody was.
    holding.hold_overtaken(db.session(), clock.now())
    db.session.commit()


def _say_we_are_here(should_stop: Callable[[], bool]) -> None:
    presence.refresh(db.session(), presence.own_name(), clock.now())
    db.session.commit()


def _answer_requests(should_stop: Callable[[], bool]) -> None:
    session = db.session()
    until = time.monotonic() + LIST_SECONDS
    faults: dict[int, str] = {}
    while fresh := asking.due(session, clock.now(), besides=faults):
        for id in fresh:
            faults[id] = try_one(partial(asking.answer, session, id), should_stop)
        if time.monotonic() > until:
            queue.wake()  # Letters must not wait for a flood. Then it goes on.
            break
    tell("request", {str(id): fault for id, fault in faults.items()}, should_stop)
    new = moving.unwritten(session)
    try_each("move", {str(id): partial(moving.write, session, id) for id in new}, should_stop)


def _welcome_and_remind(should_stop: Callable[[], bool]) -> None:
    session = db.session()
    new, silent = welcoming.to_welcome(session), welcoming.to_remind(session, clock.now())
    try_each(
        "welcome",
        {f"welcome/{id}": partial(welcoming.welcome, session, id) for id in new}
        | {f"remind/{id}": partial(welcoming.remind, session, id) for id in silent},
        should_stop,
    )


def _open_issues(should_stop: Callable[[], bool]) -> None:
    session = db.session()
    due = issues.due(session, clock.now())
    try_each(
        "issue",
        {
            f"{told.kind.__tablename__}/{told.id}": partial(issues.open_issue, session, told)
            for told in due
        },
        should_stop,
    )


def _follow_sessions(should_stop: Callable[[], bool]) -> None:
    session = db.session()
    for id in following.untrue(session):
        try_one(partial(following.keep_true, session, id), should_stop)
    for id in renewing.untrue(session, clock.now()):
        try_one(partial(renewing.renew, session, id), should_stop)
    due = reminding.due(session, clock.now())
    try_each(
        "reminder", {one.key: partial(reminding.remind, session, one) for one in due}, should_stop
    )


def _open_digests(should_stop: Callable[[], bool]) -> None:
    session = db.session()
    due = digests.due(session, clock.now())
    try_each(
        "digest", {one.key: partial(digests.open_digest, session, one) for one in due}, should_stop
    )


def _complete_lists(should_stop: Callable[[], bool]) -> None:
    session, most, faults = db.session(), parts.AT_ONCE, dict[str, str]()

    def waiting() -> list[tuple[int, int | None]]:
        return [(id, so_far) for id, so_far in issues.unlisted(session) if str(id) not in faults]

    # A list of many thousands is written down part by part, each in a transaction of its own.
    for issue_id, _ in part_by_part(waiting, should_stop):
        began = time.monotonic()
        if fault := try_one(partial(issues.list_more, session, issue_id, most), should_stop):
            faults[str(issue_id)] = fault
        most = parts.next_size(session, most, time.monotonic() - began)
    tell("list", faults, should_stop)


def _bring_people_in(should_stop: Callable[[], bool]) -> None:
    session = db.session()
    bringing.forget_unused(session, clock.now())
    session.commit()
    for list_id, _ in part_by_part(partial(bringing.open_lists, session), should_stop):
        try_one(partial(bringing.add_part, session, list_id), should_stop)
        try_one(partial(undoing.undo_part, session, list_id), should_stop)


def _hand_letters_over(should_stop: Callable[[], bool]) -> None:
    until = time.monotonic() + LOOK_SECONDS

    def must_stop() -> bool:
        return should_stop() or time.monotonic() > until

    tried_count = deliver_due(db.session(), presence.own_name(), must_stop)
    if tried_count:
        log.info("letters_tried", count=tried_count)
    if must_stop() and not should_stop():
        # A long list must not keep Issues and signups from being looked at. Then it goes on.
        queue.wake()


def _read_returned_mail(should_stop: Callable[[], bool]) -> None:
    session = db.session()
    for mailbox in mailboxes.configured(current_app.config):
        is_time = returned.is_time_to_look(session, mailbox.name, clock.now())
        session.commit()  # No lock is held while a mail server takes its time.
        if is_time and not should_stop():
            _read_one_mailbox(mailbox, should_stop)


def _read_one_mailbox(mailbox: mailboxes.Mailbox, should_stop: Callable[[], bool]) -> None:
    session, trouble, former_keys = db.session(), None, moving.former_keys
    until = time.monotonic() + LIST_SECONDS
    try:
        for mark, octets in mailbox.unread():
            if should_stop() or time.monotonic() > until:
                break  # Letters must not wait for a slow mail server. The rest comes next time.
            take = partial(bouncing.take_message, session, octets, (), former_keys=former_keys)
            try_one(take, lambda: False)
            # Only now, after the commit.
            mailbox.mark_read(mark)
    except mailboxes.Unreadable as unreadable:
        trouble = str(unreadable)
        log.warning("returned_mail_not_read", mailbox=mailbox.name, trouble=trouble)
    finally:
        mailbox.close()
    returned.looked(session, mailbox.name, trouble, clock.now())
    session.commit()


def _be_there_in_time(should_stop: Callable[[], bool]) -> None:
    # The desk says at which minute mail starts, and the looks of every minute know no seconds.
    now = clock.now()
    starts_at = history.next_start(db.session(), now, now + timedelta(seconds=LOOK_SECONDS))
    db.session.rollback()
    if starts_at is not None:
        queue.wake_at(starts_at, now)


def tidy_up(should_stop: Callable[[], bool] = lambda: False) -> None:
    """By night: forget what has had its time, count articles anew, add up letters' numbers."""
    now, config = clock.now(), current_app.config
    folders = tidying.Folders(config["DATA_DIR"], config["MEDIA_FOLDER"], config["MAIL_FOLDER"])
    tidying.forget(db.session(), folders, now, should_stop)
    standing.keep(db.session(), now)
    db.session.commit()
    keeping.recount(db.session())
    db.session.commit()
    wrong = tally.check(db.session())
    for message_id, words in wrong.items():
        log.error("numbers_do_not_add_up", message=message_id, words=words)
    told = {str(message_id): words for message_id, words in wrong.items()}
    troubles.tell(db.session(), "numbers", told, now)
    db.session.commit()
    log.info("tidied")
