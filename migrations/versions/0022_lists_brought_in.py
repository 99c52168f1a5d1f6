"""Lists of other programs that the coach brings in, and who came with which."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

COUNTS = (
    "people_count", "cursor", "added_count", "here_count", "waiting_count", "left_count",
    "closed_count", "gone_count", "twice_count", "bad_count", "removed_count", "kept_count",
)  # fmt: skip


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "brought_lists",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_key", sa.String(length=22), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asks_all", sa.Boolean(), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=True),
        sa.Column("said_where", sa.LargeBinary(), nullable=False),
        sa.Column("topics", sa.String(length=200), nullable=False),
        sa.Column("people", sa.LargeBinary(), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.Column("bad_lines", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brought_lists")),
        sa.UniqueConstraint("form_key", name=op.f("uq_brought_lists_form_key")),
    )
    op.create_index(op.f("ix_brought_lists_state"), "brought_lists", ["state"])
    with op.batch_alter_table("consent_events") as events:
        events.add_column(sa.Column("list_id", sa.Integer(), nullable=True))
        events.create_foreign_key(
            op.f("fk_consent_events_list_id_brought_lists"), "brought_lists", ["list_id"], ["id"]
        )
        events.create_index(op.f("ix_consent_events_list_id"), ["list_id"])


def downgrade() -> None:
    """Go back to the version before."""
    with op.batch_alter_table("consent_events") as events:
        events.drop_index(op.f("ix_consent_events_list_id"))
        events.drop_constraint(op.f("fk_consent_events_list_id_brought_lists"), type_="foreignkey")
        events.drop_column("list_id")
    op.drop_index(op.f("ix_brought_lists_state"), table_name="brought_lists")
    op.drop_table("brought_lists")
