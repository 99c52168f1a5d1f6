"""Migrations: in a row, complete, reversible, and standing on nothing of today's code."""

import ast
from pathlib import Path

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from flask import Flask
from sqlalchemy import inspect, text
from sqlalchemy.engine.interfaces import ReflectedIndex

from hrsite import receipt
from hrsite.extensions import Base, db

FOLDER = Path(__file__).parents[1] / "migrations"
FILES = sorted((FOLDER / "versions").glob("*.py"))


# The search index: FTS5 and tsvector have no common model, and their tables are SQL alone.
INDEX = "search_"
# These change nothing but how PostgreSQL searches.
POSTGRESQL_ALONE = {"0042"}
# These change rows and no table; tests of their own look at the rows.
ROWS_ALONE = {"0045"}
# Changes what SQLite alone has.
SQLITE_ALONE = {"0046"}


def is_no_index(item: object, name: str | None, kind: str, *rest: object) -> bool:
    return not (kind == "table" and (name or "").startswith(INDEX))


def script(app: Flask) -> ScriptDirectory:
    return ScriptDirectory.from_config(app.extensions["migrate"].migrate.get_config(str(FOLDER)))


def in_order(app: Flask) -> list[Script]:
    return list(reversed(list(script(app).walk_revisions())))


def structure() -> dict[str, object]:
    """Every table with its columns, indexes and constraints, as the database tells it."""
    look = inspect(db.engine)
    # All tables at a time: asked one by one, PostgreSQL takes a hundred times as long.
    columns = {
        # Not in their order: on PostgreSQL a column that comes back comes last.
        name: sorted(str(one | {"type": str(one["type"])}) for one in found)
        for (_, name), found in look.get_multi_columns().items()
    }
    indexes, uniques = look.get_multi_indexes(), look.get_multi_unique_constraints()
    links, keys = look.get_multi_foreign_keys(), look.get_multi_pk_constraint()
    return {
        name: (
            told,
            sorted(map(_said, indexes[None, name])),
            *(sorted(map(str, each[None, name])) for each in (uniques, links)),
            str(keys[None, name]),
        )
        for name, told in columns.items()
        if name != "alembic_version"
    }


def _said(index: ReflectedIndex) -> str:
    # Whose rows are in it is an object, which is another one each time it is asked for.
    options = {name: str(told) for name, told in index.get("dialect_options", {}).items()}
    return str({**index, "dialect_options": options})


@pytest.mark.parametrize("database", ["sqlite"])
def test_they_are_numbered_in_a_row_with_one_end(empty_app: Flask) -> None:
    wanted = [f"{number:04}" for number in range(1, len(FILES) + 1)]
    assert [path.name[:4] for path in FILES] == wanted
    assert all(path.name[4] == "_" for path in FILES)
    assert [one.revision for one in in_order(empty_app)] == wanted
    assert [one.down_revision for one in in_order(empty_app)] == [None, *wanted[:-1]]
    assert script(empty_app).get_heads() == wanted[-1:]


def test_every_table_says_whether_its_rows_show_on_pages() -> None:
    # `shows_on_pages = True` or False on each model, and in the `info` of each plain Table.
    silent = {
        one.class_.__name__
        for one in Base.registry.mappers
        if "shows_on_pages" not in vars(one.class_)
    } | {name for name, table in Base.metadata.tables.items() if "shows_on_pages" not in table.info}
    assert silent == set()


def test_every_column_says_what_it_holds_of_a_person() -> None:
    # `holds = of_reader(…)` or `nobody("…")` on each model, and in the `info` of each plain Table.
    assert receipt.untold(Base.metadata.tables.values()) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_none_leans_on_code_that_will_change(path: Path) -> None:
    tree = ast.parse(path.read_text())
    imported = {
        name.name.split(".")[0] if isinstance(node, ast.Import) else (node.module or "")
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    assert "hrsite" not in {name.split(".")[0] for name in imported}
    assert ast.get_docstring(tree)


def test_an_empty_database_becomes_what_the_models_say(empty_app: Flask) -> None:
    flask_migrate.upgrade(directory=str(FOLDER))
    with db.engine.connect() as connection:
        options = {"compare_type": True, "include_object": is_no_index}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []
    found = {name for name in inspect(db.engine).get_table_names() if not name.startswith(INDEX)}
    assert found == {*Base.metadata.tables, "alembic_version"}


def test_each_step_back_undoes_its_step(empty_app: Flask) -> None:
    stages = []
    for one in in_order(empty_app):
        stages.append(structure())
        flask_migrate.upgrade(directory=str(FOLDER), revision=one.revision)
        is_sqlite = db.engine.dialect.name == "sqlite"
        same = ROWS_ALONE | (POSTGRESQL_ALONE if is_sqlite else SQLITE_ALONE)
        assert (structure() != stages[-1]) == (one.revision not in same)
    for stage in reversed(stages):
        flask_migrate.downgrade(directory=str(FOLDER), revision="-1")
        assert structure() == stage
    assert structure() == {}


def test_the_way_back_and_forth_ends_where_it_began(empty_app: Flask) -> None:
    flask_migrate.upgrade(directory=str(FOLDER))
    once = structure()
    flask_migrate.downgrade(directory=str(FOLDER), revision="base")
    flask_migrate.upgrade(directory=str(FOLDER))
    assert structure() == once


def test_rebuilding_a_table_keeps_what_refers_to_it(
    empty_app: Flask,
    tmp_path: Path,
) -> None:
    # As a later migration would: SQLite makes the table anew and drops the old one.
    flask_migrate.upgrade(directory=str(FOLDER))
    with db.engine.begin() as connection:
        connection.execute(text(
            "INSERT INTO recipients (id, address, address_key, links) VALUES (1, 'a', 'k', 'l')"
        ))  # fmt: skip
        connection.execute(text(
            "INSERT INTO subscribers (id, confirm_hash, settings_hash, unsubscribe_hash,"
            " created_at) VALUES (1, 'c', 's', 'u', '2026-06-02 14:00:00+00')"
        ))  # fmt: skip
        connection.execute(text(
            "INSERT INTO subscriptions (id, subscriber_id, topic, state, changed_at)"
            " VALUES (1, 1, 'articles', 'confirmed', '2026-06-02 14:00:00+00')"
        ))  # fmt: skip
    copy = tmp_path / "migrations"
    later = copy / "versions" / "9999_later.py"
    later.parent.mkdir(parents=True)
    for path in [FOLDER / "env.py", FOLDER / "alembic.ini", FOLDER / "script.py.mako", *FILES]:
        (copy / path.relative_to(FOLDER)).write_text(path.read_text())
    later.write_text(
        '"""Later."""\nimport sqlalchemy as sa\nfrom alembic import op\n'
        f'revision = "9999"\ndown_revision = "{FILES[-1].name[:4]}"\n'
        'def upgrade():\n    with op.batch_alter_table("subscribers") as table:\n'
        '        table.alter_column("confirm_hash", type_=sa.String(100))\n'
    )
    flask_migrate.upgrade(directory=str(copy))
    with db.engine.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM subscriptions")) == 1
        if connection.dialect.name == "sqlite":
            assert connection.scalar(text("PRAGMA foreign_keys")) == 1


def test_copies_written_before_there_were_tallies_are_counted(empty_app: Flask) -> None:
    flask_migrate.upgrade(directory=str(FOLDER), revision="0002")
    with db.engine.begin() as connection:
        connection.execute(text(
            "INSERT INTO outbox_messages (id, key, stream, mark, sender_name, sender_address,"
            " reply_to, language, subject, text, html, created_at, not_after, is_timely,"
            " policy_refusals_in_a_row) VALUES (1, 'k', 'articles', 'm', '', '', '', 'en', '', '',"
            " '', '2026-06-02 14:00:00+00', '2026-06-03 14:00:00+00', FALSE, 2)"
        ))  # fmt: skip
        for key, state in enumerate(("accepted", "accepted", "refused", "queued")):
            connection.execute(text(
                "INSERT INTO deliveries (message_id, address, address_key, links, letter_id,"
                " state, created_at, changed_at, attempt_count, repeat_count, fence)"
                " VALUES (1, 'a', :key, 'l', 'i', :state, '2026-06-02 14:00:00+00',"
                " '2026-06-02 14:00:00+00', 1, 0, 1)"
            ), {"key": str(key), "state": state})  # fmt: skip
    flask_migrate.upgrade(directory=str(FOLDER), revision="0003")
    with db.engine.connect() as connection:
        tally = connection.execute(text("SELECT * FROM message_tallies")).mappings().one()
    assert {name: count for name, count in tally.items() if count} == {
        "message_id": 1,
        "created_count": 4,
        "accepted_count": 2,
        "refused_count": 1,
        "policy_refusals_in_a_row": 2,
    }


def test_sessions_written_before_get_the_wall_time_they_had(empty_app: Flask) -> None:
    flask_migrate.upgrade(directory=str(FOLDER), revision="0028")
    utc = "+00" if db.engine.dialect.name == "postgresql" else ".000000"
    dates = {"start": f"2026-06-04 23:00:00{utc}", "end": f"2026-06-05 00:15:00{utc}"}
    with db.engine.begin() as connection:  # fmt: skip
        for number, times in enumerate((dates, {"start": None, "end": None}), 1):
            connection.execute(
                text(
                    "INSERT INTO session_notices (id, title, slug, body_html, starts_at, ends_at,"
                    " place, how_to_join, created_at, updated_at, send_to_readers, version)"
                    " VALUES (:id, 't', :slug, '', :start, :end, '', '', :now, :now, FALSE, 1)"
                ),
                {"id": number, "slug": str(number), "now": f"2026-06-01 12:00:00{utc}"} | times,
            )
    flask_migrate.upgrade(directory=str(FOLDER), revision="0029")
    with db.engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM session_notices ORDER BY id")).mappings()
        once, standing = ({name: str(fact) for name, fact in row.items()} for row in rows)
    assert (once["rhythm"], once["first_on"], once["length_minutes"]) == (
        "once",
        "2026-06-04",
        "75",
    )
    assert once["start_time"].startswith("19:00:00")
    assert once["zone_name"] == "America/Toronto"
    assert (standing["rhythm"], standing["review_on"]) == ("standing", "2026-07-01")
    assert len({once["calendar_uid"], standing["calendar_uid"], ""}) == 3


def test_hints_kept_in_articles_are_kept_there_and_back(empty_app: Flask) -> None:
    flask_migrate.upgrade(directory=str(FOLDER), revision="0039")
    now = f"2026-06-01 12:00:00{'+00' if db.engine.dialect.name == 'postgresql' else '.000000'}"
    with db.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO posts (id, title, slug, summary, body_html, language, author_name,"
                " created_at, updated_at, send_to_readers, version)"
                " VALUES (7, 't', 's', '', '', '', '', :now, :now, FALSE, 2)"
            ),
            {"now": now},
        )
        connection.execute(text("INSERT INTO kept_hints (post_id, keys) VALUES (7, '[]')"))
    flask_migrate.upgrade(directory=str(FOLDER), revision="0040")
    with db.engine.connect() as connection:
        kept = connection.execute(text("SELECT room, row_id, keys FROM kept_hints")).one()
    flask_migrate.downgrade(directory=str(FOLDER), revision="0039")
    with db.engine.connect() as connection:
        back = connection.execute(text("SELECT post_id, keys FROM kept_hints")).one()
    assert (tuple(kept), tuple(back)) == (("posts", 7, "[]"), (7, "[]"))


def test_what_articles_said_before_is_kept_there_and_back(empty_app: Flask) -> None:
    flask_migrate.upgrade(directory=str(FOLDER), revision="0036")
    now = f"2026-06-01 12:00:00{'+00' if db.engine.dialect.name == 'postgresql' else '.000000'}"
    with db.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO posts (id, title, slug, summary, body_html, language, author_name,"
                " created_at, updated_at, send_to_readers, version)"
                " VALUES (7, 't', 's', '', '', '', '', :now, :now, FALSE, 2)"
            ),
            {"now": now},
        )
        connection.execute(
            text(
                "INSERT INTO post_revisions (post_id, version, saved_at, title, summary, body_html,"
                " topics, content_note, digest)"
                " VALUES (7, 1, :now, 'Before', 'In short', '<p>Words.</p>', 'Sleep', '', 'd')"
            ),
            {"now": now},
        )
    flask_migrate.upgrade(directory=str(FOLDER), revision="0037")
    with db.engine.connect() as connection:
        kept = connection.execute(text("SELECT * FROM earlier_texts")).mappings().one()
    assert (kept["room"], kept["row_id"], kept["version"]) == ("posts", 7, 1)
    assert (kept["title"], kept["body_html"]) == ("Before", "<p>Words.</p>")
    assert '"summary": "In short", "topics": "Sleep"' in kept["boxes"]
    flask_migrate.downgrade(directory=str(FOLDER), revision="0036")
    with db.engine.connect() as connection:
        back = connection.execute(text("SELECT * FROM post_revisions")).mappings().one()
    assert (back["post_id"], back["summary"], back["topics"]) == (7, "In short", "Sleep")
