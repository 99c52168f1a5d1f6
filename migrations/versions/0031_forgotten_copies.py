"""How many copies of a letter there were, when the rows of who got them are gone."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "forgotten_copies",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=120), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["outbox_messages.id"],
            name="fk_forgotten_copies_message_id_outbox_messages",
        ),
        sa.PrimaryKeyConstraint("message_id", "what", "reason", name="pk_forgotten_copies"),
    )


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_table("forgotten_copies")
