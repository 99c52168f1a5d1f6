"""Column types that SQLite and PostgreSQL spell differently, or that must be sealed at rest."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, cast

import structlog
from flask import current_app
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CursorResult,
    DateTime,
    Dialect,
    Enum,
    LargeBinary,
    Result,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import TypeDecorator

from hrsite.sealing import BrokenSeal

log = structlog.get_logger(__name__)

# A row's number is a 32-bit integer in PostgreSQL; a larger one is no row, and no fault of ours.
LARGEST_ID = 2**31 - 1


def changed_rows(answer: Result[Any]) -> int:
    """How many rows an INSERT, UPDATE or DELETE changed."""
    return cast(CursorResult[Any], answer).rowcount


def words(kind: type[StrEnum]) -> Enum:
    """A column of lower-case words, the same in Python, in SQL and in exports."""
    return Enum(kind, native_enum=False, length=20, values_callable=list)


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment. SQLite hands back naive times and PostgreSQL zoned ones: both become UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A time without a zone cannot be stored.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class SealedText(TypeDecorator[str]):
    """Text encrypted at rest. It can be copied from row to row in SQL, but not searched.

    What cannot be opened any more reads as "" (and links as {}).
    """

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else current_app.extensions["seal"].close(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else _opened(value)


class SealedLinks(TypeDecorator[dict[str, str]]):
    """A person's link tokens by purpose, encrypted at rest."""

    impl = SealedText
    cache_ok = True

    def process_bind_param(self, value: dict[str, str] | None, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> dict[str, str] | None:
        try:
            links = json.loads(value or "null")
        except ValueError:
            links = None
        return links if isinstance(links, dict) else None if value is None else {}


def _opened(value: bytes) -> str:
    """What was sealed. One row that cannot be opened must not keep a query from all the others."""
    try:
        text: str = current_app.extensions["seal"].open(value)
    except BrokenSeal as trouble:
        log.error("seal_broken", note=str(trouble))
        return ""
    return text


class numbers(GenericFunction[int]):  # noqa: N801 - it is a function in SQL
    """A column of numbers out of one parameter: `id IN numbers`, however many there are.

    With a parameter for each, spelling the statement takes longer than the database does.
    """

    inherit_cache = True


@compiles(numbers, "sqlite")
def _numbers_in_sqlite(element: numbers, compiler: SQLCompiler, **kw: Any) -> str:
    listed = compiler.process(element.clauses, **kw)  # A parameter's place, never its value.
    return f"(SELECT value FROM json_each({listed}))"  # noqa: S608


@compiles(numbers, "postgresql")
def _numbers_in_postgresql(element: numbers, compiler: SQLCompiler, **kw: Any) -> str:
    listed = f"CAST({compiler.process(element.clauses, **kw)} AS json)"
    return f"(SELECT CAST(json_array_elements_text({listed}) AS bigint))"  # noqa: S608


def is_one_of(
    column: ColumnElement[int] | Any, ids: Iterable[int] | BindParameter[str]
) -> ColumnElement[bool]:
    """Does this column hold one of these numbers? Or of those in a parameter's `number_list`?"""
    listed = ids if isinstance(ids, BindParameter) else number_list(ids)
    return column.op("IN", is_comparison=True)(numbers(listed))


def number_list(ids: Iterable[int]) -> str:
    """Numbers as one parameter."""
    return json.dumps(list(ids))
