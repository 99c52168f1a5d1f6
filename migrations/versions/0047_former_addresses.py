"""Which address somebody moved from, so that she can be erased at each she had."""

from collections import defaultdict
from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"


def upgrade() -> None:
    """Go to this version. Of who moved before, both sides were written down at one moment."""
    with op.batch_alter_table("consent_events") as batch_op:
        batch_op.add_column(sa.Column("former_key", sa.String(length=64), nullable=True))
    events = sa.table(
        "consent_events",
        sa.column("id", sa.Integer),
        sa.column("address_key", sa.String),
        sa.column("former_key", sa.String),
        sa.column("kind", sa.String),
        sa.column("topic", sa.String),
        sa.column("how", sa.String),
        sa.column("happened_at", sa.DateTime),
    )
    connection = op.get_bind()
    is_left = sa.and_(
        events.c.kind == "unsubscribed", events.c.topic.is_(None), events.c.how == "settings"
    )
    left: defaultdict[datetime, list[str]] = defaultdict(list)
    for row in connection.execute(sa.select(events).where(is_left)).all():
        left[row.happened_at].append(row.address_key)
    for row in connection.execute(sa.select(events).where(events.c.kind == "moved")).all():
        if len(former := left[row.happened_at]) == 1:
            connection.execute(
                events.update().where(events.c.id == row.id).values(former_key=former[0])
            )


def downgrade() -> None:
    """Go back to the version before."""
    with op.batch_alter_table("consent_events") as batch_op:
        batch_op.drop_column("former_key")
