"""How far a message has come, in one sentence, and when a guess may be made of the rest."""

from datetime import UTC, datetime, timedelta

import pytest

from hrsite.outbox.progress import Mark, Numbers, Progress, next_mark, sentence, time_left

NOW = datetime(2026, 6, 2, 14, 0, tzinfo=UTC)
SOME = Numbers(
    created=500, accepted=412, refused=20, uncertain=1, withdrawn=4, suppressed=3, expired=0
)


def after(**gone: int) -> datetime:
    return NOW + timedelta(**gone)


def test_the_numbers_add_up() -> None:
    assert SOME.settled + SOME.waiting == SOME.created
    assert SOME.waiting == 60


@pytest.mark.parametrize(
    ("progress", "said"),
    [
        (Progress("listing", SOME), "The list of readers is being written down: 500 so far."),
        (Progress("ahead", SOME), "Mail goes on at 6:05 pm. 412 of 500 accepted, 60 waiting."),
        (
            Progress("ahead", Numbers(500, 0, 0, 0, 4, 3, 0)),
            "Mail starts at 6:05 pm, to 493 readers.",
        ),
        (
            Progress("ahead", Numbers(1, 0, 0, 0, 0, 0, 0)),
            "Mail starts at 6:05 pm, to 1 reader.",
        ),
        (
            Progress("under_way", SOME, timedelta(minutes=2)),
            "412 of 500 accepted, 60 waiting, about 2 minutes left, 20 refused, 1 not known.",
        ),
        (
            Progress("under_way", SOME, timedelta(seconds=20)),
            "412 of 500 accepted, 60 waiting, about a minute left, 20 refused, 1 not known.",
        ),
        (
            Progress("paused", SOME._replace(accepted=432, refused=0, uncertain=0)),
            "432 of 500 accepted, 61 waiting.",
        ),
        (Progress("under_way", SOME, timedelta(hours=3)), "about 3 hours left"),
        (Progress("done", Numbers(1200, 1200, 0, 0, 0, 0, 0)), "1,200 of 1,200 accepted."),
        (Progress("done", Numbers(0, 0, 0, 0, 0, 0, 0)), "Nobody was on the list."),
    ],
)
def test_it_is_said_in_one_sentence(progress: Progress, said: str) -> None:
    assert said in sentence(progress, "at 6:05 pm")


@pytest.mark.parametrize(
    ("mark", "now", "left"),
    [
        (Mark(NOW, 420), after(seconds=10), timedelta(seconds=30)),
        (None, after(seconds=10), None),
        (Mark(NOW, 420), after(seconds=3), None),
        (Mark(NOW, 438), after(seconds=30), None),
        (Mark(NOW, 440), after(seconds=30), None),
        (Mark(NOW, 9999), after(seconds=30), None),
        (Mark(NOW, 420), after(hours=1), None),
        (Mark(NOW, 420), after(minutes=-1), None),
    ],
    ids=["steady", "first look", "too soon", "too few", "stands", "nonsense", "long ago", "ahead"],
)
def test_the_rest_is_guessed_only_from_a_speed_that_was_seen(
    mark: Mark | None, now: datetime, left: timedelta | None
) -> None:
    assert time_left(SOME, mark, now) == left


def test_a_rest_of_more_than_a_day_is_not_told() -> None:
    slow = Numbers(1_000_000, 10, 0, 0, 0, 0, 0)
    assert time_left(slow, Mark(NOW, 0), after(seconds=30)) is None


def test_a_mark_is_kept_while_it_is_fresh_and_made_anew_when_it_is_not() -> None:
    mark = Mark(NOW, 10)
    assert next_mark(SOME, mark, after(minutes=2)) == mark
    assert next_mark(SOME, mark, after(minutes=3)) == Mark(after(minutes=3), 440)
    assert next_mark(SOME, mark, after(minutes=-3)) == Mark(after(minutes=-3), 440)
    assert next_mark(SOME, None, NOW) == Mark(NOW, 440)
