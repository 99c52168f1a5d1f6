"""What every template may use: dates in words, counts, addresses of files, the site's own words."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask, render_template_string

from hrsite import create_app, furniture, tokens
from tests.conftest import AppMaker, settings_for

EVENING = datetime(2026, 6, 5, 1, 5, tzinfo=UTC)  # The evening before, in Toronto.


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Flask]:
    app = create_app(settings_for(tmp_path, HELP_TEXT="Call 0", MAIL_SERVER=""))
    with app.test_request_context("/"):
        yield app


def test_a_moment_is_said_in_words_with_its_zone(site: Flask) -> None:
    assert furniture.day(EVENING) == "4 June 2026"
    assert furniture.clock_time(EVENING) == "9:05\u00a0pm"
    assert furniture.moment(EVENING) == "Thursday 4 June 2026 at 9:05\u00a0pm, Toronto time"
    assert furniture.isotime(EVENING) == "2026-06-05T01:05:00Z"


def test_the_year_goes_without_saying_when_the_day_is_near(
    clock: time_machine.Traveller, site: Flask
) -> None:
    assert furniture.near_moment(EVENING) == "Thursday 4 June at 9:05\u00a0pm, Toronto time"
    clock.move_to(EVENING - timedelta(days=300))
    assert furniture.near_moment(EVENING) == "Thursday 4 June 2026 at 9:05\u00a0pm, Toronto time"


@pytest.mark.parametrize(
    ("hour", "said"), [(4, "12:00 am"), (5, "1:00 am"), (16, "12:00 pm"), (3, "11:00 pm")]
)
def test_noon_and_midnight_are_said_right(site: Flask, hour: int, said: str) -> None:
    assert furniture.clock_time(datetime(2026, 6, 4, hour, tzinfo=UTC)) == said.replace(
        " ", "\u00a0"
    )


def test_isotime_says_utc_of_any_zone(site: Flask) -> None:
    from zoneinfo import ZoneInfo

    there = EVENING.astimezone(ZoneInfo("America/Toronto"))
    assert furniture.isotime(there) == "2026-06-05T01:05:00Z"


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("America/St_Johns", "St Johns time"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires time"),
        ("UTC", "UTC"),
        ("Etc/UTC", "UTC"),
    ],
)
def test_the_zone_is_named_as_people_name_it(site: Flask, zone: str, said: str) -> None:
    site.config["TIME_ZONE"] = zone
    assert furniture.zone_name() == said


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0 readers"), (1, "1 reader"), (2, "2 readers"), (1200, "1,200 readers")],
)
def test_a_count_agrees_with_its_noun(number: int, said: str) -> None:
    assert furniture.count(number, "reader", "readers") == said


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        (timedelta(seconds=-5), "less than a minute ago"),
        (timedelta(seconds=59), "less than a minute ago"),
        (timedelta(minutes=1, seconds=59), "1 minute ago"),
        (timedelta(minutes=12), "12 minutes ago"),
        (timedelta(minutes=89), "89 minutes ago"),
        (timedelta(minutes=90), "1 hour ago"),
        (timedelta(hours=47), "47 hours ago"),
        (timedelta(hours=48), "2 days ago"),
    ],
)
def test_a_time_gone_by_is_said_as_a_person_would(gone: timedelta, said: str) -> None:
    assert furniture.ago(EVENING, EVENING + gone) == said


def test_a_title_always_has_the_same_pattern() -> None:
    seed = furniture.pattern_seed("Small steps")
    assert seed == furniture.pattern_seed("Small steps")
    assert seed != furniture.pattern_seed("Small step")
    assert len(seed) == 12
    assert all(0 <= number <= 255 for number in seed)
    assert len(furniture.pattern_seed("\ud800")) == 12


def test_whole_addresses_come_from_the_settings_and_never_from_a_header(site: Flask) -> None:
    with site.test_request_context("/", headers={"X-Forwarded-Host": "evil.example"}):
        assert furniture.absolute("/signup") == "http://localhost/signup"


def test_a_files_address_changes_with_its_content(site: Flask, tmp_path: Path) -> None:
    assert furniture.static_url("site.css").startswith("/static/site.css?v=")
    site.static_folder = str(tmp_path)
    (tmp_path / "a.css").write_text("one")
    first = furniture.static_url("a.css")
    (tmp_path / "a.css").write_text("other")
    assert furniture.static_url("a.css") != first


def test_the_stamp_in_a_form_is_ours(site: Flask) -> None:
    assert tokens.read_stamp(furniture.signup_stamp())


def test_html_is_cleaned_at_the_door_and_text_is_never_a_template(site: Flask) -> None:
    shown = render_template_string(
        "{{ html|clean }}|{{ words }}", html="<p onclick=x>{{ 7*7 }}<script>1</script></p>",
        words="{{ 7*7 }}<b>",
    )  # fmt: skip
    assert shown == "<p>{{ 7*7 }}</p>|{{ 7*7 }}&lt;b&gt;"


def test_a_missing_value_in_a_template_is_a_fault_and_no_silent_gap(site: Flask) -> None:
    from jinja2 import UndefinedError

    with pytest.raises(UndefinedError):
        render_template_string("{{ nothing_of_this_name }}")


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_templates_know_the_site(make_app: AppMaker) -> None:
    words = "{{ site.name }} {{ site.help_lines[0].who }} {{ site.mail_is_real }}"
    with make_app(HELP_TEXT="Call 0").app_context():
        assert render_template_string(words) == "Steady Ground Call 0 False"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Join at https://m.example/1?a=1&b=2.", 'href="https://m.example/1?a=1&amp;b=2">'),
        ("(http://m.example/x)", '(<a href="http://m.example/x">http://m.example/x</a>)'),
        ("<b> & https://", "&lt;b&gt; &amp; https://"),
        ('https://m.example/"onload=x', '<a href="https://m.example/">https://m.example/</a>&#34;'),
        ("javascript:alert(1)", "javascript:alert(1)"),
    ],
)
def test_an_address_in_plain_text_can_be_pressed(text: str, said: str) -> None:
    assert said in furniture.linked(text)
