"""What the worker tries in vain, for the desk to tell."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "troubles",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("fault", sa.String(length=200), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject", name="pk_troubles"),
    )


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_table("troubles")
