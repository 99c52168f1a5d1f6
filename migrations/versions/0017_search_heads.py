"""What an article is about, beside its place in the search index; and its pairs of words."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

# The column of terms is large and lies apart; what is about it shall not make rows large either.
POSTGRESQL = (
    "ALTER TABLE search_entries SET (toast_tuple_target = 128)",
    "ALTER TABLE search_entries ADD COLUMN pairs tsvector NOT NULL DEFAULT ''",
    "CREATE INDEX search_entries_pairs ON search_entries USING gin (pairs)",
)


def upgrade() -> None:
    """Go to this version. The application fills them: it writes down what an older one did."""
    op.add_column(
        "search_entries", sa.Column("heads", sa.Text(), nullable=False, server_default="")
    )
    for statement in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else ():
        op.execute(statement)


def downgrade() -> None:
    """Go back to the version before."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP INDEX search_entries_pairs")
        op.execute("ALTER TABLE search_entries DROP COLUMN pairs")
    op.execute("UPDATE search_entries SET made_by = ''")
    op.drop_column("search_entries", "heads")
