"""Topics' pages in order without a sort, and kept numbers of topics and months."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Go to this version."""
    with op.batch_alter_table("post_tags") as batch_op:
        batch_op.add_column(sa.Column("published_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_index("ix_post_tags_tag_id")
        batch_op.create_index(
            "ix_post_tags_tag_id_published_at_post_id", ["tag_id", "published_at", "post_id"]
        )
    op.execute(
        "UPDATE post_tags SET published_at ="
        " (SELECT published_at FROM posts WHERE posts.id = post_tags.post_id)"
    )
    with op.batch_alter_table("tags") as batch_op:
        batch_op.add_column(
            sa.Column("dated_count", sa.Integer(), nullable=False, server_default="0")
        )
    op.execute(
        "UPDATE tags SET dated_count = (SELECT count(*) FROM post_tags"
        " WHERE post_tags.tag_id = tags.id AND post_tags.published_at IS NOT NULL)"
    )
    # Stays empty here: which month a moment lies in depends on the zone that is set.
    op.create_table(
        "month_counts",
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("dated_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("zone", "month", name="pk_month_counts"),
    )


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_table("month_counts")
    with op.batch_alter_table("tags") as batch_op:
        batch_op.drop_column("dated_count")
    with op.batch_alter_table("post_tags") as batch_op:
        batch_op.drop_index("ix_post_tags_tag_id_published_at_post_id")
        batch_op.create_index("ix_post_tags_tag_id", ["tag_id"])
        batch_op.drop_column("published_at")
