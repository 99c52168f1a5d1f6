"""What articles said before, words not saved yet, and the form that made an article."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Go to this version."""
    with op.batch_alter_table("posts") as posts:
        posts.add_column(sa.Column("form_key", sa.String(length=22), nullable=True))
        posts.create_unique_constraint("uq_posts_form_key", ["form_key"])
    op.create_table(
        "post_revisions",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.String(length=400), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("content_note", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name="fk_post_revisions_post_id_posts", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", "version", name="pk_post_revisions"),
    )
    op.create_table(
        "unsaved_words",
        sa.Column("key", sa.String(length=22), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=True),
        sa.Column("boxes", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name="fk_unsaved_words_post_id_posts", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name="pk_unsaved_words"),
    )
    op.create_index("ix_unsaved_words_post_id", "unsaved_words", ["post_id"])
    op.create_index("ix_unsaved_words_kept_at", "unsaved_words", ["kept_at"])


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_table("unsaved_words")
    op.drop_table("post_revisions")
    with op.batch_alter_table("posts") as posts:
        posts.drop_constraint("uq_posts_form_key", type_="unique")
        posts.drop_column("form_key")
