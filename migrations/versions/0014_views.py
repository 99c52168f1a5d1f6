"""How often each article is opened on a day; what the cards for chats say."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "post_views",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count > 0", name=op.f("ck_post_views_count_is_positive")),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["posts.id"],
            name=op.f("fk_post_views_post_id_posts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("post_id", "day", name=op.f("pk_post_views")),
    )
    with op.batch_alter_table("site_words") as batch_op:
        batch_op.add_column(sa.Column("cards_name_articles", sa.Boolean(), nullable=True))


def downgrade() -> None:
    """Go back to the version before."""
    with op.batch_alter_table("site_words") as batch_op:
        batch_op.drop_column("cards_name_articles")
    op.drop_table("post_views")
