"""Every cell of the fault table: what one look at a failing mail server leaves in the ledger."""

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from tests.outbox import fault_table
from tests.outbox.fault_cells import AT_PARTING, ON_THE_LINE, Cell
from tests.outbox.fault_chunks import SENT_WHOLE
from tests.outbox.fault_replies import ANSWERED

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"])
CELLS = [*ON_THE_LINE, *AT_PARTING, *ANSWERED, *SENT_WHOLE]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> fault_table.Certificates:
    return fault_table.make_all_certificates(tmp_path_factory.mktemp("certificates"))


@ON_SQLITE
@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_a_fault_leaves_what_the_table_says(
    certificates: fault_table.Certificates,
    app: Flask,
    session: Session,
    clock: time_machine.Traveller,
    cell: Cell,
) -> None:
    fault_table.run(app, session, cell, certificates)
