"""What whoever has the database itself would see: every value of every row, as it lies there."""

from sqlalchemy import literal_column, select, table
from sqlalchemy.orm import Session

from hrsite.extensions import Base


def raw_values(session: Session) -> dict[str, bytes]:
    """By table, its values with a line for each; nothing is opened that is sealed."""
    session.rollback()
    return {
        name: b"\n".join(
            bytes(value) if isinstance(value, memoryview | bytes) else str(value).encode()
            for row in session.execute(select(literal_column("*")).select_from(table(name)))
            for value in row
        )
        for name in Base.metadata.tables
    }
