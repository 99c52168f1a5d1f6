"""What needs the coach about her session notices."""

from datetime import datetime

from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.newsletter import planned
from hrsite.notices import listing, telling
from hrsite.pages.need import Need, Press


def lost_letters(session: Session, now: datetime) -> list[Need]:
    """A letter that was planned for when it is too late reaches nobody, and says nothing of it."""
    found = []
    for notice in planned.lost(session, now):
        text = f"The letter of “{notice.title}” {planned.lost_words(notice, now)}"
        is_over = telling.is_too_late(notice, now)
        label, leave = (
            ("Look at it", "Leave it") if is_over else ("Choose another time", "Do not email it")
        )
        where = {"id": notice.id}
        press = Press("notices_desk.readers", where, leave, {"act": "stop"})
        found.append(Need(text, "notices_desk.readers", where, label, (press,)))
    return found


def old_notices(session: Session, now: datetime) -> list[Need]:
    """What holds until further notice is easily forgotten."""
    return [
        Need(
            f"“{notice.title}” stands until further notice. Still true?",
            "notices_desk.edit",
            {"id": notice.id},
            "Read it again",
            (
                Press("notices_desk.still_true", {"id": notice.id}, "Yes, still true"),
                Press("notices_desk.withdraw", {"id": notice.id}, "Take it down"),
            ),
        )
        for notice in listing.to_review(session, clock.local(now).date())
    ]
