"""One PostgreSQL database for one test after the other: emptied between them, not made anew.

A copy of the migrated database takes a third of a second, and emptying one some milliseconds.
"""

import atexit
import functools
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from tests import databases

# More than this was a test of many rows: their statistics would change the next test's plans.
MOST_OCTETS = 8_000_000

# Whatever a test could have changed beside rows. Names and not row numbers: a database that was
# brought back from a backup is the same one.
SHAPE = """
SELECT md5(string_agg(line, chr(10) ORDER BY line)) FROM (
    SELECT concat_ws(' ', c.relkind, c.relname, a.attname, a.atttypid, a.attnotnull,
                     a.attisdropped, a.atthasdef) AS line
    FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
    WHERE c.relnamespace = 'public'::regnamespace
    UNION ALL SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c
    ON c.oid = i.indexrelid WHERE c.relnamespace = 'public'::regnamespace
    UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT nspname FROM pg_namespace
    UNION ALL SELECT setconfig::text FROM pg_db_role_setting s JOIN pg_database d
    ON d.oid = s.setdatabase AND d.datname = current_database()
) AS lines
"""
OTHERS_GONE = """
SELECT bool_and(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
OCTETS = """
SELECT sum(pg_relation_size(oid)) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""


# A process of PostgreSQL reads anew what the tables are like, which is most of the work.
_connected: dict[str, psycopg.Connection[Any]] = {}


def database(name: str, template: str) -> str:
    """The address of a copy of `template`, with its rows and no others.

    Whoever is still connected to it is thrown out.
    """
    try:
        is_empty = _empty(name, template)
    except psycopg.OperationalError:  # It is not there yet, or a test has thrown us out.
        is_empty = False
    if not is_empty:
        leave(name)
        databases.create_database(name, template)
    return databases.postgresql_url(name)


def leave(name: str) -> None:
    """Be connected to it no more; PostgreSQL copies no database that somebody is connected to."""
    if name in _connected:
        _connected.pop(name).close()


def _empty(name: str, template: str) -> bool:
    """Put the rows back as they are in the template; False when more than rows was changed."""
    shape, rows = _template(template)
    if name not in _connected:
        _connected[name] = _connect(name)
    connection = _connected[name]
    connection.execute(OTHERS_GONE)
    if _one(connection, SHAPE) != shape or int(_one(connection, OCTETS)) > MOST_OCTETS:
        return False
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute(
            sql.SQL("; ").join(
                sql.SQL("DELETE FROM {}").format(sql.Identifier(table)) for table in rows
            )
        )
        for table, copy in rows.items():
            if copy:
                _take_in(connection, table, copy)
        connection.execute("SELECT setval(seqrelid::regclass, 1, false) FROM pg_sequence")
    return True


@functools.cache
def _template(name: str) -> tuple[str, dict[str, bytes]]:
    """What a database is like, and the rows of each of its tables as COPY spells them."""
    with _connect(name) as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        rows = {}
        for (table,) in tables:
            asked = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))
            with connection.cursor().copy(asked) as copy:
                rows[table] = b"".join(bytes(piece) for piece in copy)
        return _one(connection, SHAPE), rows


def _take_in(connection: psycopg.Connection[Any], table: str, rows: bytes) -> None:
    asked = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))
    with connection.cursor().copy(asked) as copy:
        copy.write(rows)


def _one(connection: psycopg.Connection[Any], question: LiteralString) -> str:
    row = connection.execute(question).fetchone()
    assert row is not None
    return str(row[0])


def _connect(name: str) -> psycopg.Connection[Any]:
    return psycopg.connect(
        host=databases.postgresql_host(),
        user="hrsite",
        dbname=name,
        autocommit=True,
        prepare_threshold=None,  # Many statements in one cannot be prepared.
    )


@atexit.register
def _leave_all() -> None:
    for name in list(_connected):
        leave(name)
