"""Alembic's environment: the app's engine, the models' metadata, one writer at a time."""

from alembic import context
from sqlalchemy import Connection, text

from app.db import db
from app.migrate import LOCK
from app.models import Base


def run(connection: Connection) -> None:
    """Migrate over this connection."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    context.run_migrations()


with db.engine.begin() as connection:
    run(connection)
