"""A month on the coach's calendar: its key, its name, when it begins and ends. Pure."""

from datetime import UTC, datetime
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

MONTHS_A_YEAR = 12
# What the calendar of Python reaches, a day from either end so that every zone does.
FIRST_YEAR, LAST_YEAR = 2, 9998


class Month(NamedTuple):
    """A month of a year."""

    year: int
    number: int

    @classmethod
    def of(cls, moment: datetime, zone: ZoneInfo) -> Self:
        """The month that a calendar in `zone` shows at a moment."""
        local = moment.astimezone(zone)
        return cls(local.year, local.month)

    @classmethod
    def read(cls, key: str) -> Self:
        """Back from its key."""
        year, number = key.split("-")
        return cls(int(year), int(number))

    @property
    def key(self) -> str:
        """2026-06: sorts as time does."""
        return f"{self.year:04}-{self.number:02}"

    @property
    def name(self) -> str:
        """June 2026."""
        return f"{datetime(self.year, self.number, 1, tzinfo=UTC):%B} {self.year}"

    @property
    def short_name(self) -> str:
        """June, under a heading that says which year."""
        return f"{datetime(self.year, self.number, 1, tzinfo=UTC):%B}"

    def is_real(self) -> bool:
        """Is there such a month on a calendar?"""
        return FIRST_YEAR <= self.year <= LAST_YEAR and 1 <= self.number <= MONTHS_A_YEAR

    def following(self) -> Self:
        """The month after this one."""
        years, number = divmod(self.number, MONTHS_A_YEAR)
        return type(self)(self.year + years, number + 1)

    def begins_at(self, zone: ZoneInfo) -> datetime:
        """Its first moment, in UTC."""
        return datetime(self.year, self.number, 1, tzinfo=zone).astimezone(UTC)

    def ends_at(self, zone: ZoneInfo) -> datetime:
        """The first moment that no longer belongs to it, in UTC."""
        return self.following().begins_at(zone)
