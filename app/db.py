"""The way to the database: one extension, reads in autocommit, writes in ``transaction()``."""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast
from uuid import UUID

from flask import Flask, current_app, g
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import (
    CursorResult,
    Engine,
    Executable,
    Row,
    Table,
    UniqueConstraint,
    UpdateBase,
    bindparam,
    inspect,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import scoped_session

from app import engines
from app.config import Config
from app.errors import Conflict
from app.hot import Reads, Unsuitable
from app.models import AccessToken, Base, LoginSession, utcnow
from app.replica import Replica

UNIT = "unit_of_work"
WRITER, READER, REPLICA = "writer", "reader", "replica"
RETRYABLE = frozenset({"40001", "40P01"})
"""PostgreSQL's "serialization failure" and "deadlock detected": nothing happened, try again."""
ATTEMPTS = 5

Unit = scoped_session[Session]
"""What ``transaction()`` gives: the session of the unit of work."""
P = ParamSpec("P")
R = TypeVar("R")

db = SQLAlchemy(metadata=Base.metadata, disable_autonaming=True, session_options={"expire_on_commit": False})


def init_app(app: Flask, config: Config) -> None:
    """Bind the extension to the app: an engine for writes, one for reads, and one for the replica if there is one."""
    url, binds = config.sqlalchemy_url, {}
    binds[READER] = engines.options(config, url, reads=True)
    if config.replica_url:
        binds[REPLICA] = engines.options(config, config.sqlalchemy_replica_url, reads=True)
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engines.options(config, url, reads=False)
    app.config["SQLALCHEMY_BINDS"] = binds
    db.init_app(app)
    with app.app_context():
        for name, engine in db.engines.items():
            engines.prepare(engine, config, reads=name in binds)
        app.extensions["frontdesk_reader"] = db.engines[READER]
        slow = config.slow_statement_ms / 1000
        app.extensions["frontdesk_reads"] = {name: Reads(db.engines[name], slow_seconds=slow) for name in binds}
        app.extensions["frontdesk_tables"] = set()
        app.extensions["frontdesk_pools"] = [(name or WRITER, engine.pool) for name, engine in db.engines.items()]
        if config.replica_url:
            app.extensions["frontdesk_replica"] = Replica(
                db.engines[REPLICA], db.engines[READER], max_lag=config.replica_max_lag
            )


@contextmanager
def transaction(conflicts: Mapping[str, str | Conflict] | None = None) -> Iterator[Unit]:
    """
    One unit of work: committed at the end, rolled back by any exception. Inside another, it joins.

    :param conflicts: constraint name to the Conflict that its violation becomes, or its message (W17)
    :raises Conflict: such a violation, or something referred to was deleted meanwhile
    """
    unit: Unit | None = g.get(UNIT)
    if unit is not None:
        yield unit
        return
    session = db.session
    setattr(g, UNIT, session)
    try:
        yield session
        _note_write(session)
        session.commit()
    except IntegrityError as error:
        session.rollback()
        constraint = violated(error) or ""
        message = (conflicts or {}).get(constraint)
        if message is None and constraint.startswith("fk_"):
            message = "Something that this refers to has been deleted meanwhile."
        if message is None:
            raise
        raise (message if isinstance(message, Conflict) else Conflict(message)) from error
    except BaseException:
        session.rollback()
        raise
    finally:
        g.pop(UNIT)
        session.expunge_all()  # whatever is read later is read anew


def note_caller(session_id: UUID | None, *, token_id: UUID | None = None) -> None:
    """Whose writes the transactions to come are, a login's or a token's, so that its next lists show them."""
    g.caller = (_mark_session, session_id) if token_id is None else (_mark_token, token_id)


def _note_write(session: Unit) -> None:
    mark, caller = g.get("caller", (None, None))
    if caller is not None and "frontdesk_replica" in current_app.extensions:
        session.execute(mark, {"caller": caller, "now": utcnow()}, execution_options={"synchronize_session": False})


_mark_session = update(LoginSession).where(LoginSession.id == bindparam("caller")).values(wrote_at=bindparam("now"))
_mark_token = update(AccessToken).where(AccessToken.id == bindparam("caller")).values(wrote_at=bindparam("now"))


def retried(service: Callable[P, R]) -> Callable[P, R]:
    """The same service, run again as a whole when the database chose it to break a deadlock."""

    @wraps(service)
    def attempt(*args: P.args, **kwargs: P.kwargs) -> R:
        for number in range(1, ATTEMPTS):
            try:
                return service(*args, **kwargs)
            except OperationalError as error:
                if getattr(error.orig, "sqlstate", None) not in RETRYABLE or g.get(UNIT) is not None:
                    raise
                time.sleep(random.uniform(0, 0.05) * number)  # noqa: S311 (jitter, not a secret)
        return service(*args, **kwargs)

    return attempt


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


def execute_count(statement: UpdateBase, **values: Any) -> int:
    """Run a bulk change inside a transaction; answers how many rows it changed."""
    with transaction() as session:
        result = cast(
            "CursorResult[Any]", session.execute(statement, values, execution_options={"synchronize_session": False})
        )
        return result.rowcount


def fetch_all(statement: Executable, **values: Any) -> Sequence[Row[Any]]:
    """
    All rows of a read: in the unit of work where one is open, else in autocommit, on the primary.
    A connection that turns out to be dead is replaced once.
    """
    unit: Unit | None = g.get(UNIT)
    if unit is not None:
        return unit.execute(statement, values).all()
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
    if name not in seen and db.engine.dialect.name == "sqlite" and inspect(reader()).has_table(name):
        seen.add(name)
    return name in seen


def reader() -> Engine:
    """The engine for reads: no BEGIN, no ROLLBACK, one round trip a statement."""
    engine: Engine = current_app.extensions["frontdesk_reader"]
    return engine
