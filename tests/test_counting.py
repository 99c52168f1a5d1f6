"""Counting readings: people, once each, on the coach's day, and nothing about anybody."""

import sys
import threading
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from hrsite.counting import ViewCounter, is_a_reader

PHONE = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/126.0.0.0 Mobile Safari/537.36"
)
READER = {"HTTP_USER_AGENT": PHONE}
PEOPLE = [
    PHONE,
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Safari",
    "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
    "Mozilla/5.0 (Linux; Android 13; CUBOT X30) AppleWebKit/537.36 Chrome/125.0 Mobile",
]
MACHINES = [
    "",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "facebookexternalhit/1.1",
    "WhatsApp/2.23.20",
    "curl/8.5.0",
    "python-requests/2.32",
    "Mozilla/5.0 AppleWebKit/537.36 HeadlessChrome/126.0 Safari/537.36",
    "Feedbin feed-id:1 - 2 subscribers",
    "UptimeRobot/2.0",
]


@pytest.mark.parametrize("said", PEOPLE)
def test_people_are_counted(said: str) -> None:
    assert is_a_reader({"HTTP_USER_AGENT": said})


@pytest.mark.parametrize("said", MACHINES)
def test_what_says_it_is_a_machine_is_not(said: str) -> None:
    assert not is_a_reader({"HTTP_USER_AGENT": said})


def test_what_browsers_call_themselves_is_kept_nowhere() -> None:
    for said in (f"{PHONE} {len(PHONE)}", f"{MACHINES[1]} {len(PHONE)}"):
        held_count = sys.getrefcount(said)
        for _ in range(2):
            is_a_reader({"HTTP_USER_AGENT": said})
        assert sys.getrefcount(said) == held_count


@pytest.mark.parametrize(
    "more",
    [
        {"HTTP_SEC_PURPOSE": "prefetch"},
        {"HTTP_SEC_PURPOSE": "prefetch;prerender"},
        {"HTTP_PURPOSE": "prefetch"},
        {"HTTP_PURPOSE": "preview"},
        {"HTTP_X_MOZ": "prefetch"},
        {"HTTP_SEC_FETCH_DEST": "empty"},
        {"HTTP_SEC_FETCH_DEST": "image"},
    ],
)
def test_a_page_that_nobody_has_asked_for_yet_is_not_counted(more: dict[str, str]) -> None:
    assert not is_a_reader(READER | more)
    assert is_a_reader(READER | {"HTTP_SEC_FETCH_DEST": "document"})


def test_a_day_is_a_day_on_the_coach_s_calendar() -> None:
    counter = ViewCounter(lambda: ZoneInfo("America/Toronto"))
    for hour in (3, 5):  # 11 pm and 1 am in Toronto.
        with time_machine.travel(datetime(2026, 6, 2, hour, tzinfo=UTC), tick=False):
            counter.note("article:7", READER)
    assert counter.take() == {(7, date(2026, 6, 1)): 1, (7, date(2026, 6, 2)): 1}
    assert counter.take() == {}


def test_what_could_not_be_written_down_is_kept() -> None:
    counter = ViewCounter(lambda: ZoneInfo("UTC"))
    counter.note("article:7", READER)
    taken = counter.take()
    counter.note("article:7", READER)
    counter.put_back(taken)
    assert list(counter.take().values()) == [2]


def test_other_pages_count_for_nothing() -> None:
    counter = ViewCounter(lambda: ZoneInfo("UTC"))
    assert not counter.note("privacy", READER)
    assert counter.take() == {}


def test_many_threads_lose_none() -> None:
    counter = ViewCounter(lambda: ZoneInfo("UTC"))

    def read() -> None:
        for _ in range(500):
            counter.note("article:7", READER)

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counter.take().values()) == 4000
