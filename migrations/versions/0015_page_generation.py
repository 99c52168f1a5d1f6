"""The number that tells ready pages from old ones."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "page_generation",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_page_generation"),
    )
    op.execute("INSERT INTO page_generation (number) VALUES (1)")


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_table("page_generation")
