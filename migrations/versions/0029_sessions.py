"""Session notices know their rhythm, their wall time, and when they moved or were cancelled."""

import secrets
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op
from flask import current_app

revision = "0029"
down_revision = "0028"

MOMENT = sa.DateTime(timezone=True)
OPTIONAL = {
    "first_on": sa.Date(),
    "start_time": sa.Time(),
    "length_minutes": sa.Integer(),
    "last_on": sa.Date(),
    "review_on": sa.Date(),
    "cancelled_at": MOMENT,
    "moved_from_at": MOMENT,
}
NEEDED = {
    "rhythm": (sa.String(length=20), "standing"),
    "zone_name": (sa.String(length=64), "UTC"),
    "for_whom": (sa.String(length=200), ""),
    "calendar_uid": (sa.String(length=22), ""),
    "sequence": (sa.Integer(), "0"),
}
UNIQUE = "uq_session_notices_calendar_uid"
# Notices without an end were asked about after so long.
REVIEW_AFTER = timedelta(days=30)


def upgrade() -> None:
    """Go to this version: each session gets the wall time it was written with."""
    with op.batch_alter_table("session_notices") as rows:
        for name, kind in OPTIONAL.items():
            rows.add_column(sa.Column(name, kind, nullable=True))
        for name, (kind, empty) in NEEDED.items():
            rows.add_column(sa.Column(name, kind, nullable=False, server_default=empty))
    _fill()
    with op.batch_alter_table("session_notices") as rows:
        for name, (kind, _) in NEEDED.items():
            rows.alter_column(name, existing_type=kind, server_default=None)
        rows.create_unique_constraint(UNIQUE, ["calendar_uid"])
    op.create_table(
        "session_notice_days",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("cancelled_at", MOMENT, nullable=True),
        sa.Column("moved_to_on", sa.Date(), nullable=True),
        sa.Column("moved_to_time", sa.Time(), nullable=True),
        sa.ForeignKeyConstraint(
            ["notice_id"],
            ["session_notices.id"],
            name="fk_session_notice_days_notice_id_session_notices",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_session_notice_days"),
        sa.UniqueConstraint(
            "notice_id", "planned_on", name="uq_session_notice_days_notice_id_planned_on"
        ),
    )


def downgrade() -> None:
    """Go back to the version before: a series is its first session then."""
    op.drop_table("session_notice_days")
    with op.batch_alter_table("session_notices") as rows:
        rows.drop_constraint(UNIQUE, type_="unique")
        for name in reversed((*OPTIONAL, *NEEDED)):
            rows.drop_column(name)


def _fill() -> None:
    zone = ZoneInfo(current_app.config["TIME_ZONE"])
    table = sa.table(
        "session_notices",
        sa.column("id", sa.Integer),
        *(sa.column(name, MOMENT) for name in ("starts_at", "ends_at", "updated_at")),
        *(sa.column(name, kind) for name, kind in OPTIONAL.items()),
        *(sa.column(name, kind) for name, (kind, _) in NEEDED.items()),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(table)).all():
        facts = {"calendar_uid": secrets.token_urlsafe(16), "zone_name": zone.key}
        if row.starts_at is None:
            facts["review_on"] = _local(row.updated_at + REVIEW_AFTER, zone).date()
        else:
            ends_at = row.ends_at or row.starts_at + timedelta(hours=1)
            local = _local(row.starts_at, zone)
            facts |= {
                "rhythm": "once",
                "first_on": local.date(),
                "start_time": local.time(),
                "length_minutes": max(1, int((ends_at - row.starts_at).total_seconds()) // 60),
            }
        connection.execute(sa.update(table).where(table.c.id == row.id).values(**facts))


def _local(moment, zone):  # type: ignore[no-untyped-def]
    # SQLite hands back naive times, in UTC.
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(zone)
