"""Options and event listeners of the database engines."""

import time
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    event,
)
from sqlalchemy.engine import make_url

from app.settings import Config
from app.settings.files import make_file, sqlite_file
from app.telemetry.log import log

BUSY_TIMEOUT_MS = 5000
CONNECT_SECONDS = 5
UNANSWERED_MS = 10_000
"""A server that acknowledges nothing for so long counts as gone."""
IDLE_IN_TRANSACTION_MS = 60_000
STATEMENT_MAX_LENGTH = 2000


def is_sqlite(url: str) -> bool:
    return make_url(url).get_backend_name() == "sqlite"


def is_relative(url: str) -> bool:
    """Whether the URL names an SQLite file in the instance folder, or a database in memory."""
    return is_sqlite(url) and not Path(make_url(url).database or "").is_absolute()


def options(config: Config, url: str, *, reads: bool) -> dict[str, Any]:
    """
    The arguments for ``create_engine``.

    Connections for reads are always in autocommit, so that a read is a single round trip. Connections for writes are
    tested before use, since a transaction cannot simply be sent again.
    """
    made: dict[str, Any] = {
        "url": url,
        "pool_size": config.database_pool_size,
        "max_overflow": 0,
        "pool_timeout": config.database_pool_timeout,
        "pool_recycle": 1800,
        "hide_parameters": True,  # errors are logged, and hashes and names do not belong in logs
    }
    if reads:
        made["pool_reset_on_return"] = None
    else:
        made["pool_pre_ping"] = True
    if not is_sqlite(url):
        if reads:
            made["isolation_level"] = "AUTOCOMMIT"
        made["connect_args"] = _postgresql(config)
    return made


def _postgresql(config: Config) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "application_name": "frontdesk",
        "connect_timeout": CONNECT_SECONDS,
        "tcp_user_timeout": UNANSWERED_MS,
        "keepalives_idle": CONNECT_SECONDS,  # detects a dead server while we wait for a result
    }
    if config.database_behind_pgbouncer:
        # The pool gives a connection to other clients after each transaction, so no state may stay on it.
        return arguments | {"prepare_threshold": None}
    settings = {
        "statement_timeout": int(config.statement_seconds * 1000),
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_MS,
        "timezone": "UTC",
        "jit": "off",  # compiling costs more than our statements do
        "random_page_cost": "1.1",  # frequently used pages are in memory, so index lookups beat table scans
    }
    return arguments | {"options": " ".join(f"-c {name}={value}" for name, value in settings.items())}


def prepare(engine: Engine, config: Config, *, reads: bool) -> None:
    """Set the pool timeout of an engine and install its event listeners."""
    pool: Any = engine.pool
    pool._timeout = config.database_pool_timeout  # Flask-SQLAlchemy rounds it to whole seconds
    if engine.dialect.name == "sqlite":
        event.listen(engine, "do_connect", _make_file)
        event.listen(engine, "connect", _on_sqlite_connect)
        if not reads:
            event.listen(engine, "begin", _begin_immediate)
    if config.slow_statement_ms:
        _watch(engine, config.slow_statement_ms / 1000)


def _make_file(_dialect: Any, _record: Any, arguments: Any, _options: Any) -> None:
    """Create the file, since SQLite would make it world-readable. Its companion files get the same mode."""
    file = sqlite_file(arguments[0])
    if file is not None:
        make_file(file)


def _on_sqlite_connect(connection: Any, _record: Any) -> None:
    """Enable foreign keys, WAL, waiting for locks, and a ``lower()`` that handles all of Unicode."""
    connection.isolation_level = None  # keep the driver from beginning transactions; see _begin_immediate()
    for pragma in ("foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}", "journal_mode=WAL", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")
    connection.create_function(
        "lower", 1, lambda text: text.lower() if isinstance(text, str) else text, deterministic=True
    )


def _begin_immediate(connection: Connection) -> None:
    """Take the write lock at once: what a transaction reads cannot change before it writes, and writers take turns."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def report_slow(statement: str, seconds: float) -> None:
    """Log a slow statement without its values."""
    text = " ".join(statement.split())[:STATEMENT_MAX_LENGTH]
    log.warning("slow statement", ms=round(seconds * 1000, 1), statement=text)


def _watch(engine: Engine, seconds: float) -> None:
    """Log statements that take at least so long, including those that fail, without their values."""

    @event.listens_for(engine, "before_cursor_execute")
    def began(_connection: Any, _cursor: Any, _statement: str, _values: Any, context: Any, _many: bool) -> None:
        context.frontdesk_began = time.perf_counter()

    @event.listens_for(engine, "after_cursor_execute")
    def ended(_connection: Any, _cursor: Any, statement: str, _values: Any, context: Any, _many: bool) -> None:
        took = time.perf_counter() - context.frontdesk_began
        if took >= seconds:
            report_slow(statement, took)

    @event.listens_for(engine, "handle_error")
    def failed(error: Any) -> None:
        since = getattr(error.execution_context, "frontdesk_began", None)
        if since is not None and time.perf_counter() - since >= seconds:
            report_slow(error.statement, time.perf_counter() - since)


WRITER, READER, REPLICA = "writer", "reader", "replica"
