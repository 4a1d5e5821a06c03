"""Add the ids that other systems have for users, teams and websites, and indexes for finding by exact name."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

LIVING = sa.text("deleted_at IS NULL")
NAMED = (("team", "name"), ("website", "name"), ("website", "domain"))


def upgrade() -> None:
    for table in ("user", "team", "website"):
        op.add_column(table, sa.Column("external_id", sa.String(255), nullable=True))
        op.create_index(
            f"uq_{table}_external_id",
            table,
            ["external_id"],
            unique=True,
            postgresql_where=LIVING,
            sqlite_where=LIVING,
        )
    for table, column in NAMED:
        op.create_index(f"ix_{table}_{column}", table, [column], postgresql_where=LIVING, sqlite_where=LIVING)


def downgrade() -> None:
    # The external ids are lost.
    for table, column in NAMED:
        op.drop_index(f"ix_{table}_{column}", table_name=table)
    for table in ("user", "team", "website"):
        op.drop_index(f"uq_{table}_external_id", table_name=table)
        op.drop_column(table, "external_id")
