"""What pages said before, beside what articles said before."""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"

BOXES = ("summary", "topics", "content_note")
OLD = sa.table(
    "post_revisions",
    *(sa.column(name) for name in ("post_id", "version", "title", "body_html", "digest", *BOXES)),
    sa.column("saved_at", sa.DateTime(timezone=True)),
)
NEW = sa.table(
    "earlier_texts",
    *(
        sa.column(name)
        for name in ("room", "row_id", "version", "title", "boxes", "body_html", "digest")
    ),
    sa.column("saved_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "earlier_texts",
        sa.Column("room", sa.String(length=40), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("boxes", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("room", "row_id", "version", name="pk_earlier_texts"),
    )
    connection = op.get_bind()
    # One article at a time: a hundred long texts of it fit into memory.
    for (post_id,) in connection.execute(sa.select(OLD.c.post_id).distinct()).all():
        rows = connection.execute(sa.select(OLD).where(OLD.c.post_id == post_id)).mappings().all()
        connection.execute(sa.insert(NEW), [_moved(row) for row in rows])
    op.drop_table("post_revisions")


def _moved(row: sa.RowMapping) -> dict[str, object]:
    boxes = json.dumps({name: row[name] for name in BOXES}, sort_keys=True)
    words = json.dumps([row["title"], boxes, row["body_html"]])
    same = {name: row[name] for name in ("version", "saved_at", "title", "body_html")}
    digest = hashlib.sha256(words.encode()).hexdigest()
    return {"room": "posts", "row_id": row["post_id"], "boxes": boxes, "digest": digest, **same}


def downgrade() -> None:
    """Go back to the version before: what pages said before is let go of."""
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
    connection = op.get_bind()
    of_posts = sa.select(NEW).where(NEW.c.room == "posts")
    for (post_id,) in connection.execute(
        sa.select(NEW.c.row_id).where(NEW.c.room == "posts").distinct()
    ).all():
        rows = connection.execute(of_posts.where(NEW.c.row_id == post_id)).mappings().all()
        connection.execute(sa.insert(OLD), [_moved_back(row) for row in rows])
    op.drop_table("earlier_texts")


def _moved_back(row: sa.RowMapping) -> dict[str, object]:
    boxes = json.loads(row["boxes"])
    words = [row["title"], boxes["summary"], row["body_html"], boxes["topics"]]
    digest = hashlib.sha256(json.dumps([*words, boxes["content_note"]]).encode()).hexdigest()
    same = {name: row[name] for name in ("version", "saved_at", "title", "body_html")}
    return {"post_id": row["row_id"], "digest": digest, **same, **boxes}
