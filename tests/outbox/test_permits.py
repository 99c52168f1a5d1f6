"""How many letters may be on their way: what connections take up, and no long queue behind."""

from hypothesis import given
from hypothesis import strategies as st

from hrsite.outbox.permits import LOOK_SECONDS, WAITING_SECONDS, Permits

moments = st.lists(st.tuples(st.integers(0, 50), st.floats(0.0, 100.0)), max_size=30)


def permits(most: int, answers: list[tuple[int, float]]) -> tuple[Permits, float]:
    known, moment = Permits(most, 0.0), 0.0
    for count, pause in answers:
        moment += pause
        known.ended(count, moment)
    return known, moment


def test_before_any_answer_only_as_many_go_as_connections_take_up() -> None:
    assert Permits(256, 0.0).most(4) == 4


def test_one_in_flight_stays_one() -> None:
    known, _ = permits(1, [(50, 0.1)] * 9)
    assert known.most(40) == 1


def test_where_answers_come_fast_as_many_wait_as_may_be_in_flight() -> None:
    known, _ = permits(256, [(7, 0.001), (20, 0.001), (60, 0.005), (180, 0.02)])
    assert known.most(4) == 256


def test_where_each_answer_takes_seconds_nobody_waits_in_a_queue() -> None:
    known, _ = permits(256, [(4, 7.0), (3, 7.0), (1, 0.01)])
    assert known.most(4) <= 4 + 2
    known.ended(4, 21.0)
    assert known.most(4) == 4


@given(st.integers(1, 2000), st.integers(1, 200), moments)
def test_it_is_never_more_than_may_be_in_flight_nor_less_than_goes_at_once(
    most: int, capacity: int, answers: list[tuple[int, float]]
) -> None:
    known, _ = permits(most, answers)
    assert min(most, capacity) <= known.most(capacity) <= most


@given(moments.filter(bool), st.floats(2 * LOOK_SECONDS, 1000.0))
def test_after_a_look_the_queue_is_what_goes_in_a_moment_at_that_speed(
    answers: list[tuple[int, float]], took: float
) -> None:
    known, moment = permits(10_000, answers)
    moment += 2 * LOOK_SECONDS
    known.ended(0, moment)
    known.ended(30, moment + took)
    assert known.most(1) <= 1.001 + 30 / took * WAITING_SECONDS
