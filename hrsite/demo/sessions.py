"""The demo's session notices: one of each kind, all of them ahead of the day it is filled."""

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from hrsite import clock
from hrsite.notices import changing, planning
from hrsite.notices.models import Rhythm, SessionNotice
from hrsite.notices.planning import Plan
from hrsite.texts import markdown

CONTENT = Path(__file__).parent / "content" / "notices.toml"


def notices(now: datetime) -> Iterator[SessionNotice]:
    """All of them, as the coach would have made them."""
    for number, facts in enumerate(tomllib.loads(CONTENT.read_text())["notices"], 1):
        notice = _published(facts, number, now)
        plan = _plan(facts, now)
        if "former_time" in facts:
            former = time.fromisoformat(facts["former_time"])
            planning.set_plan(notice, replace(plan, start_time=former), now)
        planning.set_plan(notice, plan, now)
        if facts.get("is_cancelled"):
            changing.cancel(notice, now)
        if "cancelled_week" in facts and plan.first_on is not None:
            day = plan.first_on + timedelta(weeks=facts["cancelled_week"])
            changing.cancel_day(notice, day, now)
        yield notice


def _published(facts: dict[str, Any], number: int, now: datetime) -> SessionNotice:
    return SessionNotice(
        title=facts["title"],
        slug=f"notice-{number}",
        body_html=markdown.from_markdown(facts["body"]),
        place=facts.get("place", ""),
        for_whom=facts.get("for_whom", ""),
        how_to_join=facts.get("how_to_join", ""),
        rhythm=Rhythm.STANDING,
        zone_name=clock.zone().key,
        sequence=0,
        version=1,
        created_at=now,
        updated_at=now,
        published_at=now,
    )


def _plan(facts: dict[str, Any], now: datetime) -> Plan:
    zone = clock.zone().key
    if "starts_in_days" not in facts:
        return Plan(zone_name=zone)
    rhythm = Rhythm.WEEKLY if facts.get("every_week") else Rhythm.ONCE
    at = time.fromisoformat(facts["starts_at_time"])
    return Plan(rhythm, _day(facts, now), at, facts["length_minutes"], zone)


def _day(facts: dict[str, Any], now: datetime) -> date:
    """The day asked for, or the first such weekday from then on; on the coach's own calendar."""
    on = clock.local(now).date() + timedelta(days=facts["starts_in_days"])
    while "on_weekday" in facts and f"{on:%A}".lower() != facts["on_weekday"]:
        on += timedelta(days=1)
    return on
