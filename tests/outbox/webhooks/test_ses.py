"""Amazon SES tells what came back: believed when SNS signed it, each thing once, in any order."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import clock as our_clock
from hrsite import doctor
from hrsite.newsletter.models import ConsentEvent, Subscriber, SubscriptionState, Topic
from hrsite.outbox import ses
from hrsite.outbox.certificates import certificates_in
from hrsite.outbox.models import Delivery
from hrsite.outbox.models_bouncing import Bounce
from hrsite.outbox.numbering import letter_id_of
from hrsite.outbox.return_paths import return_paths
from tests import factories
from tests.outbox import service_calls as calls
from tests.outbox.ledger import READERS, put_letter, rows

ADA, BEA, _ = READERS


@pytest.mark.parametrize("version", ["1", "2"])
def test_amazon_tells_of_a_bounce_once(
    client: FlaskClient, session: Session, amazon: calls.Amazon, copy: Delivery, version: str
) -> None:
    call = amazon.call(calls.ses_bounce(ADA), version)
    for _ in range(3):
        answer = client.post("/webhooks/ses", data=call, content_type="text/plain")
        assert (answer.status_code, answer.data) == (200, b"")
        assert "Set-Cookie" not in answer.headers
    assert calls.noted(session) == [("ses", "hard")]
    assert calls.closed(session) == ["hard"]
    assert "@" not in session.scalars(select(Bounce.reply_text)).one()


@pytest.mark.parametrize(
    ("status", "kind", "sub_type", "noted"),
    [
        ("5.1.1", "Permanent", "NoEmail", "hard"),
        ("", "Permanent", "Suppressed", "hard"),
        ("5.7.1", "Permanent", "General", "policy"),
        ("4.2.2", "Transient", "MailboxFull", "soft"),
        ("5.3.4", "Transient", "MessageTooLarge", "policy"),
        ("", "Transient", "ContentRejected", "policy"),
        ("", "Undetermined", "Undetermined", "soft"),
    ],
)
def test_amazon_s_kinds_become_ours(
    client: FlaskClient, session: Session, amazon: calls.Amazon, copy: Delivery,
    status: str, kind: str, sub_type: str, noted: str,
) -> None:  # fmt: skip
    client.post("/webhooks/ses", data=amazon.call(calls.ses_bounce(ADA, status, kind, sub_type)))
    assert calls.noted(session) == [("ses", noted)]


@pytest.mark.parametrize(
    ("kind", "sub_type", "noted"),
    [
        ("Transient", "General", []),
        ("Undetermined", "Undetermined", []),
        ("Transient", "MailboxFull", ["soft"]),
        ("Permanent", "General", ["hard"]),
    ],
)
def test_an_out_of_office_answer_that_amazon_calls_a_bounce_changes_nothing(
    client: FlaskClient, session: Session, amazon: calls.Amazon, copy: Delivery,
    kind: str, sub_type: str, noted: list[str],
) -> None:  # fmt: skip
    told = calls.ses_without_report(ADA, kind, sub_type)
    assert client.post("/webhooks/ses", data=amazon.call(told)).status_code == 200
    assert [one for _, one in calls.noted(session)] == noted


@pytest.mark.parametrize("field", ["action", "status", "diagnosticCode"])
def test_what_a_mail_server_reported_is_a_bounce_whichever_part_of_it_amazon_passes_on(
    client: FlaskClient, session: Session, amazon: calls.Amazon, copy: Delivery, field: str
) -> None:
    told = calls.ses_bounce(ADA, "4.4.7", "Transient", "General")
    (person,) = told["bounce"]["bouncedRecipients"]
    told["bounce"]["bouncedRecipients"] = [{"emailAddress": ADA, field: person[field]}]
    client.post("/webhooks/ses", data=amazon.call(told))
    assert calls.noted(session) == [("ses", "soft")]


@pytest.mark.parametrize(
    "change",
    [
        {"Message": json.dumps(calls.ses_bounce(BEA))},
        {"TopicArn": "arn:aws:sns:eu-central-1:666666666666:other"},
        {"Signature": ""},
        {"Signature": "????"},
        {"SignatureVersion": "3"},
        {"Type": "SubscriptionConfirmation"},
        {"Type": ["Notification"]},
        {"MessageId": 7},
    ],
)
def test_what_amazon_did_not_sign_changes_nothing(
    client: FlaskClient, session: Session, amazon: calls.Amazon, copy: Delivery,
    change: dict[str, Any],
) -> None:  # fmt: skip
    call = json.loads(amazon.call(calls.ses_bounce(ADA))) | change
    assert client.post("/webhooks/ses", data=json.dumps(call)).status_code == 403
    assert calls.noted(session) == []


def test_another_topic_signed_by_amazon_changes_nothing(
    client: FlaskClient, session: Session, amazon: calls.Amazon, copy: Delivery
) -> None:
    call = amazon.call(calls.ses_bounce(ADA), TopicArn="arn:aws:sns:eu-central-1:6:other")
    assert client.post("/webhooks/ses", data=call).status_code == 403
    assert calls.noted(session) == []


def test_an_expired_certificate_is_not_believed(
    app: Flask, client: FlaskClient, session: Session, tmp_path: Path, copy: Delivery
) -> None:
    old = calls.Amazon(tmp_path, our_clock.now(), days=-1)
    app.config["SES_CERTIFICATE_FILE"] = str(old.certificate)
    call = old.call(calls.ses_bounce(ADA))
    assert client.post("/webhooks/ses", data=call).status_code == 403
    said = {one.what: one for one in doctor.examine(app)}["ses"]
    assert (said.level, "has run out" in said.words) == ("wrong", True)


def test_amazon_s_first_call_is_kept_for_the_keeper_until_news_comes(
    app: Flask, client: FlaskClient, session: Session, amazon: calls.Amazon
) -> None:
    link = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=" + "t" * 64
    assert client.post("/webhooks/ses", data=amazon.asks_to_be_let_in(link)).status_code == 200
    assert [one.words.endswith(link) for one in doctor.examine(app) if one.level == "careful"
            and one.what == "ses"] == [True]  # fmt: skip
    client.post("/webhooks/ses", data=amazon.call(calls.ses_bounce(ADA)))
    assert [
        one for one in doctor.examine(app) if one.level == "careful" and one.what == "ses"
    ] == []


def test_a_link_that_leads_elsewhere_is_not_shown(amazon: calls.Amazon, clock: Traveller) -> None:
    certificates = certificates_in(str(amazon.certificate))
    for link in ("https://evil.example/sns.amazonaws.com", "http://sns.x.amazonaws.com/", "//["):
        call = amazon.asks_to_be_let_in(link)
        assert ses.read(call, certificates, calls.TOPIC, our_clock.now()).link == ""


def test_a_copy_is_found_by_return_path_or_message_id_whatever_the_address(
    client: FlaskClient, session: Session, amazon: calls.Amazon, copy: Delivery
) -> None:
    put_letter(session, ADA, key="issue/2")
    path = return_paths().return_path_for(copy.id, letter_id_of(copy)) or ""
    client.post("/webhooks/ses", data=amazon.call(calls.ses_bounce("moved@x.example", source=path)))
    message_id = f"<{letter_id_of(copy)}@localhost>"
    told = calls.ses_bounce(ADA, "4.2.2", "Transient", message_id=message_id, feedback_id="2")
    client.post("/webhooks/ses", data=amazon.call(told))
    assert list(session.scalars(select(Bounce.delivery_id))) == [copy.id, copy.id]


def test_an_address_we_never_wrote_to_is_none_of_ours(
    client: FlaskClient, session: Session, amazon: calls.Amazon, copy: Delivery
) -> None:
    call = amazon.call(calls.ses_bounce("stranger@example.net"))
    assert client.post("/webhooks/ses", data=call).status_code == 200
    assert calls.noted(session) == []
    assert calls.closed(session) == []


@pytest.mark.parametrize("complaint_first", [True, False])
def test_whoever_complains_has_left(
    client: FlaskClient, session: Session, amazon: calls.Amazon, copy: Delivery,
    complaint_first: bool,
) -> None:  # fmt: skip
    factories.make_subscriber(session, ADA, (Topic.ARTICLES,))
    waiting = put_letter(session, ADA, key="issue/2")
    both = [calls.ses_complaint(ADA), calls.ses_bounce(ADA)]
    for told in both if complaint_first else reversed(both):
        assert client.post("/webhooks/ses", data=amazon.call(told)).status_code == 200
    ada = session.scalars(select(Subscriber)).one()
    assert {held.state for held in ada.subscriptions} == {SubscriptionState.UNSUBSCRIBED}
    assert rows(session, waiting.id)[0].state == "withdrawn"
    assert calls.closed(session) == ["complaint"]
    events = session.scalars(select(ConsentEvent).where(ConsentEvent.kind == "unsubscribed")).all()
    assert [event.how for event in events] == ["complaint"]


def test_not_spam_after_all_changes_nothing(
    client: FlaskClient, session: Session, amazon: calls.Amazon, copy: Delivery
) -> None:
    client.post("/webhooks/ses", data=amazon.call(calls.ses_complaint(ADA, "not-spam")))
    assert calls.noted(session) == []
