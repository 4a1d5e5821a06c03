"""
Create trigram indexes for searches on PostgreSQL, if the extension pg_trgm can be created.

Otherwise searches still work by reading every row. After a superuser has run ``CREATE EXTENSION pg_trgm``, downgrade to
0002 and upgrade again to create the indexes.
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
    # Concurrently, which needs to be outside a transaction: large tables stay writable while indexes are built.
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
        log.warning("pg_trgm cannot be created; searches will not use indexes", reason=str(error.orig).strip())
        return False
    return True


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        for table, column in COLUMNS:
            op.execute(f"DROP INDEX IF EXISTS ix_{table}_{column}_trgm")
