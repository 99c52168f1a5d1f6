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
    is_email_only: bool = False,
    was_mailed: bool = False,
    left_out: LeftOut = LeftOut(),
    which: str = "",
) -> str:
    """What pressing the button will do.

    `when` is the moment in words, such as "Tuesday 4 June 2026 at 6:00 pm, Toronto time", or None
    for now. `which`: of a time that comes twice that night, first or second. `was_mailed`: it went
    out by email only, and now goes on the site.
    """
    start = f"On {when}" if when else "When you press the button"
    readers = f"{ready_count:,} {'reader' if ready_count == 1 else 'readers'}"
    in_digest = with_email and left_out.weekly + left_out.monthly > 0
    mailed_to = readers if with_email and ready_count > 0 else ""
    if is_email_only:
        said = _email_only(start, mailed_to, in_digest=in_digest)
    elif is_on_site:
        said = _on_site(start, mailed_to, with_email=with_email, in_digest=in_digest)
    else:
        said = f"{start}, this goes on the site" + (f" and to {mailed_to}." if mailed_to else ".")
    rest = left_out.words() if with_email else " No email goes out."
    if with_email and not mailed_to:
        rest = f" Nobody {'gets' if in_digest else 'can get'} it by email yet." + rest
    elif was_mailed and not with_email:
        rest = " Readers have it by email, and nobody gets it again."
    if which:
        rest += f" The clocks go back that night and show this time twice. This is the {which} one."
    return said + rest


def _on_site(start: str, readers: str, *, with_email: bool, in_digest: bool) -> str:
    if not with_email:
        return "This stays on the site."
    if readers:
        return f"This is on the site already. {start}, it also goes to {readers}."
    if in_digest:
        return f"This is on the site already. {start}, it is kept for the next letter."
    return "This is on the site already. Nothing more will happen."


def _email_only(start: str, readers: str, *, in_digest: bool) -> str:
    if readers:
        did = f"this goes to {readers} by email"
    else:
        did = "this is kept for the next letter" if in_digest else "this goes out by email"
    return f"{start}, {did}, and not on the site."


def _part(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}" if number else ""
