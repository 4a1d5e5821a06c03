"""Changes that wait for locks only briefly, so that Umami never waits long behind them; and changes in batches."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Concatenate, ParamSpec

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from app.db import engines
from app.db.errors import CannotAdopt, sqlstate
from app.db.migrations import LOCK
from app.db.session import db
from app.runtime import runtime

LOCK_MS, ATTEMPTS, PAUSE_SECONDS, TURN_SECONDS = 300, 100, 1.0, 0.1
"""Statements of Umami queue behind a lock that we wait for, so we give up soon and try again."""
CONNECTIONS = 3
"""One holds the lock, one reads, one writes."""
BATCH = 1000
"""Rows per transaction."""
P = ParamSpec("P")
_engine: ContextVar[Engine] = ContextVar("engine")
BUSY = frozenset({"55P03", "40P01"})
"""PostgreSQL's "lock not available" and "deadlock detected"."""


@contextmanager
def connected(*, autocommit: bool = True) -> Iterator[Connection]:
    """
    Yield a connection whose statements may take as long as they need.

    :param autocommit: whether each statement is a transaction; otherwise all are one, which is rolled back
    :raises CannotAdopt: the database is not PostgreSQL
    """
    if db.engine.dialect.name != "postgresql":
        raise CannotAdopt("only PostgreSQL databases of Umami can be adopted; set DATABASE_URL to that of Umami")
    with _engine.get(db.engine).connect() as connection:
        if autocommit:
            connection.execution_options(isolation_level="AUTOCOMMIT")
        try:
            connection.execute(text("SET statement_timeout = 0"))
            connection.execute(text("SET idle_in_transaction_session_timeout = 0"))
            yield connection
        finally:
            connection.invalidate()  # the settings, locks and temporary functions end with it


@contextmanager
def turn() -> Iterator[Connection]:
    """Yield a connection that holds the lock of migrations, so that adoptions and migrations take turns."""
    # Its own pool, because the one of the settings may have a single connection.
    options = engines.options(runtime().config, str(runtime().config.sqlalchemy_url), reads=False)
    engine = create_engine(**options | {"pool_size": CONNECTIONS})
    token = _engine.set(engine)
    try:
        with connected() as connection:
            while not connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": LOCK}):
                time.sleep(TURN_SECONDS)
            yield connection
    finally:
        _engine.reset(token)
        engine.dispose()


def change(statements: Callable[Concatenate[Connection, P], object], *given: P.args, **named: P.kwargs) -> None:
    """
    Run statements in a transaction, and again from the start if it has to wait too long for a lock.

    :param given, named: further arguments of ``statements``
    :raises CannotAdopt: it always had to
    """
    for attempt in range(ATTEMPTS):
        try:
            with _engine.get(db.engine).connect() as connection, connection.begin():
                connection.execute(text("SET LOCAL statement_timeout = 0"))
                connection.execute(text(f"SET LOCAL lock_timeout = {LOCK_MS}"))
                statements(connection, *given, **named)
        except OperationalError as error:
            if sqlstate(error) not in BUSY:
                raise
        else:
            return
        time.sleep(random.uniform(0.5, 1) * min(PAUSE_SECONDS, 0.1 * (attempt + 1)))  # noqa: S311 (jitter)
    raise CannotAdopt(
        "another transaction holds locks on Umami's tables all the time; see pg_stat_activity for it, and run the same "
        "command again, which continues"
    )


def run(connection: Connection, *statements: str) -> None:
    """Run statements without parameters."""
    for statement in statements:
        connection.exec_driver_sql(statement.replace("%", "%%"))  # the driver takes % for a placeholder


def in_batches(
    query: str, apply: Callable[Concatenate[Connection, list[Any], P], object], *given: P.args, **named: P.kwargs
) -> int:
    """
    Apply a change to the ids that a query finds, each batch in its own transaction, and return how many there were.

    The query reads one snapshot, so the change must check again whether it is needed.

    :param given, named: further arguments of ``apply``
    """
    done = 0
    with connected(autocommit=False) as reading:
        found = reading.execute(text(query).execution_options(yield_per=BATCH)).scalars()
        for ids in found.partitions(BATCH):
            change(apply, list(ids), *given, **named)
            done += len(ids)
    return done
