"""A long list is written down in parts: nobody is missed or repeated, whatever happens between."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.newsletter import erasing, issues, subscribing
from hrsite.newsletter.models import Cadence, Issue, OwedArticle, Subscriber, SubscriptionState
from hrsite.outbox import parts, tally
from hrsite.outbox.models import Delivery
from hrsite.pages.needing import needs
from tests import factories
from tests.outbox.ledger import close, put_letter, rows, states
from tests.statements import noted_statements

pytestmark = pytest.mark.usefixtures("clock")
PEOPLE = [f"reader{number}@example.org" for number in range(9)]


def begin_a_list(session: Session, most: int) -> Issue:
    """An Issue of which only the first `most` readers were looked at."""
    factories.make_post(session, send_to_readers=True)
    (told,) = issues.due(session, our_clock.now())
    issue = issues.open_issue(session, told, our_clock.now())
    assert issue is not None
    # The list is short enough for one part: write it down anew, in many.
    session.execute(delete(Delivery).where(Delivery.message_id == issue.message_id))
    issue.message.tally.created_count = issue.message.tally.suppressed_count = 0
    issue.message.expanded_at = issue.message.audience_cursor = None
    session.execute(delete(OwedArticle))
    issue.weekly_count = issue.monthly_count = issue.paused_count = 0
    session.flush()
    issues.write_list_down(session, issue, our_clock.now(), most)
    session.commit()
    return issue


def go_on(session: Session, issue: Issue, most: int) -> None:
    issues.list_more(session, issue.id, most, our_clock.now())


def is_whole(issue: Issue) -> bool:
    return issue.message.expanded_at is not None


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    parts=some.lists(some.tuples(some.integers(1, 4), some.booleans()), max_size=12),
    people=some.integers(0, 9),
    first=some.integers(1, 4),
)
def test_a_worker_killed_in_any_part_misses_nobody_and_repeats_nobody(
    session: Session, parts: list[tuple[int, bool]], people: int, first: int
) -> None:
    session.execute(delete(Subscriber))  # Of the run before.
    for reader in PEOPLE[:people]:
        factories.make_subscriber(session, reader)
    issue = begin_a_list(session, first)
    for most, is_killed in [*parts, *[(3, False)] * 4]:
        go_on(session, issue, most)
        # What a killed worker had not committed, the database forgets: rows and place alike.
        (session.rollback if is_killed else session.commit)()
    assert is_whole(issue)
    own = [row.address for row in rows(session) if row.message_id == issue.message_id]
    assert Counter(own) == Counter(PEOPLE[:people])
    assert issue.message.created_count == people
    assert tally.check(session) == {}


def test_who_leaves_between_two_parts_gets_nothing_and_who_comes_gets_nothing_of_this_issue(
    session: Session, clock: time_machine.Traveller
) -> None:
    for reader in PEOPLE:
        factories.make_subscriber(session, reader)
    in_order = list(session.scalars(select(Subscriber).order_by(Subscriber.id)))
    issue = begin_a_list(session, 3)
    clock.shift(timedelta(seconds=5))
    listed, unlisted = in_order[1], in_order[7]
    for person in (listed, unlisted):
        subscribing.unsubscribe(session, person, "settings", our_clock.now())
        session.commit()
    for number in range(20):
        # Some of these stand before the place the list has come to, and some behind it.
        factories.make_subscriber(session, f"new{number}@example.org")
    while not is_whole(issue):
        go_on(session, issue, 3)
        session.commit()
    assert states(session) == {"queued": 7, "withdrawn": 1}
    assert {row.address for row in rows(session)} == set(PEOPLE) - {unlisted.address}
    assert [row.address for row in rows(session) if row.state == "withdrawn"] == [listed.address]
    assert tally.check(session) == {}


@pytest.mark.parametrize("is_another_closed", [False, True])
def test_a_closed_address_that_is_erased_between_two_parts_stays_in_the_numbers(
    session: Session, clock: time_machine.Traveller, tmp_path: Path, is_another_closed: bool
) -> None:
    for reader in PEOPLE:
        factories.make_subscriber(session, reader)
    in_order = list(session.scalars(select(Subscriber).order_by(Subscriber.id)))
    close(session, in_order[1].address)
    if is_another_closed:
        close(session, in_order[7].address)
    issue = begin_a_list(session, 3)
    clock.shift(timedelta(seconds=5))
    erasing.erase(session, tmp_path, in_order[1].address_key, False, our_clock.now())
    session.commit()
    while not is_whole(issue):
        go_on(session, issue, 3)
        session.commit()
    assert tally.check(session) == {}
    assert issue.message.created_count == len(PEOPLE)
    assert issue.message.suppressed_count == 1 + is_another_closed


def test_a_part_looks_at_so_many_people_however_few_of_them_are_chosen(session: Session) -> None:
    for reader in PEOPLE:
        person = factories.make_subscriber(session, reader)
        person.paused_until = our_clock.now() + timedelta(days=30)
    factories.make_subscriber(session, "only@example.org")
    close(session, "only@example.org")
    issue, looks = begin_a_list(session, 2), 1
    while not is_whole(issue):
        go_on(session, issue, 2)
        session.commit()
        looks += 1
    assert looks == 6
    assert states(session) == {"suppressed": 1}
    assert issue.message.suppressed_count == 1


def test_who_has_left_is_not_even_looked_at(session: Session) -> None:
    for reader in PEOPLE:
        factories.make_subscriber(session, reader, state=SubscriptionState.UNSUBSCRIBED)
    factories.make_subscriber(session, "only@example.org")
    issue = begin_a_list(session, 2)
    assert is_whole(issue)
    assert states(session) == {"queued": 1}


def test_who_is_left_out_is_counted_part_by_part_and_owed_what_she_does_not_get(
    session: Session,
) -> None:
    people = [factories.make_subscriber(session, reader) for reader in PEOPLE]
    for number, cadence in ((0, Cadence.WEEKLY), (4, Cadence.MONTHLY), (8, Cadence.WEEKLY)):
        people[number].cadence = cadence
    people[5].paused_until = our_clock.now() + timedelta(days=30)
    session.commit()
    issue = begin_a_list(session, 2)
    # She is already owed it; the other, not yet reached, now wants each article by itself.
    people[0].cadence = people[8].cadence = Cadence.EACH
    session.commit()
    while not is_whole(issue):
        go_on(session, issue, 2)
        session.commit()
    assert (issue.weekly_count, issue.monthly_count, issue.paused_count) == (1, 1, 1)
    owed = set(session.scalars(select(OwedArticle.subscriber_id)))
    got = {row.recipient_id for row in rows(session)}
    assert owed == {people[0].id, people[4].id}
    assert got == {one.id for one in people} - owed - {people[5].id}


def test_two_workers_at_the_same_list_write_each_reader_down_once(session: Session) -> None:
    for reader in PEOPLE:
        factories.make_subscriber(session, reader)
    issue = begin_a_list(session, 2)
    while not is_whole(issue):
        for _ in range(2):
            go_on(session, issue, 2)
            session.commit()
    go_on(session, issue, 2)
    session.commit()
    assert Counter(row.address for row in rows(session)) == Counter(PEOPLE)


@pytest.mark.parametrize(
    ("most", "seconds", "smallest", "largest"),
    [
        (5_000, 0.001, 10_000, 10_000),
        (10_000, 1_000.0, parts.FEWEST, parts.FEWEST),
        (parts.MOST, 0.0, parts.MOST, parts.MOST),
        (400_000, 0.5, parts.FEWEST, parts.MOST),
    ],
    ids=["quick", "far too slow", "never without end", "slow"],
)
def test_the_next_part_is_as_large_as_its_time_allows(
    session: Session, most: int, seconds: float, smallest: int, largest: int
) -> None:
    assert smallest <= parts.next_size(session, most, seconds) <= largest


def test_where_everybody_waits_for_the_list_its_parts_are_smaller(session: Session) -> None:
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    assert parts.next_size(session, 10_000, 0.1) == (5_000 if is_sqlite else 20_000)


def test_a_part_names_its_bounds_for_each_table_it_is_read_from(session: Session) -> None:
    for reader in PEOPLE:
        factories.make_subscriber(session, reader)
    issue = begin_a_list(session, 2)
    with noted_statements() as said:
        go_on(session, issue, 2)
    (copies,) = [one.sql for one in said if one.sql.startswith("INSERT INTO deliveries")]
    # PostgreSQL concludes none from others: each part of a million would read the whole of a table.
    for number in ("subscriptions.subscriber_id", "subscribers.id", "recipients.id"):
        assert f"{number} > " in copies
        assert f"{number} <= " in copies


@pytest.mark.parametrize("database", ["sqlite"])
def test_who_may_be_left_out_is_found_among_those_few(session: Session) -> None:
    for reader in PEOPLE:
        factories.make_subscriber(session, reader)
    issue = begin_a_list(session, 2)
    with noted_statements() as said:
        go_on(session, issue, 2)
    session.commit()
    counts = [one for one in said if "GROUP BY place" in one.sql]
    owed = [one for one in said if one.sql.startswith("INSERT INTO owed_articles")]
    assert len(counts) == len(owed) == 1
    for one in (*counts, *owed):
        steps = [step for step in one.plan() if " subscribers " in step]
        assert len(steps) == 1
        assert "INDEX ix_subscribers_may_be_left_out (id>? AND id<?)" in steps[0]


def test_a_list_that_cannot_be_completed_keeps_no_letter_back_and_is_told(
    session: Session, work: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    for reader in PEOPLE:
        factories.make_subscriber(session, reader)
    issue = begin_a_list(session, 2)
    other = put_letter(session, "waits@example.org").id
    with monkeypatch.context() as broken:
        broken.setattr(parts.ListWriter, "put", lambda *_, **__: 1 / 0)
        work()
        assert states(session, other) == {"accepted": 1}
        (text,) = [need.text for need in needs(session, our_clock.now()) if "list" in need.text]
        assert text.startswith("The list of readers of a letter cannot be written down")
    session.rollback()
    work()
    assert is_whole(issue)
    assert not [need for need in needs(session, our_clock.now()) if "list" in need.text]
    assert tally.check(session) == {}
