"""Hints that the coach has answered with "keep it"."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "kept_hints",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("keys", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name="fk_kept_hints_post_id_posts", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", name="pk_kept_hints"),
    )


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_table("kept_hints")
