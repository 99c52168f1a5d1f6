"""What the coach reads before she publishes: one true sentence or two. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LeftOut:
    """How many people do not get it now, and why."""

    weekly: int = 0
    monthly: int = 0
    paused: int = 0
    unconfirmed: int = 0
    blocked: int = 0

    def words(self) -> str:
        """6 get it in the weekly letter, 3 are paused, 2 have not confirmed."""
        parts = [
            _part(self.weekly, "gets it in the weekly letter", "get it in the weekly letter"),
            _part(self.monthly, "gets it in the monthly letter", "get it in the monthly letter"),
            _part(self.paused, "is paused", "are paused"),
            _part(self.unconfirmed, "has not confirmed", "have not confirmed"),
            _part(self.blocked, "cannot be written to", "cannot be written to"),
        ]
        said = ", ".join(part for part in parts if part)
        return f" {said}." if said else ""


def review(
    *,
    when: str | None,
    with_email: bool,
    is_on_site: bool,
    ready_count: int,
    left_out: LeftOut = LeftOut(),
    which: str = "",
) -> str:
    """What pressing the button will do.

    `when` is the moment in words, such as "Tuesday 4 June 2026 at 6:00 pm, Toronto time", or None
    for now. `which`: of a time that comes twice that night, first or second.
    """
    start = f"On {when}" if when else "When you press the button"
    mailed = with_email and ready_count > 0
    in_digest = with_email and left_out.weekly + left_out.monthly > 0
    readers = f"{ready_count:,} {'reader' if ready_count == 1 else 'readers'}"
    if not is_on_site:
        said = f"{start}, this goes on the site" + (f" and to {readers}." if mailed else ".")
    elif mailed:
        said = f"This is on the site already. {start}, it also goes to {readers}."
    elif in_digest:
        said = f"This is on the site already. {start}, it is kept for the next letter."
    else:
        said = "This is on the site already. Nothing more will happen."
    rest = left_out.words() if with_email else ""
    if with_email and not mailed:
        rest = f" Nobody {'gets' if in_digest else 'can get'} it by email yet." + rest
    elif not with_email and not is_on_site:
        rest = " No email goes out."
    if which:
        rest += f" The clocks go back that night and show this time twice. This is the {which} one."
    return said + rest


def _part(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}" if number else ""
