"""That there shall be no help line, when the coach says so."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Go to this version. Whoever has lines of her own has decided."""
    with op.batch_alter_table("site_words") as batch_op:
        batch_op.add_column(
            sa.Column("help_is_hers", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    words, lines = sa.table("site_words", sa.column("help_is_hers")), sa.table("help_lines")
    op.execute(
        sa.update(words).values(help_is_hers=sa.true()).where(sa.exists().select_from(lines))
    )


def downgrade() -> None:
    """Go back to the version before."""
    with op.batch_alter_table("site_words") as batch_op:
        batch_op.drop_column("help_is_hers")
