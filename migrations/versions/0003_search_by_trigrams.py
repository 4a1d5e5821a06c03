"""
Trigram indexes for "contains" searches, on PostgreSQL, where the extension pg_trgm may be created.

Where it may not, searches work as before, by reading every row. Once somebody with the right has run
``CREATE EXTENSION pg_trgm``, going back to 0002 and forth again makes the indexes.
"""

import sqlalchemy as sa
import structlog
from alembic import op

revision = "0003"
down_revision = "0002"

log = structlog.get_logger()
COLUMNS = [("user", "username_key"), ("team", "name"), ("website", "name"), ("website", "domain")]


def upgrade() -> None:
    if op.get_context().dialect.name != "postgresql" or not extension_is_there():
        return
    # Concurrently, and so outside of the transaction: writes go on while the indexes of large tables are built.
    with op.get_context().autocommit_block():
        for table, column in COLUMNS:
            op.execute(
                f"CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_{table}_{column}_trgm "
                f'ON "{table}" USING gin ({column} gin_trgm_ops)'
            )


def extension_is_there() -> bool:
    try:
        with op.get_bind().begin_nested():
            op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except sa.exc.DBAPIError as error:
        log.warning("searches go without trigram indexes: pg_trgm cannot be created", reason=str(error.orig).strip())
        return False
    return True


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        for table, column in COLUMNS:
            op.execute(f"DROP INDEX IF EXISTS ix_{table}_{column}_trgm")
