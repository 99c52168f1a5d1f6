"""What the coach reads before she publishes: one true sentence or two. Pure."""


def review(
    *,
    when: str | None,
    with_email: bool,
    is_on_site: bool,
    ready_count: int,
    unconfirmed_count: int = 0,
    blocked_count: int = 0,
    is_first_of_two: bool = False,
) -> str:
    """What pressing the button will do.

    `when` is the moment in words, such as "Tuesday 4 June 2026 at 6:00 pm, Toronto time", or None
    for now.
    """
    start = f"On {when}" if when else "When you press the button"
    mailed = with_email and ready_count > 0
    readers = f"{ready_count:,} {'reader' if ready_count == 1 else 'readers'}"
    if is_on_site:
        said = "This is on the site already."
        said += f" {start}, it also goes to {readers}." if mailed else " Nothing more will happen."
    else:
        said = f"{start}, this goes on the site" + (f" and to {readers}." if mailed else ".")
    rest = _who_is_left_out(unconfirmed_count, blocked_count) if with_email else ""
    if with_email and not mailed:
        rest = " Nobody can get it by email yet." + rest
    elif not with_email and not is_on_site:
        rest = " No email goes out."
    if is_first_of_two:
        rest += " The clocks go back that night and show this time twice. We take the first."
    return said + rest


def _who_is_left_out(unconfirmed_count: int, blocked_count: int) -> str:
    said = ""
    if unconfirmed_count:
        said += (
            f" {unconfirmed_count:,} {'has' if unconfirmed_count == 1 else 'have'} not confirmed."
        )
    if blocked_count:
        said += f" {blocked_count:,} cannot be written to."
    return said
