"""What each answer of a mail server means for the letter, for its address, and for the rest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrsite.outbox.retrying import (
    Fault,
    Stage,
    Verdict,
    is_unwanted,
    is_wanted_by_nobody,
    judge,
    next_attempt,
)

OPENING: list[Stage] = ["connect", "banner", "ehlo", "starttls", "handshake", "ehlo2", "auth"]
BEFORE_THE_DOT: list[Stage] = [*OPENING, "mail", "rcpt", "data", "body"]
ALL: list[Stage] = [*BEFORE_THE_DOT, "reply", "rset", "quit"]
NETWORK: list[Fault] = ["timeout", "dropped", "garbage"]
SETTINGS: list[Fault] = ["tls", "login", "unknown_host"]
SUPPRESSED = Verdict("refused", suppress=True)
FULL = Verdict("deferred", soft_bounce=True)
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("fault", NETWORK)
@pytest.mark.parametrize("stage", BEFORE_THE_DOT)
def test_a_broken_line_before_the_final_dot_means_later(stage: Stage, fault: Fault) -> None:
    assert judge(stage, None, None, fault) == Verdict("deferred")


@pytest.mark.parametrize("fault", NETWORK)
def test_a_broken_line_after_the_final_dot_means_nobody_knows(fault: Fault) -> None:
    assert judge("reply", None, None, fault) == Verdict("uncertain")


@pytest.mark.parametrize("code", [1, 199, 299 + 1, 354, 600, 999])
def test_an_answer_that_is_no_answer_after_the_dot_means_nobody_knows(code: int) -> None:
    assert judge("reply", code, None, None) == Verdict("uncertain")


@pytest.mark.parametrize("fault", SETTINGS)
@pytest.mark.parametrize("stage", OPENING)
def test_what_the_settings_cause_stops_no_letter_for_good(stage: Stage, fault: Fault) -> None:
    assert judge(stage, None, None, fault) == Verdict("setting")


@pytest.mark.parametrize("stage", [*BEFORE_THE_DOT, "reply"])
def test_a_server_that_closes_down_means_later(stage: Stage) -> None:
    assert judge(stage, 421, "4.7.0", None) == Verdict("deferred")


@pytest.mark.parametrize("stage", ["auth", "mail", "rcpt", "data", "reply"])
@pytest.mark.parametrize("code", [530, 534, 535, 538])
def test_a_failed_login_is_a_setting_at_every_stage(stage: Stage, code: int) -> None:
    assert judge(stage, code, None, None) == Verdict("setting")


@pytest.mark.parametrize("stage", ["starttls", "auth"])
def test_before_a_letter_454_means_that_nobody_gets_in_for_now(stage: Stage) -> None:
    assert judge(stage, 454, "4.7.0", None) == Verdict("deferred")


@pytest.mark.parametrize("stage", ["mail", "rcpt"])
def test_at_a_name_454_is_a_login_that_is_missing(stage: Stage) -> None:
    assert judge(stage, 454, "4.7.1", None) == Verdict("setting")


@pytest.mark.parametrize("stage", ["data", "reply"])
def test_after_the_letter_454_means_that_letters_come_too_fast(stage: Stage) -> None:
    assert judge(stage, 454, None, None) == Verdict("deferred")


@pytest.mark.parametrize("stage", OPENING)
def test_a_server_that_will_not_talk_to_us_at_all_is_a_setting(stage: Stage) -> None:
    assert judge(stage, 554, "5.7.1", None) == Verdict("setting")
    assert judge(stage, 451, None, None) == Verdict("deferred")


@pytest.mark.parametrize(
    ("stage", "code", "status", "verdict"),
    [
        ("reply", 250, "2.0.0", Verdict("accepted")),
        ("rcpt", 251, None, Verdict("accepted")),
        ("data", 354, None, Verdict("accepted")),
        ("data", 250, None, Verdict("deferred")),
        ("rcpt", 450, "4.7.1", Verdict("deferred")),
        ("rcpt", 451, None, Verdict("deferred")),
        ("rcpt", 452, "4.2.2", FULL),
        ("reply", 452, "4.3.1", Verdict("deferred")),
        ("rcpt", 550, "5.1.1", SUPPRESSED),
        ("reply", 550, "5.1.1", SUPPRESSED),
        ("rcpt", 550, "5.1.10", SUPPRESSED),
        ("rcpt", 553, "5.1.3", SUPPRESSED),
        ("rcpt", 550, "5.2.1", SUPPRESSED),
        ("rcpt", 556, None, SUPPRESSED),
        ("rcpt", 550, "5.2.2", FULL),
        ("reply", 552, "5.2.2", FULL),
        ("rcpt", 552, None, FULL),
        ("rcpt", 550, None, Verdict("refused")),
        ("rcpt", 550, "5.4.1", Verdict("refused")),
        ("rcpt", 550, "5.1.0", Verdict("refused")),
        ("reply", 550, "5.1.0", Verdict("policy")),
        ("rcpt", 550, "4.1.1", Verdict("refused")),
        ("rcpt", 550, "2.1.5", Verdict("refused")),
        ("reply", 550, "5.1.90", Verdict("setting")),
        ("data", 550, "5.4.5", Verdict("setting")),
        ("reply", 550, "5.4.5", Verdict("setting")),
        ("rcpt", 553, "5.6.7", Verdict("refused")),
        ("reply", 552, "5.2.3", Verdict("refused")),
        ("rcpt", 550, "5.7.1", Verdict("policy")),
        ("reply", 550, "5.7.26", Verdict("policy")),
        ("reply", 552, "5.7.0", Verdict("policy")),
        ("reply", 554, None, Verdict("policy")),
        ("reply", 550, None, Verdict("policy")),
        ("data", 550, "5.0.0", Verdict("policy")),
        ("reply", 571, None, Verdict("policy")),
        ("reply", 554, "5.6.0", Verdict("policy")),
        ("reply", 550, "5.6.7", Verdict("refused")),
        ("reply", 556, None, SUPPRESSED),
        ("mail", 550, None, Verdict("policy")),
        ("rcpt", 554, None, Verdict("refused")),
        ("mail", 552, "5.3.4", Verdict("too_large")),
        ("reply", 554, "5.3.4", Verdict("too_large")),
        ("mail", 552, None, Verdict("too_large")),
        ("reply", 552, None, Verdict("too_large")),
        ("mail", 553, "5.1.8", Verdict("setting")),
        ("rcpt", 550, "5.1.7", Verdict("setting")),
        ("rcpt", 503, "5.5.1", Verdict("setting")),
        ("mail", 550, "5.7.9", Verdict("setting")),
    ],
)
def test_each_reply_has_its_verdict(
    stage: Stage, code: int, status: str | None, verdict: Verdict
) -> None:
    assert judge(stage, code, status, None) == verdict


@given(
    stage=st.sampled_from(ALL),
    code=st.integers(0, 999),
    status=st.none() | st.from_regex(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}", fullmatch=True),
)
def test_no_answer_both_accepts_and_blames_a_reader(
    stage: Stage, code: int, status: str | None
) -> None:
    verdict = judge(stage, code, status, None)
    if verdict.kind == "accepted":
        assert code // 100 in (2, 3)
    if verdict.suppress:
        assert (verdict.kind, code // 100) == ("refused", 5)
    if verdict.soft_bounce:
        assert verdict.kind == "deferred"


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(0, 1), (1, 1), (2, 5), (3, 15), (4, 60), (5, 60), (900, 60)]
)
def test_waiting_grows_to_an_hour(attempts: int, minutes: int) -> None:
    moment = next_attempt(attempts, NOON, NOON + timedelta(days=1))
    assert moment == NOON + timedelta(minutes=minutes)


def test_no_attempt_is_made_when_it_would_come_too_late() -> None:
    assert next_attempt(2, NOON, NOON + timedelta(minutes=5)) == NOON + timedelta(minutes=5)
    assert next_attempt(2, NOON, NOON + timedelta(minutes=4)) is None


def test_a_day_of_trying_has_an_end() -> None:
    tries, now = 0, NOON
    moment: datetime | None = now
    while moment is not None:
        tries, now = tries + 1, moment
        moment = next_attempt(tries, now, NOON + timedelta(hours=24))
    assert tries == 27


@pytest.mark.parametrize(
    ("in_a_row", "refusals", "taken", "pauses"),
    [
        (4, 4, 0, False),
        (5, 5, 0, True),
        (5, 5, 100_000, True),
        (1, 5, 245, True),
        (1, 5, 246, False),
        (1, 4, 1, False),
        (1, 200, 9_800, True),
        (1, 199, 9_801, False),
        (0, 0, 0, False),
    ],
)
def test_five_in_a_row_or_two_in_a_hundred_are_too_many(
    in_a_row: int, refusals: int, taken: int, pauses: bool
) -> None:
    assert is_unwanted(in_a_row, refusals, taken) is pauses


@pytest.mark.parametrize(
    ("refusals", "accepted", "waiting", "pauses"),
    [
        (1, 0, 1, False),
        (2, 0, 2, True),
        (2, 0, 3, False),
        (2, 1, 2, False),
        (3, 0, 2, True),
        (0, 0, 0, False),
    ],
)
def test_of_a_short_list_all_are_too_many_and_one_alone_is_not(
    refusals: int, accepted: int, waiting: int, pauses: bool
) -> None:
    assert is_wanted_by_nobody(refusals, accepted, waiting) is pauses
