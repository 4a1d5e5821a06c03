"""Add columns for disabled accounts and forced changes of passwords, and an index of deleted accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("user", sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True))
    deleted = sa.text("deleted_at IS NOT NULL")
    op.create_index("ix_user_deleted_at", "user", ["deleted_at"], postgresql_where=deleted, sqlite_where=deleted)
    op.add_column("user", sa.Column("must_change_password", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    # Disabled users can log in again. Accounts that could have been restored stay marked as deleted.
    op.drop_index("ix_user_deleted_at", table_name="user")
    op.drop_column("user", "must_change_password")
    op.drop_column("user", "disabled_at")
