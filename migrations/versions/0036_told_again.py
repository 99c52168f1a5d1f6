"""Letters about a change of a session, and reminders for who wants them."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"

NOTICE, INDEX = "fk_issues_about_id_session_notices", "ix_issues_about_id"


def upgrade() -> None:
    """Go to this version."""
    with op.batch_alter_table("issues") as rows:
        rows.add_column(sa.Column("about_id", sa.Integer(), nullable=True))
        rows.add_column(sa.Column("follow_up", sa.String(length=20), nullable=True))
        rows.add_column(sa.Column("told_sequence", sa.Integer(), nullable=True))
        rows.create_foreign_key(NOTICE, "session_notices", ["about_id"], ["id"])
        rows.create_index(INDEX, ["about_id"])
    op.execute(
        "UPDATE issues SET about_id = notice_id, told_sequence = (SELECT sequence FROM"
        " session_notices WHERE session_notices.id = issues.notice_id) WHERE notice_id IS NOT NULL"
    )
    with op.batch_alter_table("subscribers") as rows:
        rows.add_column(
            sa.Column("wants_reminders", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("session_notices") as rows:
        rows.add_column(
            sa.Column("sends_reminders", sa.Boolean(), nullable=False, server_default=sa.true())
        )


def downgrade() -> None:
    """Go back to the version before."""
    with op.batch_alter_table("session_notices") as rows:
        rows.drop_column("sends_reminders")
    with op.batch_alter_table("subscribers") as rows:
        rows.drop_column("wants_reminders")
    with op.batch_alter_table("issues") as rows:
        rows.drop_index(INDEX)
        rows.drop_constraint(NOTICE, type_="foreignkey")
        for name in ("told_sequence", "follow_up", "about_id"):
            rows.drop_column(name)
