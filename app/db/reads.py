"""
Reads that call the database driver directly.

SQLAlchemy compiles each statement once and its pool provides the connections, but statements do not go through its
execution layer, which takes three times as long as the driver itself (see docs/performance.md).
"""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from flask import current_app, g
from sqlalchemy import Engine, inspect
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.db.engines import READER, REPLICA, report_slow
from app.db.errors import translated
from app.db.replica import Replica
from app.db.session import UNIT, WROTE_AT, Unit, db
from app.db.sql.keyset import After
from app.db.sql.pagination import FEW, TOTAL
from app.db.sql.query import Line, PageQuery, Query, Statement, T
from app.db.sql.search import PHRASE_MIN_LENGTH, Match, count_in_index, pattern, phrase, trimmed
from app.domain.filters import NO_FILTERS, Filters
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
        Return the rows that the statement finds. If the connection turns out to be dead, try once more on a new one.

        :raises DBAPIError: the driver's error, wrapped in SQLAlchemy's class for it
        :raises PoolTimeout: no connection became free in time
        """
        try:
            return self.lines_once(statement, values)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        return self.lines_once(statement, values)

    def lines_once(self, statement: Statement, values: Mapping[str, Any]) -> Sequence[Line]:
        """The same as ``lines``, without a second try."""
        if not self._connected:
            self._lend().close()  # statements can only be compiled once the engine has connected
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
                cursor = lent.info[CURSOR] = lent.cursor()  # kept, as making one takes as long as using it
            cursor.execute(text, parameters)
            found: list[Line] = cursor.fetchall()
        except self._driver.DataError as error:  # caused by the values; the connection is still good
            lent.close()
            raise self._named(error, text, parameters) from error
        except self._driver.Error as error:
            dead = self.engine.dialect.is_disconnect(error, lent.dbapi_connection, cursor)
            if dead:
                pool: Any = self.engine.pool
                pool._invalidate(lent, error)  # as SQLAlchemy does: this also drops all older connections
            else:
                lent.invalidate(error)
            self._watch(text, began)
            raise self._named(error, text, parameters, dead=dead) from error
        except BaseException as error:  # interrupted: the state of the connection is unknown
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
        """The driver's error, wrapped in SQLAlchemy's class for it."""
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
    All rows of a query, read on the primary: inside the open transaction if there is one, otherwise in autocommit.

    :raises TypeError: a parameter is missing or unknown
    :raises DatabaseUnavailable, Unstorable: see ``errors.Translated``
    """
    return query.rows(_lines(query, values))


def fetch_committed(query: Query[T], /, **values: Any) -> list[T]:
    """
    The rows that are committed, read outside the open transaction, so that it need not begin yet.

    :raises DatabaseUnavailable, Unstorable: see ``errors.Translated``
    """
    query.check(values)
    with translated:
        return query.rows(_reads(READER).lines(query, values))


def fetch_one(query: Query[T], /, **values: Any) -> T | None:
    """The first row of a query, or None if there are no rows; see ``fetch_all``."""
    rows = fetch_all(query, **values)
    return rows[0] if rows else None


def fetch_list(query: Query[T], /, **values: Any) -> list[T]:
    """
    Rows of a list, read from the replica if it has everything that the caller wrote, otherwise as by ``fetch_all``.

    If the replica fails, the rows come from the primary.
    """
    return query.rows(_list_lines(query, values))


def fetch_window(query: PageQuery[T], window: Window, /, *, fresh: bool = False, **values: Any) -> Page[T]:
    """
    The page of a window, with the total, read as by ``fetch_list``.

    :param fresh: read from the primary only, for lists that permissions depend on
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
        except DataError:  # the primary would reject these values too
            raise
        except (DBAPIError, PoolTimeout):
            replica.lost()
    return _lines(query, values)


def _reads(name: str) -> Reads:
    found: Reads = current_app.extensions["frontdesk_reads"][name]
    return found


def has_table(name: str) -> bool:
    """
    Whether an optional table exists on SQLite; always False on PostgreSQL, which has none.

    A positive result is cached.
    """
    seen: set[str] = current_app.extensions["frontdesk_tables"]
    if name not in seen and db.engine.dialect.name == "sqlite":
        with translated:
            seen.update({name} if inspect(reader()).has_table(name) else ())
    return name in seen


def reader() -> Engine:
    """The engine for reads: in autocommit, one round trip for each statement."""
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
    filters: Filters = NO_FILTERS,
    fresh: bool = False,
    **values: Any,
) -> Page[T]:
    """
    The page of a window, with the total.

    A search, or a query that is otherwise likely to have few hits, first collects up to ``FEW`` hits and counts and
    sorts them. Only if there are more does it walk the list in order; with many hits, a page is filled soon.

    :param build: a function that returns the query; it is called as ``build(match=…, few=…, capped=…)``
    :param search: the text to search for; None or blank to list everything
    :param folded: whether the searched columns hold folded names
    :param index: the name of the full-text index that can be used if it exists
    :param narrowed: whether the query has filters that can leave few rows even without a search
    :param filters: exact filters; with any, ``build`` also gets ``only``, the names of their parameters
    :param fresh: read from the primary only, for lists that permissions depend on
    """
    search = trimmed(search)
    exact = filters.values
    if exact:
        build, values = partial(build, only=tuple(sorted(exact))), {**values, **exact}
    match, few = None, narrowed or bool(exact) or search is not None
    if search is not None:
        text = fold_case(search) if folded else search
        match, values["search"] = Match.PATTERN, pattern(text)
        if index is not None and len(text) >= PHRASE_MIN_LENGTH and has_table(index):
            few = _finds_few(index, text)
            if few:
                match, values["search"] = Match.PHRASE, phrase(text)
    if few:
        query, place = _from(window, partial(build, match=match, few=True, capped=False))
        read = _lines if fresh else _list_lines
        lines = read(query, values | place | window.values | {"probe": FEW + 1})
        if lines[0][0] <= FEW:
            return query.page(lines, window)
    query, place = _from(window, partial(build, match=match, few=False, capped=window.cap is not None))
    return fetch_window(query, window, fresh=fresh, **values, **place)


def _from(window: Window, build: Callable[..., PageQuery[T]]) -> tuple[PageQuery[T], dict[str, Any]]:
    """
    Return the query for a window, and the parameters for its place, if it begins at one.

    :raises InvalidCursor: the place is in another list
    """
    query = build()
    if window.after is None:
        return query, {}
    given = query.parsed(window.after)
    nulls = tuple(value is None for value in given)
    values = {f"after_{number}": value for number, value in enumerate(given) if value is not None}
    query = build(after=After(nulls, nulls_high=db.engine.dialect.name == "postgresql"))
    return query, values | ({TOTAL: window.after.total} if TOTAL in query.parameters else {})


def _finds_few(index: str, text: str) -> bool:
    """Whether the full-text index finds few rows. For many rows it is slower than reading all of them."""
    found = fetch_all(count_in_index(index), search=phrase(text), probe=FEW + 1)
    return found[0].total <= FEW
