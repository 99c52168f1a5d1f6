"""Nothing that is sealed or hashed under a key is left out when the key changes."""

import pytest
from flask import Flask
from sqlalchemy import String

from hrsite import rekeying
from hrsite.extensions import Base
from hrsite.receipt import mark, of


@pytest.mark.parametrize("database", ["sqlite"])
def test_no_keyed_hash_is_forgotten(app: Flask) -> None:
    hashes = {
        column.name
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, String)
        and column.type.length == 64
        and column.name.endswith("_key")
    }
    assert hashes == rekeying.HASHES
    assert {table.name for table in rekeying.places_of(Base.metadata)} >= {
        "recipients", "deliveries", "signup_requests", "brought_lists", "consent_events",
        "suppressions", "opened_addresses", "bounces", "audit_events",
    }  # fmt: skip


def test_whatever_readers_are_told_is_a_mark_of_their_address_changes_with_the_key() -> None:
    what = mark("").what
    receipts = [said for table in Base.metadata.tables.values() if (said := of(table))]
    lines = [line for said in receipts for line in said.lines if line.what == what]
    marks = {name for line in lines for name in line.names}
    assert "address_key" in marks
    assert marks - {"id"} <= rekeying.HASHES
