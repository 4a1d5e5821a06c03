"""What a failure of the database means."""

from collections.abc import Iterator

from sqlalchemy import (
    Table,
    UniqueConstraint,
)
from sqlalchemy.exc import IntegrityError

from app.models import Base


def violated(error: IntegrityError) -> str | None:
    """Name of the constraint that an error is about, ``fk_`` for a foreign key of SQLite; None where it is not said."""
    name = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    if name:
        return str(name)
    kind, _, places = str(error.orig).partition("constraint failed: ")
    if kind.startswith("FOREIGN KEY"):
        return "fk_"
    if not kind.startswith("UNIQUE"):
        return None
    columns = {place.strip().partition(".")[2] for place in places.split(",")}
    table = Base.metadata.tables[places.partition(".")[0].strip()]
    return next((name for name, parts in _unique(table) if parts == columns), None)


def _unique(table: Table) -> Iterator[tuple[str, set[str]]]:
    for index in table.indexes:
        if index.unique:
            yield str(index.name), {column.name for column in index.columns}
    for constraint in [table.primary_key, *table.constraints]:
        if constraint is table.primary_key or isinstance(constraint, UniqueConstraint):
            yield str(constraint.name), {column.name for column in constraint.columns}
