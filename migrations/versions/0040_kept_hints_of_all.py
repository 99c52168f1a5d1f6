"""Hints answered with "keep it" in notices, pages and the welcome letter, beside articles."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"

OLD = sa.table("kept_hints", sa.column("post_id"), sa.column("keys"))
NEW = sa.table("kept_hints", *(sa.column(name) for name in ("room", "row_id", "keys")))


def upgrade() -> None:
    """Go to this version."""
    connection = op.get_bind()
    rows = connection.execute(sa.select(OLD)).all()
    op.drop_table("kept_hints")
    op.create_table(
        "kept_hints",
        sa.Column("room", sa.String(length=40), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("keys", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("room", "row_id", name="pk_kept_hints"),
    )
    moved = [{"room": "posts", "row_id": row.post_id, "keys": row.keys} for row in rows]
    if moved:
        connection.execute(sa.insert(NEW), moved)


def downgrade() -> None:
    """Go back to the version before: what was kept in all but articles is asked again."""
    connection = op.get_bind()
    rows = connection.execute(sa.select(NEW).where(NEW.c.room == "posts")).all()
    op.drop_table("kept_hints")
    op.create_table(
        "kept_hints",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("keys", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name="fk_kept_hints_post_id_posts", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", name="pk_kept_hints"),
    )
    moved = [{"post_id": row.row_id, "keys": row.keys} for row in rows]
    if moved:
        connection.execute(sa.insert(OLD), moved)
