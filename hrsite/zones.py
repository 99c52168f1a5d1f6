"""A box for a time zone: takes any that there is, however it is spelt, and names what is alike."""

from difflib import get_close_matches
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from wtforms.validators import StopValidation

# What a list to choose from need not name: other spellings, and clocks that no place keeps.
_NO_PLACES = ("Etc/", "SystemV/", "US/", "posix/", "right/")


@cache
def _zones() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}


@cache
def to_choose_from() -> list[str]:
    """Zones named by a place, in order, and UTC."""
    names = (name for name in available_timezones() if "/" in name)
    return [*sorted(name for name in names if not name.startswith(_NO_PLACES)), "UTC"]


class AnyZone:
    """A time zone that there is; an empty box is let through."""

    def __call__(self, form: Any, field: Any) -> None:
        """Raise StopValidation when there is no such zone, with those that are spelt alike."""
        typed = (field.data or "").replace(" ", "_").lower()
        if not typed:
            return
        if typed in _zones():
            field.data = _zones()[typed]
            return
        towns = {name.rpartition("/")[2]: name for name in _zones()}
        alike = get_close_matches(typed.rpartition("/")[2], towns, 2, 0.7)
        meant = " or ".join(_zones()[towns[town]] for town in alike)
        raise StopValidation(
            f"We know no time zone of this name. Do you mean {meant}?"
            if meant
            else "We know no time zone of this name. Write it like America/Toronto."
        )
