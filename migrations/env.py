"""Alembic's environment: the app's engine, the models' metadata, one migration at a time, one writer at a time."""

from typing import Any

from alembic import context
from sqlalchemy import Connection, text

from app.db import db
from app.migrate import LOCK
from app.models import Base


def is_ours_to_compare(_object: Any, name: str | None, kind: str, _reflected: bool, _to: Any) -> bool:
    """Indexes that exist only where an extension does are no part of the models."""
    return not (kind == "index" and name is not None and name.endswith("_trgm"))


def run(connection: Connection) -> None:
    """Migrate over this connection, each revision in a transaction of its own."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
        include_object=is_ours_to_compare,
    )
    with context.begin_transaction():
        context.run_migrations()


with db.engine.connect() as connection:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        connection.execute(text("SET statement_timeout = 0"))
        connection.commit()
    try:
        run(connection)
        connection.commit()
    finally:
        # The connection goes with the lock and the setting, whatever happened.
        connection.invalidate()
