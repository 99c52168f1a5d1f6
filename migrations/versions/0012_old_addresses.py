"""Old addresses lead on."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "redirects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("old_path", sa.String(length=500), nullable=False),
        sa.Column("new_path", sa.String(length=500), nullable=False),
        sa.Column("new_key", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redirects")),
        sa.UniqueConstraint("old_path", name=op.f("uq_redirects_old_path")),
    )
    with op.batch_alter_table("redirects") as batch_op:
        batch_op.create_index(batch_op.f("ix_redirects_new_key"), ["new_key"], unique=False)


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_table("redirects")
