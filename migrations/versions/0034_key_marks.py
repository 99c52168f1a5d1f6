"""Under which keys the rows of each table are: so that keys can be changed, part by part."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "key_marks",
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("next_mark", sa.String(length=64), nullable=True),
        sa.Column("cursor", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("place", name="pk_key_marks"),
    )


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_table("key_marks")
