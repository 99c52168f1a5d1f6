"""The privacy receipt: no column is left out, and readers can see every line."""

import html
from typing import get_args

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Column, Integer, MetaData, String, Table
from sqlalchemy.orm import Session

from hrsite import receipt
from hrsite.extensions import Base
from hrsite.receipt import INFO, Kept, Receipt
from tests import factories
from tests.conftest import SECRET

pytestmark = pytest.mark.parametrize("database", ["sqlite"])


@pytest.mark.usefixtures("database")
def test_a_column_that_nobody_thought_of_is_found() -> None:
    said = Receipt((Kept("nickname age", "A name", "For fun"),), "id age gone")
    table = Table(
        "people",
        MetaData(),
        Column("id", Integer),
        Column("nickname", String),
        Column("age", Integer),
        Column("shoe_size", Integer),
        info={INFO: said},
    )
    silent = Table("silent", MetaData(), Column("id", Integer))
    assert receipt.untold([table, silent]) == [
        "people.age",
        "people.shoe_size",
        "people.gone is not there",
        "silent.id",
    ]


def test_a_reader_can_see_every_line(client: FlaskClient) -> None:
    page = html.unescape(client.get("/privacy/receipt").text)
    lines = [
        line
        for whose in get_args(receipt.Whose)
        for section in receipt.sections(Base.metadata, whose)
        for line in section.lines
    ]
    assert len(lines) > 20
    for line in [*lines, *receipt.BESIDES]:
        assert line.what in page
        assert line.why in page
        assert line.how_long in page
    assert SECRET not in page


def test_the_receipt_is_a_press_away_where_an_address_is_given_and_used(
    client: FlaskClient, session: Session
) -> None:
    links = factories.make_subscriber(session).links
    for path in ("/", "/signup", f"/confirm/{links['confirm']}", f"/settings/{links['settings']}"):
        assert 'href="/privacy/receipt"' in client.get(path).text, path


def test_privacy_names_the_lists_a_coach_brings_in(client: FlaskClient) -> None:
    page = " ".join(client.get("/privacy").text.split())
    assert "may bring in a list" in page
    assert "Whoever has left is never brought back." in page
    assert 'href="/privacy/receipt"' in page
