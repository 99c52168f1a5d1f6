"""Articles that go out by email only, and the address that their letters have."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Go to this version."""
    with op.batch_alter_table("posts") as batch_op:
        batch_op.add_column(sa.Column("unlisted_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("unlisted_token", sa.String(length=22), nullable=True))
        batch_op.create_unique_constraint("uq_posts_unlisted_token", ["unlisted_token"])


def downgrade() -> None:
    """Go back to the version before: what went out by email only is a draft again."""
    with op.batch_alter_table("posts") as batch_op:
        batch_op.drop_constraint("uq_posts_unlisted_token", type_="unique")
        batch_op.drop_column("unlisted_token")
        batch_op.drop_column("unlisted_at")
