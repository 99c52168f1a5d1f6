"""How often an article was put out, planned or taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Go to this version."""
    with op.batch_alter_table("posts") as posts:
        posts.add_column(sa.Column("press_count", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Go back to the version before."""
    with op.batch_alter_table("posts") as posts:
        posts.drop_column("press_count")
