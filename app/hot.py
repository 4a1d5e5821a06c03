"""
Reads on the driver itself: SQLAlchemy writes the statement once, and its pool lends the connection; what it does
besides on every execution costs three times as much as the driver (docs/performance.md).
"""

import time
from collections import namedtuple
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, Executable, Select
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.sql.compiler import SQLCompiler

from app.engines import report_slow

CURSOR = "frontdesk_cursor"
QUERY_CANCELED = "57014"
"""PostgreSQL's word for a statement that took too long: not to be tried again."""
MOST_STATEMENTS = 1000
"""There are fewer variants of lists than this; whatever made more would not be built once."""
Convert = Callable[[Any], Any]


class Unsuitable(Exception):
    """The statement cannot be run this way, or failed: SQLAlchemy runs it, and says what is wrong."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement as one kind of database wants it."""

    text: str
    names: Sequence[str]
    """Its parameters, in their order."""
    positional: bool
    constants: dict[str, Any]
    """Parameters with a value of their own."""
    binds: dict[str, Convert]
    row: Callable[..., Any]
    converts: Sequence[Convert | None]


class Reads:
    """Runs reads on the connections of one engine."""

    def __init__(self, engine: Engine, *, slow_seconds: float = 0) -> None:
        self.engine, self.slow_seconds = engine, slow_seconds
        self._compiled: dict[int, tuple[Executable, Compiled | None]] = {}

    def fetch_all(self, statement: Executable, values: dict[str, Any]) -> Sequence[Any]:
        """
        All rows, with columns as attributes.

        :raises Unsuitable: run it by SQLAlchemy instead; nothing is lost, it only reads
        """
        compiled = self._compile(statement)
        if compiled is None:
            raise Unsuitable
        binds, given = compiled.binds, compiled.constants | values
        for name, convert in binds.items():
            given[name] = convert(given[name])
        parameters: Any = [given[name] for name in compiled.names] if compiled.positional else given
        found = self._run(compiled.text, parameters)
        row, converts = compiled.row, compiled.converts
        if not any(converts):
            return [row(*values_) for values_ in found]
        return [
            row(*[value if convert is None else convert(value) for value, convert in zip(line, converts, strict=True)])
            for line in found
        ]

    def _run(self, text: str, parameters: Any) -> list[Any]:
        lent = None
        began = time.perf_counter()
        try:
            lent = self.engine.raw_connection()
            began = time.perf_counter()
            cursor = lent.info.get(CURSOR)
            if cursor is None:
                cursor = lent.info[CURSOR] = lent.cursor()  # making one costs as much as using it
            cursor.execute(text, parameters)
            found = list(cursor.fetchall())
        except SQLAlchemyError:
            raise  # the pool's: no connection was free in time
        except Exception as error:
            if lent is not None:
                lent.invalidate()
            self._watch(text, began)
            if getattr(error, "sqlstate", None) == QUERY_CANCELED:
                raise OperationalError(text, None, error) from error
            raise Unsuitable from error
        lent.close()
        self._watch(text, began)
        return found

    def _watch(self, text: str, began: float) -> None:
        if self.slow_seconds and time.perf_counter() - began >= self.slow_seconds:
            report_slow(text, time.perf_counter() - began)

    def _compile(self, statement: Executable) -> Compiled | None:
        known = self._compiled.get(id(statement))
        if known is None:
            if len(self._compiled) >= MOST_STATEMENTS:
                return None
            # The statement is kept with it, so that its id stays its own.
            known = self._compiled[id(statement)] = (statement, self._made(statement))
        return known[1]

    def _made(self, statement: Executable) -> Compiled | None:
        if not isinstance(statement, Select):
            return None
        dialect = self.engine.dialect
        compiled = statement.compile(dialect=dialect)
        if not isinstance(compiled, SQLCompiler) or compiled.post_compile_params or compiled.literal_execute_params:
            return None
        binds: dict[str, Convert] = {}
        constants: dict[str, Any] = {}
        for bind, name in compiled.bind_names.items():
            convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if convert is not None:
                binds[name] = convert
            if not bind.required:
                constants[name] = bind.value
        columns = list(statement.selected_columns)
        shape: Any = namedtuple(  # type: ignore[misc]
            "Row", [column.key or f"column_{i}" for i, column in enumerate(columns)]
        )
        return Compiled(
            text=str(compiled),
            names=list(compiled.positiontup or compiled.bind_names.values()),
            positional=bool(compiled.positional),
            constants=constants,
            binds=binds,
            row=shape,
            converts=[column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns],
        )
