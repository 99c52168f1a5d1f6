"""PostgreSQL: one index of all that an article is found by, and no waiting room before it."""

from alembic import op

revision = "0042"
down_revision = "0041"

# What stands side by side, and in titles, was in an index of its own. Now words and months are in
# it too, so that one look into it answers a question. What waits before such an index to be put
# into it is read by every search, and makes the index look dear. The application finds nothing
# written down then, and writes all of it anew: sooner done than changing each row.
UPGRADE = (
    "TRUNCATE search_entries",
    "DROP INDEX search_entries_terms",
    "DROP INDEX search_entries_pairs",
    "ALTER TABLE search_entries RENAME COLUMN pairs TO handles",
    "CREATE INDEX search_entries_handles ON search_entries USING gin (handles)"
    " WITH (fastupdate = off)",
)
DOWNGRADE = (
    "TRUNCATE search_entries",
    "DROP INDEX search_entries_handles",
    "ALTER TABLE search_entries RENAME COLUMN handles TO pairs",
    "CREATE INDEX search_entries_terms ON search_entries USING gin (terms)",
    "CREATE INDEX search_entries_pairs ON search_entries USING gin (pairs)",
)


def upgrade() -> None:
    """Go to this version."""
    _run(UPGRADE)


def downgrade() -> None:
    """Go back to the version before."""
    _run(DOWNGRADE)


def _run(statements: tuple[str, ...]) -> None:
    if op.get_bind().dialect.name == "postgresql":
        for statement in statements:
            op.execute(statement)
