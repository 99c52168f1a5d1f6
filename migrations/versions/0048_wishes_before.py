"""A reader may have several wishes for another address: of each she can say that it was not she."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"

ONE_EACH = "uq_address_changes_subscriber_id"
INDEX = "ix_address_changes_subscriber_id"


def upgrade() -> None:
    """Go to this version."""
    with op.batch_alter_table("address_changes") as rows:
        rows.drop_constraint(ONE_EACH, type_="unique")
        rows.create_index(INDEX, ["subscriber_id"])


def downgrade() -> None:
    """Go back to the version before. The newest wish of each person stays."""
    changes = sa.table(
        "address_changes", sa.column("id", sa.Integer), sa.column("subscriber_id", sa.Integer)
    )
    newest = sa.select(sa.func.max(changes.c.id)).group_by(changes.c.subscriber_id)
    kept = op.get_bind().scalars(newest).all()
    op.get_bind().execute(changes.delete().where(changes.c.id.not_in(kept)))
    with op.batch_alter_table("address_changes") as rows:
        rows.drop_index(INDEX)
        rows.create_unique_constraint(ONE_EACH, ["subscriber_id"])
