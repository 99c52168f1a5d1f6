"""Whatever readers choose, and whenever: each article once, and none lost. Over many histories."""

from datetime import UTC, datetime

import hypothesis
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite.newsletter.models import Cadence
from hrsite.outbox import tally
from tests.conftest import A_TUESDAY, AppMaker
from tests.newsletter.histories import READERS, History, copies, empty

EXAMPLES = 15
WINTER_COMES = datetime(2026, 10, 29, 14, 0, tzinfo=UTC)
reader = st.integers(0, len(READERS) - 1)
DEEDS = st.one_of(
    st.tuples(st.just("publish")),
    st.tuples(st.just("wait"), st.sampled_from([1, 5, 24, 72, 24 * 8, 24 * 31])),
    st.tuples(st.just("choose"), reader, st.sampled_from(Cadence)),
    st.tuples(st.sampled_from(["pause", "go_on", "leave", "come_back"]), reader),
    st.tuples(st.sampled_from(["stop", "drop", "resume"])),
)


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    return make_app(UNDO_MINUTES=5)


@hypothesis.settings(
    max_examples=EXAMPLES,
    suppress_health_check=[
        hypothesis.HealthCheck.function_scoped_fixture,
        hypothesis.HealthCheck.too_slow,
    ],
)
@given(st.lists(DEEDS, min_size=4, max_size=14), st.sampled_from([A_TUESDAY, WINTER_COMES]))
def test_each_reader_gets_each_article_once(
    app: Flask,
    session: Session,
    clock: Traveller,
    deeds: list[tuple[object, ...]],
    start: datetime,
) -> None:
    clock.move_to(start)
    empty(session)
    history = History(app, session, clock)
    history.begin()
    for name, *told in deeds:
        getattr(history, str(name))(*told)
        assert max(copies(session).values(), default=0) <= 1
    history.end()
    got = copies(session)
    assert max(got.values(), default=0) <= 1
    assert history.expected <= set(got)
    assert tally.check(session) == {}
