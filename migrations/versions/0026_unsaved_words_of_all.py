"""Words not saved yet, and forms that make one thing, of notices and pages too."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

TABLES = ("session_notices", "pages")


def upgrade() -> None:
    """Go to this version."""
    with op.batch_alter_table("unsaved_words") as words:
        words.drop_constraint("fk_unsaved_words_post_id_posts", type_="foreignkey")
        words.drop_index("ix_unsaved_words_post_id")
        words.alter_column("post_id", new_column_name="row_id")
        words.add_column(
            sa.Column("room", sa.String(length=40), nullable=False, server_default="posts")
        )
    op.create_index("ix_unsaved_words_room_row_id", "unsaved_words", ["room", "row_id"])
    for table in TABLES:
        with op.batch_alter_table(table) as rows:
            rows.add_column(sa.Column("form_key", sa.String(length=22), nullable=True))
            rows.create_unique_constraint(f"uq_{table}_form_key", ["form_key"])


def downgrade() -> None:
    """Go back to the version before, which knows articles alone."""
    for table in reversed(TABLES):
        with op.batch_alter_table(table) as rows:
            rows.drop_constraint(f"uq_{table}_form_key", type_="unique")
            rows.drop_column("form_key")
    op.execute(
        "DELETE FROM unsaved_words WHERE room <> 'posts'"
        " OR (row_id IS NOT NULL AND row_id NOT IN (SELECT id FROM posts))"
    )
    op.drop_index("ix_unsaved_words_room_row_id", "unsaved_words")
    with op.batch_alter_table("unsaved_words") as words:
        words.drop_column("room")
        words.alter_column("row_id", new_column_name="post_id")
    with op.batch_alter_table("unsaved_words") as words:
        words.create_foreign_key(
            "fk_unsaved_words_post_id_posts", "posts", ["post_id"], ["id"], ondelete="CASCADE"
        )
        words.create_index("ix_unsaved_words_post_id", ["post_id"])
