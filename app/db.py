"""The way to the database: one extension, reads in autocommit, writes in ``transaction()``."""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import Connection, CursorResult, Engine, Executable, Row, Table, UniqueConstraint, UpdateBase, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import scoped_session

from app.config import Config
from app.errors import Conflict
from app.models import Base

BUSY_TIMEOUT_MS = 5000
READER = "reader"
RETRYABLE = frozenset({"40001", "40P01"})
"""PostgreSQL's "serialization failure" and "deadlock detected": nothing happened, try again."""
ATTEMPTS = 5

Unit = scoped_session[Session]
"""What ``transaction()`` gives: the session of the unit of work."""
P = ParamSpec("P")
R = TypeVar("R")

db = SQLAlchemy(metadata=Base.metadata, disable_autonaming=True, session_options={"expire_on_commit": False})


def init_app(app: Flask, config: Config) -> None:
    """
    Bind the extension to the app: one engine for writes, and one for reads whose connections are in
    autocommit for good, so that a read is one round trip and nothing else.
    """
    url = config.sqlalchemy_url
    shared = {
        "url": url,
        "pool_size": config.database_pool_size,
        "max_overflow": 0,
        "pool_timeout": config.database_pool_timeout,
        "pool_recycle": 1800,
        "hide_parameters": True,  # errors are logged; hashes and names do not belong there
    }
    reads = {**shared, "pool_reset_on_return": None}
    if make_url(url).get_backend_name() != "sqlite":
        reads["isolation_level"] = "AUTOCOMMIT"
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = shared
    app.config["SQLALCHEMY_BINDS"] = {READER: reads}
    db.init_app(app)
    with app.app_context():
        if make_url(url).get_backend_name() == "sqlite":
            _make_sqlite_safe(db.engine)
            _make_sqlite_safe(db.engines[READER])
            event.listen(db.engine, "begin", _begin_immediate)
        app.extensions["frontdesk_reader"] = db.engines[READER]


def _make_sqlite_safe(engine: Engine) -> None:
    """Foreign keys, WAL, waiting for the writer, and ``lower()`` beyond ASCII."""

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself; see _begin_immediate()
        for pragma in ("foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}", "journal_mode=WAL", "synchronous=NORMAL"):
            connection.execute(f"PRAGMA {pragma}")
        connection.create_function(
            "lower", 1, lambda text: text.lower() if isinstance(text, str) else text, deterministic=True
        )


def _begin_immediate(connection: Connection) -> None:
    """What is read inside a transaction is still true when it is written, and writers wait for each other."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def transaction(conflicts: Mapping[str, str] | None = None) -> Iterator[Unit]:
    """
    One unit of work: committed at the end, rolled back by any exception. Inside another, it joins.

    :param conflicts: constraint name to the message of the Conflict that its violation becomes (W17)
    :raises Conflict: such a violation, or something referred to was deleted meanwhile
    """
    session = db.session
    if session.info.get("unit"):
        yield session
        return
    session.info["unit"] = True
    try:
        yield session
        session.commit()
    except IntegrityError as error:
        session.rollback()
        constraint = violated(error) or ""
        message = (conflicts or {}).get(constraint)
        if message is None and constraint.startswith("fk_"):
            message = "Something that this refers to has been deleted meanwhile."
        if message is None:
            raise
        raise Conflict(message) from error
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("unit", None)
        session.expunge_all()  # whatever is read later is read anew


def retried(service: Callable[P, R]) -> Callable[P, R]:
    """The same service, run again as a whole when the database chose it to break a deadlock."""

    @wraps(service)
    def attempt(*args: P.args, **kwargs: P.kwargs) -> R:
        for number in range(1, ATTEMPTS):
            try:
                return service(*args, **kwargs)
            except OperationalError as error:
                if getattr(error.orig, "sqlstate", None) not in RETRYABLE or db.session.info.get("unit"):
                    raise
                time.sleep(random.uniform(0, 0.05) * number)  # noqa: S311 (jitter, not a secret)
        return service(*args, **kwargs)

    return attempt


def violated(error: IntegrityError) -> str | None:
    """Name of the constraint that an error is about; None where the database does not say."""
    name = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    if name:
        return str(name)
    kind, _, places = str(error.orig).partition("constraint failed: ")
    if not kind.startswith("UNIQUE"):
        return None
    columns = {place.strip().partition(".")[2] for place in places.split(",")}
    table = Base.metadata.tables[places.partition(".")[0].strip()]
    return next((name for name, parts in _unique(table) if parts == columns), None)


def _unique(table: Table) -> Iterator[tuple[str, set[str]]]:
    for constraint in [table.primary_key, *table.constraints]:
        if constraint is table.primary_key or isinstance(constraint, UniqueConstraint):
            yield str(constraint.name), {column.name for column in constraint.columns}


def execute_count(statement: UpdateBase, **values: Any) -> int:
    """Run a bulk change inside a transaction; answers how many rows it changed."""
    with transaction() as session:
        result = cast(
            "CursorResult[Any]", session.execute(statement, values, execution_options={"synchronize_session": False})
        )
        return result.rowcount


def fetch_all(statement: Executable, **values: Any) -> Sequence[Row[Any]]:
    """All rows of a read: in the unit of work where one is open, else in autocommit."""
    if db.session.info.get("unit"):
        return db.session.execute(statement, values).all()
    with reader().connect() as connection:
        return connection.execute(statement, values).all()


def fetch_one(statement: Executable, **values: Any) -> Row[Any] | None:
    """The first row of a read, or None; see ``fetch_all``."""
    rows = fetch_all(statement, **values)
    return rows[0] if rows else None


def reader() -> Engine:
    """The engine for reads: no BEGIN, no ROLLBACK, one round trip a statement."""
    engine: Engine = current_app.extensions["frontdesk_reader"]
    return engine
