"""Digests, pauses, an undo window, the welcome letter."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

MOMENT = sa.DateTime(timezone=True)
COUNTS = ("weekly_count", "monthly_count", "paused_count")


def _cadence(**options: object) -> sa.Column[str]:
    kind = sa.Enum("each", "weekly", "monthly", name="cadence", native_enum=False, length=20)
    return sa.Column("cadence", kind, nullable=False, **options)


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "digests",
        sa.Column("id", sa.Integer(), nullable=False),
        _cadence(),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_digests"),
        sa.UniqueConstraint("key", name="uq_digests_key"),
    )
    op.create_table(
        "welcome_words",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_welcome_words"),
    )
    for table in ("posts", "session_notices"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column("send_at", MOMENT, nullable=True))
    # What was planned or published before keeps the one date it has.
    op.execute("UPDATE posts SET send_at = published_at WHERE send_to_readers")
    op.execute("UPDATE session_notices SET send_at = published_at WHERE send_to_readers")
    with op.batch_alter_table("subscribers") as batch_op:
        batch_op.add_column(_cadence(server_default="each"))
        for name in ("paused_until", "welcome_at", "reminded_at"):
            batch_op.add_column(sa.Column(name, MOMENT, nullable=True))
    _change_issues()
    _create_owed_articles()


def _change_issues() -> None:
    with op.batch_alter_table("issues") as batch_op:
        batch_op.add_column(sa.Column("digest_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("due_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("dropped_at", MOMENT, nullable=True))
        for name in COUNTS:
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_index("ix_issues_digest_id", ["digest_id"])
        batch_op.create_foreign_key("fk_issues_digest_id_digests", "digests", ["digest_id"], ["id"])
    op.execute("UPDATE issues SET due_at = created_at")
    with op.batch_alter_table("issues") as batch_op:
        batch_op.alter_column("due_at", existing_type=MOMENT, nullable=False)


def _create_owed_articles() -> None:
    op.create_table(
        "issue_articles",
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.id"], name="fk_issue_articles_issue_id_issues"
        ),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name="fk_issue_articles_post_id_posts"),
        sa.PrimaryKeyConstraint("issue_id", "post_id", name="pk_issue_articles"),
    )
    op.create_index("ix_issue_articles_post_id", "issue_articles", ["post_id"])
    op.create_table(
        "owed_articles",
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("since_at", MOMENT, nullable=False),
        sa.Column("digest_id", sa.Integer(), nullable=True),
        sa.Column("issue_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscribers.id"],
            name="fk_owed_articles_subscriber_id_subscribers",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name="fk_owed_articles_post_id_posts", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["digest_id"], ["digests.id"], name="fk_owed_articles_digest_id_digests"
        ),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.id"], name="fk_owed_articles_issue_id_issues"
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "post_id", name="pk_owed_articles"),
    )
    for column in ("post_id", "since_at", "digest_id", "issue_id"):
        op.create_index(f"ix_owed_articles_{column}", "owed_articles", [column])


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_table("owed_articles")
    op.drop_table("issue_articles")
    with op.batch_alter_table("issues") as batch_op:
        batch_op.drop_constraint("fk_issues_digest_id_digests", type_="foreignkey")
        batch_op.drop_index("ix_issues_digest_id")
        for name in ("digest_id", "due_at", "dropped_at", *COUNTS):
            batch_op.drop_column(name)
    with op.batch_alter_table("subscribers") as batch_op:
        for name in ("cadence", "paused_until", "welcome_at", "reminded_at"):
            batch_op.drop_column(name)
    for table in ("posts", "session_notices"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column("send_at")
    op.drop_table("welcome_words")
    op.drop_table("digests")
