"""The search index, and the other words for things."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

# FTS5 has words made of everything beyond ASCII, and of ASCII's letters and digits: just what the
# terms consist of that we give it. The trigger also hears of an article that is deleted.
SQLITE = (
    "CREATE VIRTUAL TABLE search_index USING"
    " fts5(title, summary, topics, body, tokenize = 'ascii', prefix = '3')",
    "CREATE TRIGGER search_entries_deleted AFTER DELETE ON search_entries"
    " BEGIN DELETE FROM search_index WHERE rowid = old.place; END",
)
POSTGRESQL = (
    "ALTER TABLE search_entries ADD COLUMN terms tsvector NOT NULL",
    "CREATE INDEX search_entries_terms ON search_entries USING gin (terms)",
    'ALTER TABLE search_vocabulary ALTER COLUMN word TYPE varchar(40) COLLATE "C"',
)


def upgrade() -> None:
    """Go to this version. The index is filled by the application, which knows the terms."""
    op.create_table(
        "search_entries",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name="fk_search_entries_post_id_posts", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", name="pk_search_entries"),
    )
    op.create_index("ix_search_entries_place", "search_entries", ["place"], unique=True)
    op.create_table(
        "search_vocabulary",
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("word", name="pk_search_vocabulary"),
    )
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)
    op.create_table(
        "synonym_words",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_synonym_words"),
    )


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_table("synonym_words")
    op.drop_table("search_vocabulary")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER search_entries_deleted")
        op.execute("DROP TABLE search_index")
    op.drop_table("search_entries")
