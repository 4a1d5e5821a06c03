"""
Reads on the driver itself: SQLAlchemy writes the statement once, and its pool lends the connection; what it does
besides on every execution costs three times as much as the driver (docs/performance.md).
"""

import time
from collections import namedtuple
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app, g
from sqlalchemy import (
    Engine,
    Executable,
    Row,
    Select,
    inspect,
)
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.sql.compiler import SQLCompiler

from app.db.engines import READER, REPLICA, report_slow
from app.db.errors import translated
from app.db.replica import Replica
from app.db.session import UNIT, Unit, db
from app.db.sql.pagination import FEW
from app.db.sql.search import PHRASE_MIN_LENGTH, Match, count_in_index, pattern, phrase
from app.domain.actor import Actor
from app.domain.folding import fold_case
from app.domain.pagination import Page, Window

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


def fetch_all(statement: Executable, **values: Any) -> Sequence[Row[Any]]:
    """
    All rows of a read: in the unit of work where one is open, else in autocommit, on the primary.
    A connection that turns out to be dead is replaced once.

    :raises DatabaseUnavailable, Unstorable: see ``errors.Translated``
    """
    unit: Unit | None = g.get(UNIT)
    if unit is not None:
        return unit.execute(statement, values).all()
    with translated:
        return _read(READER, statement, values)


def fetch_list(statement: Executable, *, wrote_at: datetime | None, **values: Any) -> Sequence[Row[Any]]:
    """
    Rows of a list: from the replica where there is one that has everything a caller who wrote at
    ``wrote_at`` must find, else as ``fetch_all``. A replica that is away costs nothing but speed.
    """
    replica: Replica | None = current_app.extensions.get("frontdesk_replica")
    if replica is None or g.get(UNIT) is not None or not replica.may_answer(wrote_at):
        return fetch_all(statement, **values)
    try:
        return _read(REPLICA, statement, values, persist=False)
    except (Unsuitable, DBAPIError, PoolTimeout):
        replica.lost()
        return fetch_all(statement, **values)


def _read(name: str, statement: Executable, values: dict[str, Any], *, persist: bool = True) -> Sequence[Row[Any]]:
    """
    On the driver where that will do, else by SQLAlchemy, which also knows what an error means.

    :param persist: try again when a connection fails; False where somebody else may be asked instead
    """
    reads: Reads = current_app.extensions["frontdesk_reads"][name]
    try:
        return reads.fetch_all(statement, values)
    except Unsuitable as reason:
        if reason.__cause__ is not None and not persist:
            raise
    try:
        return _by_sqlalchemy(reads.engine, statement, values)
    except DBAPIError as error:
        if not (persist and error.connection_invalidated):
            raise
        return _by_sqlalchemy(reads.engine, statement, values)


def _by_sqlalchemy(engine: Engine, statement: Executable, values: dict[str, Any]) -> Sequence[Row[Any]]:
    with engine.connect() as connection:
        return connection.execute(statement, values).all()


def fetch_one(statement: Executable, **values: Any) -> Row[Any] | None:
    """The first row of a read, or None; see ``fetch_all``."""
    rows = fetch_all(statement, **values)
    return rows[0] if rows else None


def has_table(name: str) -> bool:
    """Whether a table is there that not every installation has. Once seen, it is not looked for again."""
    seen: set[str] = current_app.extensions["frontdesk_tables"]
    if name not in seen and db.engine.dialect.name == "sqlite":
        with translated:
            seen.update({name} if inspect(reader()).has_table(name) else ())
    return name in seen


def reader() -> Engine:
    """The engine for reads: no BEGIN, no ROLLBACK, one round trip a statement."""
    engine: Engine = current_app.extensions["frontdesk_reader"]
    return engine


def fetch_page(
    actor: Actor,
    build: Callable[..., Select[Any]],
    window: Window,
    *,
    search: str | None = None,
    folded: bool = False,
    index: str | None = None,
    **values: Any,
) -> Page:
    """
    The rows of a window, with their count.

    A search first looks whether there are few hits, which are gathered once, counted and sorted; only
    when there are many does it walk the list in order, where many hits mean a short walk.

    :param build: ``build(match=…, few=…, capped=…)`` gives the statement
    :param folded: names are searched as they are compared, folded
    :param index: the full-text index that may serve, where there is one
    """
    match, few = None, bool(search)
    if search:
        text = fold_case(search) if folded else search
        match, values["search"] = Match.PATTERN, pattern(text)
        if index is not None and len(text) >= PHRASE_MIN_LENGTH and has_table(index):
            few = _finds_few(index, text)
            if few:
                match, values["search"] = Match.PHRASE, phrase(text)
    if few:
        statement = build(match=match, few=True, capped=False)
        rows = fetch_list(statement, wrote_at=actor.wrote_at, **values, **window.values | {"probe": FEW + 1})
        if rows[0].total <= FEW:
            return Page.of(rows, window)
    statement = build(match=match, few=False, capped=window.cap is not None)
    return Page.of(fetch_list(statement, wrote_at=actor.wrote_at, **values, **window.values), window)


def _finds_few(index: str, text: str) -> bool:
    """Whether the full-text index finds few; for many it is slower than reading every row."""
    found = fetch_all(count_in_index(index), search=phrase(text), probe=FEW + 1)
    return bool(found[0].total <= FEW)
