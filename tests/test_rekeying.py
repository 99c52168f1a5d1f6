"""Nothing that is sealed or hashed under a key is left out when the key changes."""

import pytest
from flask import Flask
from sqlalchemy import String

from hrsite import rekeying
from hrsite.extensions import Base


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
