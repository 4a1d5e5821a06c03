"""How each kind of engine is made, and what watches over its statements."""

import time
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url

from app.config import Config
from app.models.folding import BASE_LETTERS, base_letters

log = structlog.get_logger()
BUSY_TIMEOUT_MS = 5000
CONNECT_SECONDS = 5
UNANSWERED_MS = 10_000
"""A peer that acknowledges nothing for so long is gone."""
IDLE_IN_TRANSACTION_MS = 60_000
STATEMENT_MAX_LENGTH = 500


def is_sqlite(url: str) -> bool:
    return make_url(url).get_backend_name() == "sqlite"


def options(config: Config, url: str, *, reads: bool) -> dict[str, Any]:
    """
    What ``create_engine`` needs. Connections for reads are in autocommit for good: a read is one round
    trip and nothing else. Writes ask a connection whether it lives before they trust it.
    """
    made: dict[str, Any] = {
        "url": url,
        "pool_size": config.database_pool_size,
        "max_overflow": 0,
        "pool_timeout": config.database_pool_timeout,
        "pool_recycle": 1800,
        "hide_parameters": True,  # errors are logged; hashes and names do not belong there
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
        "keepalives_idle": CONNECT_SECONDS,  # likewise, while we wait for its answer
    }
    if config.database_behind_pgbouncer:
        # What a transaction leaves on a connection, the next client of the pool would find there.
        return arguments | {"prepare_threshold": None}
    settings = {
        "statement_timeout": int(config.statement_seconds * 1000),
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_MS,
        "timezone": "UTC",
        "jit": "off",  # compiling costs more than our statements do
        "random_page_cost": "1.1",  # what is hot is in memory: looking a row up beats reading a table
    }
    return arguments | {"options": " ".join(f"-c {name}={value}" for name, value in settings.items())}


def prepare(engine: Engine, config: Config, *, reads: bool) -> None:
    """Install what an engine needs besides its options."""
    pool: Any = engine.pool
    pool._timeout = config.database_pool_timeout  # Flask-SQLAlchemy has made whole seconds of it
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_sqlite_connect)
        if not reads:
            event.listen(engine, "begin", _begin_immediate)
    if config.slow_statement_ms:
        _watch(engine, config.slow_statement_ms / 1000)


def _on_sqlite_connect(connection: Any, _record: Any) -> None:
    """Foreign keys, WAL, waiting for the writer, ``lower()`` beyond ASCII, and letters to sort by."""
    connection.isolation_level = None  # the driver begins nothing by itself; see _begin_immediate()
    for pragma in ("foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}", "journal_mode=WAL", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")
    connection.create_function(
        BASE_LETTERS, 1, lambda text: base_letters(text) if isinstance(text, str) else text, deterministic=True
    )
    connection.create_function(
        "lower", 1, lambda text: text.lower() if isinstance(text, str) else text, deterministic=True
    )


def _begin_immediate(connection: Connection) -> None:
    """What is read inside a transaction is still true when it is written, and writers wait for each other."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def report_slow(statement: str, seconds: float) -> None:
    """Log a statement that took long, without its values."""
    text = " ".join(statement.split())[:STATEMENT_MAX_LENGTH]
    log.warning("slow statement", ms=round(seconds * 1000, 1), statement=text)


def _watch(engine: Engine, seconds: float) -> None:
    """Log statements that take longer, without their values, also those that fail in the end."""

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
