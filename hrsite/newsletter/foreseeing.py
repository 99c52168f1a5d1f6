"""What would become of a list that was brought in and read, for the coach to see before."""

from sqlalchemy.orm import Session

from hrsite.newsletter import bringing
from hrsite.newsletter.admitting import Verdict, verdicts
from hrsite.newsletter.models_people import BroughtList


def foreseen(session: Session, brought: BroughtList) -> dict[Verdict, int]:
    """What would become of its people, were they added now."""
    keys = [packed["key"] for packed in bringing.people(brought)]
    found = list(verdicts(session, keys).values())
    return {verdict: found.count(verdict) for verdict in Verdict}


def unsure_count(brought: BroughtList) -> int:
    """How many of its people are asked to confirm, though the others are not."""
    return sum(packed["ask"] for packed in bringing.people(brought))


def dated_count(brought: BroughtList) -> int:
    """Of how many of its people the file says on which day they said yes."""
    return sum(packed["on"] is not None for packed in bringing.people(brought))


def paused_count(brought: BroughtList) -> int:
    """How many of its people had paused where the list is from; not of those who are asked."""
    found = bringing.people(brought)
    return sum(bool(packed.get("paused")) and not packed["ask"] for packed in found)
