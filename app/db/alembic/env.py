"""Alembic's environment. It uses the app's engine and runs each migration in a transaction, under a global lock."""

import time
from typing import Any

from alembic import context
from sqlalchemy import Connection, text

from app.db.migrations import LOCK
from app.db.session import db
from app.db.turns import migration_of_sqlite
from app.models import Base

TURN_SECONDS = 0.1


def is_ours_to_compare(_object: Any, name: str | None, kind: str, _reflected: bool, _to: Any) -> bool:
    """Leave out what the models do not define since it needs extensions: trigram indexes and full-text tables."""
    if kind == "table":
        return name is None or not name.startswith("search_")
    return not (kind == "index" and name is not None and name.endswith("_trgm"))


def wait_for_turn(connection: Connection) -> None:
    """
    Take the advisory lock by polling.

    A statement that waited for the lock would block a CREATE INDEX CONCURRENTLY of the process that holds it.
    """
    while not connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": LOCK}):
        connection.commit()
        time.sleep(TURN_SECONDS)


def run(connection: Connection) -> None:
    """Run the migrations on this connection, each revision in its own transaction."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
        include_object=is_ours_to_compare,
    )
    with context.begin_transaction():
        context.run_migrations()


def migrate_postgresql() -> None:
    """Run the migrations under the advisory lock, which ends with the connection."""
    with db.engine.connect() as connection:
        wait_for_turn(connection)
        connection.execute(text("SET statement_timeout = 0"))
        connection.commit()
        run_and_close(connection)


def migrate_sqlite() -> None:
    """Run the migrations under a lock on a file: what Alembic reads before the first one must still hold then."""
    with migration_of_sqlite(), db.engine.connect() as connection:
        run_and_close(connection)


def run_and_close(connection: Connection) -> None:
    """Run the migrations, and close the connection for good, since it has settings and locks that no other may get."""
    try:
        run(connection)
        connection.commit()
    finally:
        connection.invalidate()


if db.engine.dialect.name == "postgresql":
    migrate_postgresql()
else:
    migrate_sqlite()
