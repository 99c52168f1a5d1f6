"""Returned mail is believed when it came to a return path of ours, and then it has its effect."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import addresses
from hrsite import clock as our_clock
from hrsite.newsletter.subscribing import key_of
from hrsite.outbox import bouncing, enqueue, reports, returned, suppression
from hrsite.outbox.models import Delivery, DeliveryState, OutboxMessage, Suppression
from hrsite.outbox.models_bouncing import Bounce
from hrsite.outbox.numbering import letter_id_of
from hrsite.outbox.return_paths import return_paths
from tests.outbox import returned_mail
from tests.outbox.ledger import READERS, look, mail_goes_to, put_letter, rows
from tests.outbox.smtp_server import mail_server

ADA, DAY = READERS[0], timedelta(days=1)


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """A site whose letters come back to an address of their own."""
    return make_app(MAIL_BOUNCE_ADDRESS="bounces@example.com")


def accepted(app: Flask, session: Session, number: int = 1, *readers: str) -> list[Delivery]:
    """Letters that the mail service took, as any are before they come back."""
    message = put_letter(session, *(readers or (ADA,)), key=f"issue/{number}")
    look(app)
    copies = rows(session, message.id)
    assert {copy.state for copy in copies} == {DeliveryState.ACCEPTED}
    return copies


def path_of(copy: Delivery) -> str:
    path = return_paths().return_path_for(copy.id, letter_id_of(copy))
    assert path is not None
    return path


def take(session: Session, octets: bytes, *recipients: str) -> bool:
    changed = bouncing.take_message(session, octets, recipients, our_clock.now())
    session.commit()
    return changed


def closed(session: Session) -> list[tuple[str, str]]:
    return [(one.kind, one.reason) for one in session.scalars(select(Suppression))]


def kept(session: Session) -> list[Bounce]:
    return list(session.scalars(select(Bounce).order_by(Bounce.id)))


def test_a_mailbox_that_is_gone_is_written_to_no_more(app: Flask, session: Session) -> None:
    (copy,) = accepted(app, session)
    assert take(session, returned_mail.status_report(path_of(copy)))
    assert closed(session) == [("hard", "550 5.1.1 <[address]>: no such mailbox here")]
    assert copy.state == DeliveryState.ACCEPTED  # It was: the mail service took it.
    later = put_letter(session, ADA, key="issue/2")
    look(app)
    assert [one.state for one in rows(session, later.id)] == [DeliveryState.SUPPRESSED]


def test_the_same_report_twice_is_one_bounce(app: Flask, session: Session) -> None:
    (copy,) = accepted(app, session)
    report = returned_mail.status_report(path_of(copy))
    assert take(session, report)
    assert not take(session, report)
    assert not take(session, b"Received: by another way\r\n" + report)
    assert len(kept(session)) == 1


def test_the_mail_server_may_say_itself_where_it_came_to(app: Flask, session: Session) -> None:
    (copy,) = accepted(app, session)
    assert take(session, returned_mail.status_report("bounces@example.com"), path_of(copy))


def test_a_forged_report_changes_nothing(app: Flask, session: Session) -> None:
    ada, bea = accepted(app, session, 1, *READERS[:2])
    theirs = path_of(bea).replace(f"+{bea.id}.", f"+{ada.id}.")
    for came_to in ("bounces@example.com", ADA, theirs, f"bounces+{ada.id}.{'a' * 16}@example.com"):
        assert not take(session, returned_mail.status_report(came_to))
        assert not take(session, returned_mail.complaint(came_to))
        assert not take(session, returned_mail.qmail(came_to))
    assert kept(session) == []
    assert closed(session) == []


def test_a_report_on_a_letter_from_before_a_restore_is_nobody_s(
    app: Flask, session: Session
) -> None:
    (copy,) = accepted(app, session)
    report = returned_mail.status_report(path_of(copy))
    copy.kept_letter_id = "f" * 32  # The restored database gave the same number to another letter.
    session.commit()
    assert not take(session, report)


@pytest.mark.parametrize("name", sorted(returned_mail.harmless("")))
def test_what_is_no_bounce_changes_nothing(app: Flask, session: Session, name: str) -> None:
    (copy,) = accepted(app, session)
    assert not take(session, returned_mail.harmless(path_of(copy))[name])
    assert kept(session) == []


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("language", sorted(returned_mail.OUT_OF_OFFICE))
def test_an_out_of_office_changes_nothing(app: Flask, session: Session, language: str) -> None:
    (copy,) = accepted(app, session)
    for marked in (True, False):
        assert not take(session, returned_mail.out_of_office(language, path_of(copy), marked))
    assert kept(session) == []


@pytest.mark.parametrize("wording", [returned_mail.qmail, returned_mail.exim])
def test_a_mere_wording_must_name_the_reader(
    app: Flask, session: Session, wording: Callable[..., bytes]
) -> None:
    (copy,) = accepted(app, session)
    assert not take(session, wording("bounces@example.com"))
    assert not take(session, wording(path_of(copy), reader="someone@example.net"))
    assert take(session, wording(path_of(copy)))
    assert [kind for kind, _ in closed(session)] == ["hard"]


def test_a_wording_is_read_only_where_it_came_to_a_return_path_of_ours(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    (copy,) = accepted(app, session)
    asked, known = [], reports.all_failures
    monkeypatch.setattr(reports, "all_failures", lambda one: asked.append(one) or known(one))
    for stranger in ("bounces@example.com", f"bounces+{copy.id}.{'a' * 16}@example.com"):
        assert not take(session, returned_mail.qmail(stranger))
    assert asked == []
    assert take(session, returned_mail.qmail("bounces@example.com"), path_of(copy))
    assert len(asked) == 1


def test_a_complaint_closes_the_address(app: Flask, session: Session) -> None:
    (copy,) = accepted(app, session)
    report = returned_mail.complaint("fbl@example.com", original_mail_from=path_of(copy))
    assert take(session, report)
    assert closed(session) == [("complaint", "They reported a letter as unwanted.")]


def test_a_complaint_weighs_more_than_a_bounce_before_and_after(
    app: Flask, session: Session
) -> None:
    (first,) = accepted(app, session, 1)
    (second,) = accepted(app, session, 2)
    take(session, returned_mail.status_report(path_of(first)))
    take(session, returned_mail.complaint(path_of(first)))
    take(session, returned_mail.status_report(path_of(second)))
    assert [kind for kind, _ in closed(session)] == ["complaint"]


def test_a_complaint_counts_when_it_is_made_also_about_a_letter_from_before_her_yes(
    app: Flask, session: Session, clock: Traveller
) -> None:
    (copy,) = accepted(app, session)
    take(session, returned_mail.status_report(path_of(copy)))
    clock.shift(DAY)
    suppression.lift(session, copy.address_key, our_clock.now())
    assert take(session, returned_mail.complaint(path_of(copy)))
    assert [kind for kind, _ in closed(session)] == ["complaint"]


def come_back_full(app: Flask, session: Session, clock: Traveller, *numbers: int) -> None:
    for number in numbers:
        (copy,) = accepted(app, session, number)
        take(session, returned_mail.status_report(path_of(copy), "5.2.2", "552 5.2.2 full"))
        clock.shift(2 * DAY)


def test_five_letters_that_come_back_for_now_close_the_address(
    app: Flask, session: Session, clock: Traveller
) -> None:
    come_back_full(app, session, clock, 1, 2, 3, 4)
    assert closed(session) == []
    come_back_full(app, session, clock, 5)
    assert [kind for kind, _ in closed(session)] == ["soft"]


def test_one_that_arrives_between_begins_the_count_anew(
    app: Flask, session: Session, clock: Traveller
) -> None:
    come_back_full(app, session, clock, 1, 2, 3)
    accepted(app, session, 4)
    clock.shift(DAY)
    come_back_full(app, session, clock, 5, 6)
    assert closed(session) == []


def test_five_within_a_longer_time_close_nothing(
    app: Flask, session: Session, clock: Traveller
) -> None:
    for number in range(1, 6):
        come_back_full(app, session, clock, number)
        clock.shift(5 * DAY)
    assert closed(session) == []


def test_one_letter_that_comes_back_often_counts_once(
    app: Flask, session: Session, clock: Traveller
) -> None:
    message = put_letter(session, ADA)
    (copy,) = rows(session, message.id)
    for _ in range(9):
        suppression.note_bounce(session, copy, "soft", 452, "4.2.2 full", our_clock.now())
        session.commit()
    assert len(kept(session)) == 1
    assert closed(session) == []


def list_of(session: Session, count: int) -> OutboxMessage:
    readers = [f"reader{number}@example.org" for number in range(count)]
    return put_letter(session, *readers, subject="To many")


def test_many_that_come_back_by_policy_stop_the_rest_and_blame_nobody(
    app: Flask, session: Session
) -> None:
    message = list_of(session, 8)
    for place, copy in enumerate(rows(session, message.id)[:5]):
        assert message.paused_at is None, place
        report = returned_mail.status_report(path_of(copy), "5.7.1", "550 5.7.1 not wanted")
        assert take(session, report)
    session.refresh(message)
    assert message.paused_at is not None
    assert "550 5.7.1 not wanted" in (message.pause_reason or "")
    assert closed(session) == []


def test_a_late_report_does_not_close_what_its_owner_has_opened_again(
    app: Flask, session: Session, clock: Traveller
) -> None:
    first, second = (accepted(app, session, number)[0] for number in (1, 2))
    take(session, returned_mail.status_report(path_of(first)))
    assert [kind for kind, _ in closed(session)] == ["hard"]
    clock.shift(DAY)
    suppression.lift(session, first.address_key, our_clock.now())
    session.commit()
    assert take(session, returned_mail.status_report(path_of(second)))
    assert len(kept(session)) == 2
    assert closed(session) == []
    clock.shift(DAY)
    (third,) = accepted(app, session, 3)
    assert take(session, returned_mail.status_report(path_of(third)))
    assert [kind for kind, _ in closed(session)] == ["hard"]


def test_what_came_back_is_told_by_message_and_kept_without_the_address(
    app: Flask, session: Session, clock: Traveller
) -> None:
    ada, bea, cleo = accepted(app, session, 1, *READERS)
    take(session, returned_mail.status_report(path_of(ada)))
    take(session, returned_mail.complaint(path_of(bea)))
    take(session, returned_mail.status_report(path_of(cleo), "5.2.2", "552 5.2.2 full"))
    assert returned.came_back(session, ada.message_id) == {"hard": 1, "complaint": 1, "soft": 1}
    (told,) = session.scalars(select(Bounce).where(Bounce.delivery_id == ada.id))
    assert (told.kind, told.source, told.message_id) == ("hard", "dsn", ada.message_id)
    assert told.reply_text == "550 5.1.1 <[address]>: no such mailbox here"


def test_erasing_a_person_keeps_the_address_closed_by_its_keyed_hash_alone(
    app: Flask, session: Session
) -> None:
    (copy,) = accepted(app, session)
    take(session, returned_mail.status_report(path_of(copy)))
    enqueue.blank(session, copy.address_key, our_clock.now())
    session.commit()
    assert suppression.is_suppressed(session, key_of(addresses.check(ADA)))
    assert [row.address for row in rows(session)] == [""]


def test_without_a_bounce_address_nothing_that_comes_is_believed(
    app: Flask, session: Session
) -> None:
    (copy,) = accepted(app, session)
    path = path_of(copy)
    app.config["MAIL_BOUNCE_ADDRESS"] = ""
    assert not take(session, returned_mail.status_report(path))


def test_the_letter_itself_leaves_with_its_return_path(app: Flask, session: Session) -> None:
    message = put_letter(session, ADA)
    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        look(app)
    (copy,) = rows(session, message.id)
    assert inbox.envelopes[0].mail_from == path_of(copy)
