"""The names that pictures had before their files were changed."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "picture_former_names",
        sa.Column("name", sa.String(length=22), nullable=False),
        sa.Column("picture_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["picture_id"],
            ["pictures.id"],
            name="fk_picture_former_names_picture_id_pictures",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("name", name="pk_picture_former_names"),
    )
    op.create_index("ix_picture_former_names_picture_id", "picture_former_names", ["picture_id"])


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_table("picture_former_names")
