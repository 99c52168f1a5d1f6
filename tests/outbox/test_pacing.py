"""How fast letters may go: never faster than the pace, in all and to one domain."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrsite.outbox.pacing import MOST_DOMAINS, Pace

steps = st.lists(
    st.tuples(st.floats(0, 5), st.sampled_from(["example.org", "example.net"])), max_size=60
)


def gone(pace: Pace, given_steps: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """When which letters went, if one was asked for after each of these waits."""
    now, went = 100.0, []
    for wait, domain in given_steps:
        now += wait
        if not pace.seconds_until(domain, now):
            pace.take(domain)
            went.append((now, domain))
    return went


@given(steps, st.floats(0.1, 20), st.floats(0.1, 20))
def test_in_no_span_of_time_do_more_letters_go_than_the_pace_allows(
    asked: list[tuple[float, str]], rate: float, domain_rate: float
) -> None:
    went = gone(Pace(rate, domain_rate), asked)
    for first, (begin, domain) in enumerate(went):
        for last, (end, _) in enumerate(went[first:], first):
            seconds, count = end - begin, last - first + 1
            assert count <= rate * seconds + max(1.0, rate) + 1e-6
            theirs = sum(1 for _, one in went[first : last + 1] if one == domain)
            assert theirs <= domain_rate * seconds + max(1.0, domain_rate) + 1e-6


@given(st.floats(0.05, 50))
def test_after_the_wait_it_names_a_letter_may_go(rate: float) -> None:
    pace = Pace(rate, 0)
    now = 100.0
    for _ in range(20):
        now += pace.seconds_until("example.org", now) * 1.000001
        assert pace.seconds_until("example.org", now) < 1e-6
        pace.take("example.org")


def test_without_a_limit_nobody_waits() -> None:
    pace = Pace(0, 0)
    assert not pace.is_limited
    assert len(gone(pace, [(0.0, "example.org")] * 1000)) == 1000


def test_one_slow_domain_does_not_hold_up_another() -> None:
    pace = Pace(0, 1)
    asked = [(0.0, "example.org")] * 5 + [(0.0, "example.net")]
    assert gone(pace, asked) == [(100.0, "example.org"), (100.0, "example.net")]


@pytest.mark.parametrize("worker_count", [1, 2, 5])
def test_workers_share_the_pace_in_equal_parts(worker_count: int) -> None:
    pace = Pace(0, 0)
    pace.shared_by(worker_count, 10.0, 0)
    asked = [(0.01, "example.org")] * 1000
    assert len(gone(pace, asked)) <= (10 * 10 + 10) / worker_count + 1


def test_however_many_domains_it_has_met_it_takes_no_more_room() -> None:
    pace, taken = Pace(0, 1), []
    tracemalloc.start()
    for times in range(4):
        for number in range(MOST_DOMAINS):
            domain = f"{times}.{number}.example.org"
            assert not pace.seconds_until(domain, 100.0)
            pace.take(domain)
        taken.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert max(taken) < 1.5 * taken[0]
