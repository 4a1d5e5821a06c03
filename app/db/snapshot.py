"""Long reads: a consistent view of the whole database, a few thousand rows at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Row

from app.db.errors import translated
from app.db.reads import reader

AT_ONCE = 2000


class Snapshot:
    """The database as it was at one moment."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def stream(self, statement: Any) -> Iterator[Row[Any]]:
        """Yield the rows of a statement; several can be read by turns."""
        with translated:
            yield from self._connection.execution_options(yield_per=AT_ONCE).execute(statement)


@contextmanager
def snapshot() -> Iterator[Snapshot]:
    """Yield a view of the database that later changes do not reach, and that does not block them."""
    with translated, reader().connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
            try:
                yield Snapshot(connection)
            finally:
                connection.exec_driver_sql("ROLLBACK")
            return
        with (
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True) as view,
            view.begin(),
        ):
            # The reader of the file may take long, or pause.
            view.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
            view.exec_driver_sql("SET LOCAL statement_timeout = 0")
            # PostgreSQL knows little of a table that has just been filled, and would look for each row in all others.
            view.exec_driver_sql("SET LOCAL enable_nestloop = off")
            yield Snapshot(view)
