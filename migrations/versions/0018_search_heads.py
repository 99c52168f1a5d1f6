"""What an article is about, beside its place in the search index; and its pairs of words."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

# To find a word in titles alone, FTS5 would read every place where the word stands.
SQLITE = (
    "CREATE VIRTUAL TABLE search_titles USING fts5(title, tokenize = 'ascii', prefix = '3')",
    "INSERT INTO search_titles (rowid, title) SELECT rowid, title FROM search_index",
    "DROP TRIGGER search_entries_deleted",
    "CREATE TRIGGER search_entries_deleted AFTER DELETE ON search_entries"
    " BEGIN DELETE FROM search_index WHERE rowid = old.place;"
    " DELETE FROM search_titles WHERE rowid = old.place; END",
)
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
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """Go back to the version before."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER search_entries_deleted")
        op.execute("DROP TABLE search_titles")
        op.execute(
            "CREATE TRIGGER search_entries_deleted AFTER DELETE ON search_entries"
            " BEGIN DELETE FROM search_index WHERE rowid = old.place; END"
        )
    else:
        op.execute("DROP INDEX search_entries_pairs")
        op.execute("ALTER TABLE search_entries DROP COLUMN pairs")
    op.execute("UPDATE search_entries SET made_by = ''")
    op.drop_column("search_entries", "heads")
