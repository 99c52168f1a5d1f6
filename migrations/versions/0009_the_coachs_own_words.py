"""What the coach says of her site, help lines, what an article carries, pages in an order."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

MOMENT = sa.DateTime(timezone=True)
# In order, so that going back takes them away in the other.
POST_COLUMNS = ("current_until", "content_note", "pinned_place")
PAGE_COLUMNS = ("menu_name", "is_in_menu", "position", "deleted_at")


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "site_words",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_name", sa.String(length=80), nullable=True),
        sa.Column("tagline", sa.String(length=160), nullable=True),
        sa.Column("coach_name", sa.String(length=80), nullable=True),
        sa.Column("about_line", sa.String(length=300), nullable=True),
        sa.Column("portrait_id", sa.Integer(), nullable=True),
        sa.Column("book_url", sa.String(length=500), nullable=True),
        sa.Column("book_text", sa.String(length=600), nullable=True),
        sa.Column("book_words", sa.String(length=40), nullable=True),
        sa.Column("exit_url", sa.String(length=500), nullable=True),
        sa.Column("exit_is_shown", sa.Boolean(), nullable=True),
        sa.Column("views_are_shown", sa.Boolean(), nullable=True),
        sa.Column("postal_address", sa.String(length=300), nullable=True),
        sa.Column("updated_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["portrait_id"], ["pictures.id"], name="fk_site_words_portrait_id_pictures"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_site_words"),
    )
    # The one row there ever is. It says nothing yet, so the environment speaks.
    op.execute("INSERT INTO site_words (id, version) VALUES (1, 0)")
    op.create_table(
        "help_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column(
            "way",
            sa.Enum("call", "text", "both", name="way", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("hours", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site_words.id"], name="fk_help_lines_site_id_site_words"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_help_lines"),
    )
    op.create_index("ix_help_lines_site_id", "help_lines", ["site_id"])
    with op.batch_alter_table("posts") as batch_op:
        batch_op.add_column(sa.Column("current_until", MOMENT, nullable=True))
        batch_op.add_column(
            sa.Column("content_note", sa.String(length=200), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("pinned_place", sa.Integer(), nullable=True))
        # Three rows at most have one; the index finds them among any number of articles.
        batch_op.create_index("ix_posts_pinned_place", ["pinned_place"])
        batch_op.create_index("ix_posts_current_until", ["current_until"])
    with op.batch_alter_table("pages") as batch_op:
        batch_op.add_column(
            sa.Column("menu_name", sa.String(length=40), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("is_in_menu", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        batch_op.add_column(sa.Column("position", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("deleted_at", MOMENT, nullable=True))
    op.execute("UPDATE pages SET menu_name = 'About' WHERE slug = 'about'")


def downgrade() -> None:
    """Go back to the version before."""
    with op.batch_alter_table("pages") as batch_op:
        for name in reversed(PAGE_COLUMNS):
            batch_op.drop_column(name)
    with op.batch_alter_table("posts") as batch_op:
        batch_op.drop_index("ix_posts_current_until")
        batch_op.drop_index("ix_posts_pinned_place")
        for name in reversed(POST_COLUMNS):
            batch_op.drop_column(name)
    op.drop_index("ix_help_lines_site_id", "help_lines")
    op.drop_table("help_lines")
    op.drop_table("site_words")
