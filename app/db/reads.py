"""
Reads on the driver itself: SQLAlchemy writes each statement once, and its pool lends the connection; what it does
besides on every execution costs three times as much as the driver (docs/performance.md).
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import current_app, g
from sqlalchemy import Engine, inspect
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.db.engines import READER, REPLICA, report_slow
from app.db.errors import translated
from app.db.replica import Replica
from app.db.session import UNIT, WROTE_AT, Unit, db
from app.db.sql.pagination import FEW
from app.db.sql.query import Line, PageQuery, Query, Statement, T
from app.db.sql.search import PHRASE_MIN_LENGTH, Match, count_in_index, pattern, phrase, trimmed
from app.domain.folding import fold_case
from app.domain.pagination import Page, Window

CURSOR = "frontdesk_cursor"


class Reads:
    """Runs reads on the connections of one engine, in autocommit."""

    def __init__(self, engine: Engine, *, slow_seconds: float = 0) -> None:
        self.engine, self.slow_seconds = engine, slow_seconds
        self._driver: Any = engine.dialect.loaded_dbapi
        self._connected = False

    def lines(self, statement: Statement, values: Mapping[str, Any]) -> Sequence[Line]:
        """
        What the statement finds. A connection that turns out to be dead is replaced once.

        :raises DBAPIError: of the kind that SQLAlchemy makes of the driver's error
        :raises PoolTimeout: no connection was free in time
        """
        try:
            return self.lines_once(statement, values)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        return self.lines_once(statement, values)

    def lines_once(self, statement: Statement, values: Mapping[str, Any]) -> Sequence[Line]:
        """The same, without another connection in place of a dead one."""
        if not self._connected:
            self._lend().close()  # a dialect knows only then how its database writes text
            self._connected = True
        compiled = statement.compiled(self.engine.dialect)
        if compiled is None:
            with self.engine.connect() as connection:
                return connection.execute(statement.statement, values).all()
        return compiled.lines(self._run(compiled.text, compiled.parameters(values)))

    def _run(self, text: str, parameters: Any) -> list[Line]:
        lent = self._lend()
        began = time.perf_counter()
        cursor: Any = None
        try:
            cursor = lent.info.get(CURSOR)
            if cursor is None:
                cursor = lent.info[CURSOR] = lent.cursor()  # making one costs as much as using it
            cursor.execute(text, parameters)
            found: list[Line] = cursor.fetchall()
        except self._driver.DataError as error:  # the values' fault; the connection is as good as before
            lent.close()
            raise self._named(error, text, parameters) from error
        except self._driver.Error as error:
            dead = self.engine.dialect.is_disconnect(error, lent.dbapi_connection, cursor)
            if dead:
                pool: Any = self.engine.pool
                pool._invalidate(lent, error)  # and with it all that are as old, as SQLAlchemy does
            else:
                lent.invalidate(error)
            self._watch(text, began)
            raise self._named(error, text, parameters, dead=dead) from error
        except BaseException as error:  # interrupted: what is still to come on this connection is not known
            lent.invalidate(error)
            raise
        lent.close()
        self._watch(text, began)
        return found

    def _lend(self) -> Any:
        try:
            return self.engine.raw_connection()
        except self._driver.Error as error:
            raise self._named(error) from error

    def _named(
        self, error: Exception, text: str | None = None, parameters: Any = None, *, dead: bool = False
    ) -> BaseException:
        """The driver's error as SQLAlchemy calls it."""
        return DBAPIError.instance(
            text,
            parameters,
            error,
            self._driver.Error,
            hide_parameters=self.engine.hide_parameters,
            connection_invalidated=dead,
            dialect=self.engine.dialect,
        )

    def _watch(self, text: str, began: float) -> None:
        if self.slow_seconds and time.perf_counter() - began >= self.slow_seconds:
            report_slow(text, time.perf_counter() - began)


def fetch_all(query: Query[T], /, **values: Any) -> list[T]:
    """
    All rows of a query: in the unit of work where one is open, else in autocommit, on the primary.

    :raises TypeError: a parameter is missing or unknown
    :raises DatabaseUnavailable, Unstorable: see ``errors.Translated``
    """
    return query.rows(_lines(query, values))


def fetch_one(query: Query[T], /, **values: Any) -> T | None:
    """The first row of a query, or None; see ``fetch_all``."""
    rows = fetch_all(query, **values)
    return rows[0] if rows else None


def fetch_list(query: Query[T], /, **values: Any) -> list[T]:
    """
    Rows of a list: from the replica where there is one that has everything the caller has written, else as
    ``fetch_all``. A replica that is away costs nothing but speed.
    """
    return query.rows(_list_lines(query, values))


def fetch_window(query: PageQuery[T], window: Window, /, *, fresh: bool = False, **values: Any) -> Page[T]:
    """
    The rows of a window, with their count, as ``fetch_list`` reads them.

    :param fresh: from the primary alone, as where rights depend on it
    """
    given = values | query.values(window)
    return query.page(_lines(query, given) if fresh else _list_lines(query, given), window)


def _lines(query: Statement, values: Mapping[str, Any]) -> Sequence[Line]:
    query.check(values)
    unit: Unit | None = g.get(UNIT)
    if unit is not None:
        return unit.execute(query.statement, values).all()
    with translated:
        return _reads(READER).lines(query, values)


def _list_lines(query: Statement, values: Mapping[str, Any]) -> Sequence[Line]:
    replica: Replica | None = current_app.extensions.get("frontdesk_replica")
    if replica is None or g.get(UNIT) is not None or not replica.may_answer(g.get(WROTE_AT)):
        return _lines(query, values)
    query.check(values)
    with translated:
        try:
            return _reads(REPLICA).lines_once(query, values)
        except DataError:  # no other database would take these values either
            raise
        except (DBAPIError, PoolTimeout):
            replica.lost()
    return _lines(query, values)


def _reads(name: str) -> Reads:
    found: Reads = current_app.extensions["frontdesk_reads"][name]
    return found


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
    build: Callable[..., PageQuery[T]],
    window: Window,
    *,
    search: str | None = None,
    folded: bool = False,
    index: str | None = None,
    narrowed: bool = False,
    fresh: bool = False,
    **values: Any,
) -> Page[T]:
    """
    The rows of a window, with their count.

    A search, or another question that few rows may answer, first looks whether there are few hits, which are gathered
    once, counted and sorted; only when there are many does it walk the list in order, where many hits mean a short
    walk.

    :param build: ``build(match=…, few=…, capped=…)`` gives the query
    :param folded: names are searched as they are compared, folded
    :param index: the full-text index that may serve, where there is one
    :param narrowed: the query asks for a part of the rows, whatever is searched for
    :param fresh: from the primary alone, as where rights depend on it
    """
    search = trimmed(search)
    match, few = None, narrowed or search is not None
    if search is not None:
        text = fold_case(search) if folded else search
        match, values["search"] = Match.PATTERN, pattern(text)
        if index is not None and len(text) >= PHRASE_MIN_LENGTH and has_table(index):
            few = _finds_few(index, text)
            if few:
                match, values["search"] = Match.PHRASE, phrase(text)
    if few:
        query = build(match=match, few=True, capped=False)
        read = _lines if fresh else _list_lines
        lines = read(query, values | window.values | {"probe": FEW + 1})
        if lines[0][0] <= FEW:
            return query.page(lines, window)
    query = build(match=match, few=False, capped=window.cap is not None)
    return fetch_window(query, window, fresh=fresh, **values)


def _finds_few(index: str, text: str) -> bool:
    """Whether the full-text index finds few; for many it is slower than reading every row."""
    found = fetch_all(count_in_index(index), search=phrase(text), probe=FEW + 1)
    return found[0].total <= FEW
