"""What would become of a list that was brought in and read, for the coach to see before."""

from collections import Counter
from typing import NamedTuple

from sqlalchemy.orm import Session

from hrsite.newsletter import bringing
from hrsite.newsletter.admitting import Verdict, verdicts
from hrsite.newsletter.models_people import BroughtList


class Foreseen(NamedTuple):
    """How many of its people would be what, were they added now; and what the file says of them."""

    counts: Counter[Verdict]
    # They are asked to confirm, though the others are not.
    unsure_count: int
    # The file says on which day they said yes.
    dated_count: int
    # They had paused where the list is from; without those who are asked.
    paused_count: int
    # They left where the list is from, and nothing is known of them here.
    leaver_count: int


def foresee(session: Session, brought: BroughtList) -> Foreseen:
    """Look at all of a list, and change nothing."""
    everybody = bringing.everybody_on(brought)
    leavers = [packed["key"] for packed in everybody if bringing.has_left(packed)]
    people = [packed for packed in everybody if not bringing.has_left(packed)]
    return Foreseen(
        Counter(verdicts(session, [packed["key"] for packed in people]).values()),
        sum(packed["ask"] for packed in people),
        sum(packed["on"] is not None for packed in people),
        sum(bool(packed.get("paused")) and not packed["ask"] for packed in people),
        Counter(verdicts(session, leavers).values())[Verdict.NEW],
    )
