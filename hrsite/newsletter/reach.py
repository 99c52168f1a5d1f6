"""What decides who an Issue goes to: the same few facts of each, told to statements spelt once."""

from typing import Any, NamedTuple

from sqlalchemy import Integer

from hrsite.columns import UTCDateTime
from hrsite.newsletter.models import FollowUp, Issue, Topic
from hrsite.outbox.forgotten import COPIES_KEPT_FOR
from hrsite.prepared import given


class Reach(NamedTuple):
    """An Issue's facts, or the parameters that stand for them in a statement. None: it has none."""

    topic: Topic
    follow_up: FollowUp | None
    issue_id: Any
    created_at: Any
    due_at: Any
    post_id: Any
    digest_id: Any
    about_id: Any
    told_sequence: Any
    # Who had a letter from before this moment is forgotten.
    remembered_at: Any

    @classmethod
    def of(cls, issue: Issue) -> "Reach":
        """The facts of one Issue, of which none changes while its list is written down."""
        return cls(
            issue.topic,
            issue.follow_up,
            issue.id,
            issue.created_at,
            issue.due_at,
            issue.post_id,
            issue.digest_id,
            issue.about_id,
            issue.told_sequence,
            issue.created_at - COPIES_KEPT_FOR,
        )

    @property
    def told(self) -> dict[str, Any]:
        """The facts by the names of their parameters."""
        known = self._asdict()
        return {name: known[name] for name in _PARAMETERS if known[name] is not None}

    def kind(self) -> "Kind":
        """What Issues whose statements are the same have in common."""
        return Kind(self.topic, self.follow_up, frozenset(self.told))


_PARAMETERS = {
    name: given(name, UTCDateTime if name.endswith("_at") else Integer)
    for name in Reach._fields[2:]
}


class Kind(NamedTuple):
    """Issues whose lists are written down by the same statements."""

    topic: Topic
    follow_up: FollowUp | None
    facts: frozenset[str]

    def reach(self) -> Reach:
        """Its facts, as parameters."""
        return Reach(
            self.topic,
            self.follow_up,
            *[known if name in self.facts else None for name, known in _PARAMETERS.items()],
        )
