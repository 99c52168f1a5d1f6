"""When a closed address was opened again."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "opened_addresses",
        sa.Column("address_key", sa.String(length=64), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("address_key", name="pk_opened_addresses"),
    )
    op.create_index("ix_opened_addresses_opened_at", "opened_addresses", ["opened_at"])


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_table("opened_addresses")
